package mixture

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// sums are what is expected of the rows under a mixture: of each component the
// rows, and their moments about its mean.
type sums struct {
	logProb float64     // Σ w·log p(x)
	n       []float64   // [k]
	gone    []float64   // [k × d] rows in which the number is missing
	first   []float64   // [k × d]
	second  [][]float64 // [k][d × d], or [k][d] where Σ is diagonal
	levels  [][]float64 // [e][codes × k]
}

// gauss is one component as the rows of one pattern need it.
type gauss struct {
	mean  []float64 // [m]
	a     *triangle // of Σ of the m fields that are there
	about float64   // all of log π·p(x) that does not depend on x
}

// tally are the sums of one block, over the m fields that its rows have.
type tally struct {
	logProb float64
	n       []float64   // [k]
	first   []float64   // [k × m]
	second  []float64   // [k × m(m+1)/2], row by row, or [k × m] where diagonal
	levels  [][]float64 // [e][codes × k]
}

// factors returns the components for rows of a pattern.
func (t *theta) factors(p pattern) []gauss {
	g := make([]gauss, t.k)
	var shared *triangle
	for c := range g {
		a := shared
		if a == nil {
			a = t.inverse(t.cov[c], p.there)
		}
		if t.shape == Tied {
			shared = a
		}
		about := math.Log(t.weight[c]) - 0.5*float64(len(p.there))*log2Pi
		mean := make([]float64, len(p.there))
		for i, j := range p.there {
			mean[i] = t.mean[c*t.d+j]
			// A value is spread evenly over its cell: the mean of log N over it.
			about += math.Log(a.at(i)) - 0.5*t.base.cell[j]*a.inverseDiagonal(i) + math.Log1p(-t.missing[c*t.d+j])
		}
		for _, j := range p.gone {
			about += math.Log(t.missing[c*t.d+j])
		}
		g[c] = gauss{mean, a, about}
	}
	return g
}

// expect is the E-step.
func (t *theta) expect(ctx context.Context, data *dataset) (*sums, error) {
	factors := make([][]gauss, len(data.patterns))
	err := par.Do(ctx, len(factors), func(p int) error {
		factors[p] = t.factors(data.patterns[p])
		return nil
	})
	if err != nil {
		return nil, err
	}
	logLevels := make([][]float64, len(t.levels))
	for e, p := range t.levels {
		logLevels[e] = make([]float64, len(p))
		for i, v := range p {
			logLevels[e][i] = math.Log(v)
		}
	}
	tallies := make([]tally, len(data.blocks))
	work := make([]*scratch, par.Workers(ctx))
	err = par.DoWorker(ctx, len(data.blocks), func(worker, i int) error {
		if work[worker] == nil {
			work[worker] = newScratch(t.k, t.d)
		}
		blk := &data.blocks[i]
		tallies[i] = t.tally(blk, factors[blk.pattern], logLevels, work[worker])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t.total(data, factors, tallies), nil
}

// chunk is the number of rows that are worked on at a time.
const chunk = 256

// negligible is the log of the responsibility below which it is none.
const negligible = -27.631 // 1e-12

// beneath is well below negligible, so that rounding decides nothing.
const beneath = negligible - 1

// scratch is what a worker needs.
type scratch struct {
	share    []float64 // [k × chunk] log-probabilities, then responsibilities
	top, sum []float64 // [chunk]
	dev      [][4]float64
	rows     []int32
}

func newScratch(k, d int) *scratch {
	return &scratch{
		share: make([]float64, k*chunk), top: make([]float64, chunk), sum: make([]float64, chunk),
		dev: make([][4]float64, d), rows: make([]int32, 0, chunk),
	}
}

// tally sums one block up.
func (t *theta) tally(b *block, g []gauss, logLevels [][]float64, own *scratch) tally {
	m, n, e := len(g[0].mean), len(b.weight), len(t.levels)
	pairs := m * (m + 1) / 2
	if t.shape.diagonal() {
		pairs = m
	}
	s := tally{n: make([]float64, t.k), first: make([]float64, t.k*m), second: make([]float64, t.k*pairs)}
	for _, p := range t.levels {
		s.levels = append(s.levels, make([]float64, len(p)))
	}
	for lo := 0; lo < n; lo += chunk {
		hi := min(lo+chunk, n)
		x, codes, weight := b.x[lo*m:hi*m], b.codes[lo*e:hi*e], b.weight[lo:hi]
		if b.label != nil {
			own.certain(b.label[lo:hi], weight, t.k)
		} else {
			t.score(x, codes, b.best[lo:hi], g, logLevels, own)
			s.logProb += own.responsibilities(weight, t.k)
		}
		for c := range g {
			r := own.share[c*chunk:][:hi-lo]
			rows := own.rows[:0]
			for i, v := range r {
				if v != 0 {
					rows = append(rows, int32(i))
					s.n[c] += v
					for j := range s.levels {
						s.levels[j][int(codes[i*e+j])*t.k+c] += v
					}
				}
			}
			moments(s.first[c*m:(c+1)*m], s.second[c*pairs:(c+1)*pairs], x, r, rows, &g[c], own.dev)
		}
	}
	return s
}

// score sets the shares of the scratch to log π·p(x) of each component, or to what
// is negligible beside another's: best [n rows], the component that was a row's
// likeliest the last time, says how far a component can be from a row and matter.
func (t *theta) score(x []float64, codes []uint16, best []int32, g []gauss, logLevels [][]float64, own *scratch) {
	n, m, e := len(best), len(g[0].mean), len(logLevels)
	top, limit := own.top[:n], own.sum[:n]
	for i, c := range best {
		c := int(c) % t.k
		top[i] = g[c].about - 0.5*distance(x[i*m:(i+1)*m], &g[c], own.dev)
		for j, logp := range logLevels {
			top[i] += logp[int(codes[i*e+j])*t.k+c]
		}
	}
	for c := range g {
		for i, v := range top {
			limit[i] = 2 * (g[c].about - v - beneath)
		}
		q := own.share[c*chunk:][:n]
		distances(q, x, limit, &g[c], own.dev)
		for i, v := range q {
			q[i] = g[c].about - 0.5*v
		}
		for j, logp := range logLevels {
			for i := range q {
				q[i] += logp[int(codes[i*e+j])*t.k+c]
			}
		}
		for i, v := range q {
			if v > top[i] {
				top[i], best[i] = v, int32(c)
			}
		}
	}
}

// certain sets responsibilities to those of rows whose component is known.
func (s *scratch) certain(label []int32, weight []float64, k int) {
	for c := range k {
		q := s.share[c*chunk:][:len(label)]
		for i, l := range label {
			q[i] = 0
			if int(l) == c {
				q[i] = weight[i]
			}
		}
	}
}

// responsibilities turns log π·p(x) of each component into the expected weight
// of each row in it, and returns Σ w·log p(x).
func (s *scratch) responsibilities(weight []float64, k int) (logProb float64) {
	n := len(weight)
	top, sum := s.top[:n], s.sum[:n]
	copy(top, s.share[:n])
	for c := 1; c < k; c++ {
		for i, v := range s.share[c*chunk:][:n] {
			top[i] = max(top[i], v)
		}
	}
	clear(sum)
	for c := range k {
		q := s.share[c*chunk:][:n]
		for i, v := range q {
			v -= top[i]
			if v < negligible {
				q[i] = 0
				continue
			}
			v = math.Exp(v)
			q[i] = v
			sum[i] += v
		}
	}
	for i, w := range weight {
		logProb += w * (top[i] + math.Log(sum[i]))
		sum[i] = w / sum[i]
	}
	for c := range k {
		q := s.share[c*chunk:][:n]
		for i := range q {
			q[i] *= sum[i]
		}
	}
	return logProb
}

// total adds tallies up in the order of blocks, and fills in what is expected of
// missing numbers given those that are there.
func (t *theta) total(data *dataset, factors [][]gauss, tallies []tally) *sums {
	d := t.d
	s := &sums{n: make([]float64, t.k), gone: make([]float64, t.k*d), first: make([]float64, t.k*d)}
	for range t.k {
		s.second = append(s.second, t.newCov())
	}
	for _, p := range t.levels {
		s.levels = append(s.levels, make([]float64, len(p)))
	}
	for lo := 0; lo < len(tallies); {
		p := data.blocks[lo].pattern
		sum := tallies[lo]
		hi := lo + 1
		for ; hi < len(tallies) && data.blocks[hi].pattern == p; hi++ {
			sum.add(&tallies[hi])
		}
		lo = hi
		s.logProb += sum.logProb
		addTo(s.n, sum.n)
		for j := range s.levels {
			addTo(s.levels[j], sum.levels[j])
		}
		own := data.patterns[p]
		for c, n := range sum.n {
			for _, j := range own.gone {
				s.gone[c*d+j] += n
			}
			m := len(own.there)
			pairs := len(sum.second) / t.k
			t.fill(s, c, own, n, sum.first[c*m:(c+1)*m], sum.second[c*pairs:(c+1)*pairs])
		}
	}
	return s
}

func (s *tally) add(l *tally) {
	s.logProb += l.logProb
	addTo(s.n, l.n)
	addTo(s.first, l.first)
	addTo(s.second, l.second)
	for j := range s.levels {
		addTo(s.levels[j], l.levels[j])
	}
}

// addTo adds src to dst.
func addTo(dst, src []float64) {
	for i, v := range src {
		dst[i] += v
	}
}
