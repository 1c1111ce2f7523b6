package mixture

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/dist"
)

// theta is a mixture in the making, in units of its base.
type theta struct {
	base  *base
	shape Shape
	k, d  int
	prior float64 // ν, in rows; 0 is maximum likelihood

	weight  []float64   // [k] π
	rows    []float64   // [k] expected rows
	mean    []float64   // [k × d]
	cov     [][]float64 // [k][d × d], or [k][d] where diagonal
	missing []float64   // [k × d] rates
	levels  [][]float64 // [e][codes × k] θ, at code·k + component
	own     []float64   // [e] rows of the base that levels are smoothed by
}

const (
	priorRows   = 1 // ν
	firstLevels = 5 // rows of the base that levels are smoothed by, to begin with
)

// newTheta returns a mixture of components with the given means [k × d], which
// are alike otherwise.
func newTheta(b *base, shape Shape, mean []float64, k int) *theta {
	d := len(b.scale)
	t := &theta{base: b, shape: shape, k: k, d: d, prior: priorRows, mean: mean, rows: make([]float64, k)}
	for range k {
		t.weight = append(t.weight, 1/float64(k))
		t.missing = append(t.missing, b.missing...)
		t.cov = append(t.cov, t.newCov())
	}
	for c := range t.cov {
		for j := range d {
			t.cov[c][t.diagonal(j)] = b.prior[j] + b.cell[j]
		}
	}
	for _, p := range b.levels {
		levels := make([]float64, 0, len(p)*k)
		for _, v := range p {
			levels = append(levels, slices.Repeat([]float64{v}, k)...)
		}
		t.levels = append(t.levels, levels)
		t.own = append(t.own, firstLevels)
	}
	return t
}

func (t *theta) newCov() []float64 {
	if t.shape.diagonal() {
		return make([]float64, t.d)
	}
	return make([]float64, t.d*t.d)
}

// diagonal returns where Σ_jj is.
func (t *theta) diagonal(j int) int {
	if t.shape.diagonal() {
		return j
	}
	return j*t.d + j
}

// spread returns Λ of field j: that of the whole table, whose volume k
// components share.
func (t *theta) spread(j int) float64 {
	return t.base.prior[j] * math.Pow(float64(t.k), -2/float64(t.d))
}

// widening returns by how much a new row of component c varies more than the rows
// that Σ_c is of do about their own mean: with n of them its mean is off by Σ/n, and
// the scatter short by Σ/n, which is Σ·(1 + 2/n), to the first order.
func (t *theta) widening(c int) float64 {
	n, means := t.rows[c], 1.
	if t.shape == Tied {
		n, means = floats.Sum(t.rows), float64(t.k)
	}
	return 1 + 2*means/(n+t.prior+means)
}

// logPrior returns the log of the prior, up to a constant.
func (t *theta) logPrior() (f float64) {
	if t.prior == 0 {
		return 0
	}
	for c, cov := range t.cov {
		f += math.Log(t.weight[c]) / float64(t.k)
		for j, q := range t.base.missing {
			if p := t.missing[c*t.d+j]; p > 0 && q > 0 {
				f += q*math.Log(p) + (1-q)*math.Log1p(-p)
			}
		}
		if t.shape == Tied && c > 0 {
			continue
		}
		a := t.inverse(cov, nil)
		for j := range t.d {
			f -= t.prior * (a.inverseDiagonal(j)*t.spread(j)/2 - math.Log(a.at(j)))
		}
	}
	for e, p := range t.base.levels {
		for code, q := range p {
			for c := range t.k {
				f += t.own[e] * q * math.Log(t.levels[e][code*t.k+c])
			}
		}
	}
	return f
}

// maximise is the M-step: it returns the mixture of greatest likelihood, times
// prior, given what is expected of the rows under t.
func (t *theta) maximise(s *sums) *theta {
	m := *t
	m.weight, m.rows = make([]float64, t.k), s.n
	m.mean, m.missing = slices.Clone(t.mean), slices.Clone(t.missing)
	m.cov, m.levels = nil, nil
	var total float64
	for _, n := range s.n {
		total += n
	}
	share := 0.0 // of a row that each component has for certain
	if t.prior > 0 {
		share = 1 / float64(t.k)
	}
	pooled := m.newCov()
	for c, n := range s.n {
		m.weight[c] = (n + share) / (total + share*float64(t.k))
		cov := m.newCov()
		m.cov = append(m.cov, cov)
		if n > 0 {
			m.scatter(cov, c, n, s)
		}
		if t.shape == Tied {
			for i, v := range cov {
				pooled[i] += v
			}
		} else {
			m.finish(cov, n)
		}
		for j, q := range t.base.missing {
			if q > 0 && n+t.prior > 0 {
				m.missing[c*t.d+j] = (s.gone[c*t.d+j] + t.prior*q) / (n + t.prior)
			}
		}
	}
	if t.shape == Tied {
		m.finish(pooled, total)
		for c := range m.cov {
			m.cov[c] = pooled
		}
	}
	for e := range t.levels {
		m.levels = append(m.levels, smooth(s.levels[e], t.base.levels[e], t.k, t.own[e]))
	}
	return &m
}

// scatter sets cov to Σ r·(x - μ)(x - μ)ᵀ of component c about its new mean,
// which it sets. Moments are about the old mean, which is near, so that nothing
// cancels.
func (t *theta) scatter(cov []float64, c int, n float64, s *sums) {
	d := t.d
	first, second := s.first[c*d:(c+1)*d], s.second[c]
	copy(cov, second)
	if t.shape.diagonal() {
		for j, f := range first {
			cov[j] -= f * f / n
		}
	} else {
		for i, f := range first {
			for j, g := range first {
				cov[i*d+j] -= f * g / n
			}
		}
	}
	for j, f := range first {
		t.mean[c*d+j] += f / n
		at := t.diagonal(j)
		cov[at] = max(cov[at]+n*t.base.cell[j], 0)
	}
}

// finish turns a scatter of n rows into a covariance.
func (t *theta) finish(cov []float64, n float64) {
	for j := range t.d {
		cov[t.diagonal(j)] += t.prior * t.spread(j)
	}
	n += t.prior
	if t.shape == Spherical {
		var sum float64
		for _, v := range cov {
			sum += v
		}
		for j := range cov {
			cov[j] = sum / float64(t.d)
		}
	}
	for i := range cov {
		cov[i] /= n
	}
}

// smooth returns θ [codes × k] of the counts [codes × k] of a field, smoothed
// towards base [codes] as if own rows of it had been seen in each component.
func smooth(counts, base []float64, k int, own float64) []float64 {
	p := make([]float64, len(counts))
	for c := range k {
		n := own
		for code := range base {
			n += counts[code*k+c]
		}
		for code, q := range base {
			p[code*k+c] = (counts[code*k+c] + own*q) / n
		}
	}
	return p
}

// strengthen finds out by how much the levels of each field are best smoothed:
// by what makes each row most probable given all others of its component.
func (t *theta) strengthen(s *sums) {
	own := make([]float64, len(t.own))
	for e, base := range t.base.levels {
		groups := make([][]float64, t.k)
		for c := range groups {
			for code := range base {
				groups[c] = append(groups[c], s.levels[e][code*t.k+c])
			}
		}
		own[e] = dist.Strength(groups, base)
	}
	t.own = own
}

// triangle is A with A·Σ·Aᵀ = 1, lower triangular.
type triangle struct {
	m        int
	diagonal bool
	a        []float64 // lower triangle, row by row; [m] where diagonal
}

func (a *triangle) row(i int) []float64 {
	if a.diagonal {
		return a.a[i : i+1]
	}
	return a.a[i*(i+1)/2 : i*(i+1)/2+i+1]
}

// at returns A_ii.
func (a *triangle) at(i int) float64 {
	row := a.row(i)
	return row[len(row)-1]
}

// inverseDiagonal returns (Σ⁻¹)_jj.
func (a *triangle) inverseDiagonal(j int) (v float64) {
	if a.diagonal {
		return a.a[j] * a.a[j]
	}
	for i := j; i < a.m; i++ {
		x := a.row(i)[j]
		v += x * x
	}
	return v
}

// lost is the share of its variance below which rounding has lost a pivot.
const lost = 1e-14

// inverse returns L⁻¹ of Σ = L·Lᵀ of the fields there; nil means all. A pivot that
// rounding has lost is raised.
func (t *theta) inverse(cov []float64, there []int) *triangle {
	if there == nil {
		there = make([]int, t.d)
		for j := range there {
			there[j] = j
		}
	}
	m := len(there)
	if t.shape.diagonal() {
		a := &triangle{m, true, make([]float64, m)}
		for i, j := range there {
			a.a[i] = 1 / math.Sqrt(cov[j])
		}
		return a
	}
	l := &triangle{m, false, make([]float64, m*(m+1)/2)}
	for i, f := range there {
		row := l.row(i)
		for j, g := range there[:i] {
			v, prior := cov[f*t.d+g], l.row(j)
			for h := range j {
				v -= row[h] * prior[h]
			}
			row[j] = v / prior[j]
		}
		own := cov[f*t.d+f]
		pivot := own
		for _, v := range row[:i] {
			pivot -= v * v
		}
		row[i] = math.Sqrt(max(pivot, lost*own))
	}
	// Forward substitution, a column of the inverse at a time.
	a := &triangle{m, false, make([]float64, len(l.a))}
	for j := range m {
		a.row(j)[j] = 1 / l.row(j)[j]
		for i := j + 1; i < m; i++ {
			row, v := l.row(i), 0.0
			for h := j; h < i; h++ {
				v -= row[h] * a.row(h)[j]
			}
			a.row(i)[j] = v / row[i]
		}
	}
	return a
}
