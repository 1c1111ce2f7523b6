package forest

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-64d012fb/mimic/rng"
)

// ridgeModel returns a model with views of two numbers, the second of few values, and of
// three levels, and the bins of n rows.
func ridgeModel(n int) (m *Model, bins [][]uint8, y []float64) {
	m = &Model{rows: int64(n), columns: make([]column, 3)}
	for p, of := range []view{{bins: 40, ordered: true}, {bins: 5, ordered: true}, {bins: 3}} {
		of.column = p
		m.columns[p].digit = week // without a scale of its own
		m.columns[p].book = levelBook{codes: of.bins}
		m.views = append(m.views, of)
		bins = append(bins, make([]uint8, n))
	}
	for i := range n {
		r := rng.New(3).Stream(int64(i))
		for v := range bins {
			bins[v][i] = uint8(r.Float64() * float64(m.views[v].bins))
		}
		y = append(y, float64(bins[0][i])/12-1.5+float64(bins[2][i])+normalQuantile(r.Float64()))
	}
	return m, bins, y
}

// levelBook is a book of so many codes, none of them missing.
type levelBook struct {
	book
	codes int
}

func (levelBook) Missing() (uint16, bool) { return 0, false }

// design returns the features that the kernel of a ridge is the inner product of, in rows,
// without the constant.
func design(r *ridge, groups int) *mat.Dense {
	n := len(r.views[0].bin)
	var cols [][]float64
	add := func(of func(i int) float64) {
		col := make([]float64, n)
		for i := range col {
			col[i] = of(i)
		}
		cols = append(cols, col)
	}
	for k := range r.views {
		x := &r.views[k]
		if x.z != nil {
			add(func(i int) float64 { return x.z[x.bin[i]] })
			for g := range groups {
				add(func(i int) float64 {
					if int(r.groups[i]) != g {
						return 0
					}
					return math.Sqrt(apart) * x.z[x.bin[i]]
				})
			}
		}
		for b, step := range x.step {
			if step {
				add(func(i int) float64 {
					if int(x.bin[i]) != b {
						return 0
					}
					return math.Sqrt(steps)
				})
			}
		}
	}
	d := mat.NewDense(n, len(cols), nil)
	for j, col := range cols {
		d.SetCol(j, col)
	}
	return d
}

// plainRidge fits y by the normal equations, without row out (none: -1), and returns what
// it says of all rows.
func plainRidge(d *mat.Dense, y []float64, strength float64, out int) []float64 {
	n, q := d.Dims()
	x := mat.NewDense(n, q+1, nil)
	for i := range n {
		x.Set(i, q, math.Sqrt(constants*strength))
		for j := range q {
			x.Set(i, j, d.At(i, j))
		}
	}
	kept, of := mat.DenseCopyOf(x), slices.Clone(y)
	if out >= 0 {
		kept.SetRow(out, make([]float64, q+1))
		of[out] = 0
	}
	var gram mat.Dense
	gram.Mul(kept.T(), kept)
	for j := range q + 1 {
		gram.Set(j, j, gram.At(j, j)+strength)
	}
	var b, xy, f mat.VecDense
	xy.MulVec(kept.T(), mat.NewVecDense(n, of))
	if err := b.SolveVec(&gram, &xy); err != nil {
		panic(err)
	}
	f.MulVec(x, &b)
	return f.RawVector().Data
}

// The regression is that of the normal equations over the features that its kernel stands
// for, and what is left of a row is what the equations without it leave, with and without
// groups.
func TestRidgeAgainstNormalEquations(t *testing.T) {
	m, bins, y := ridgeModel(60)
	r := m.newRidge([]int32{0, 1, 2}, bins)
	if r.views[1].z == nil || !r.views[1].step[0] || r.views[0].step[0] || r.views[2].z != nil {
		t.Fatal("views are not told as numbers, both, and levels")
	}
	for groups, r := range map[int]*ridge{0: r, 3: r.within(bins[2])} {
		d := design(r, groups)
		for _, strength := range []float64{.3, 10} {
			f, ok := r.fit(y, strength)
			if !ok {
				t.Fatal("no fit")
			}
			all := plainRidge(d, y, strength, -1)
			for i := range y {
				own := f.constant()
				for v := range f.views {
					group := uint8(0)
					if groups > 0 {
						group = r.groups[i]
					}
					own += f.scores(&f.views[v], group)[bins[v][i]]
				}
				if math.Abs(own-all[i]) > 1e-6 {
					t.Fatalf("%d groups, ridge %v, row %d: %v, by the normal equations %v", groups, strength, i, own, all[i])
				}
				if want := y[i] - plainRidge(d, y, strength, i)[i]; math.Abs(f.left[i]-want) > 1e-6 {
					t.Fatalf("%d groups, ridge %v, row %d: %v is left, by the normal equations without it %v", groups, strength, i, f.left[i], want)
				}
			}
		}
	}
}

// Noise is what its definition says: the others' squares, of groups that lean on all.
func TestScatterLeavesOneOut(t *testing.T) {
	left := []float64{.5, -1, 2, .1, -.3, .7, -2.2}
	of := []share{{0, 0}, {0, .25}, {1, 0}, {0, .5}, {1, 0}, {0, .9}, {1, 0}}
	s := newScatter(2, left, of)
	sd := s.sds()
	got := s.logLikelihood(left, of)
	want := 0.0
	variance := func(group, without int) (v, rows float64) {
		square, all, n := 0.0, 0.0, 0.0
		for i, e := range left {
			if i == without {
				continue
			}
			w := of[i].up
			if of[i].group == group {
				w = 1 - of[i].up
			} else if of[i].group+1 != group {
				w = 0
			}
			square, rows = square+w*e*e, rows+w
			all, n = all+e*e, n+1
		}
		return (square + noiseRows*all/n) / (rows + noiseRows), rows
	}
	for i, e := range left {
		v, rows := variance(of[i].group, i)
		if up := of[i].up; up > 0 {
			next, _ := variance(of[i].group+1, i)
			v = (1-up)*v + up*next
		}
		nu := rows + noiseRows
		a, _ := math.Lgamma((nu + 1) / 2)
		b, _ := math.Lgamma(nu / 2)
		want += a - b - .5*math.Log(nu*math.Pi*v) - (nu+1)/2*math.Log1p(e*e/(nu*v))
	}
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("log-likelihood %v, by the definition %v", got, want)
	}
	for g := range sd {
		if v, _ := variance(g, -1); math.Abs(sd[g]*sd[g]-v) > 1e-9 {
			t.Errorf("group %d has variance %v, by the definition %v", g, sd[g]*sd[g], v)
		}
	}
	n := noise{[]float64{0, 2}, []float64{1, 3}}
	for fit, want := range map[float64]float64{-5: 1, 0: 1, .5: math.Sqrt(3), 2: 3, 9: 3} {
		if got := n.sd(fit); math.Abs(got-want) > 1e-12 {
			t.Errorf("at %v noise is %v wide, not %v", fit, got, want)
		}
	}
}

// Normal residuals have the normal law in nearly all samples, two heaps and a long tail one of
// their own, which rises from 0 to 1, is as wide as its residuals (but for what lies beyond
// lawReach), and without a residual is the law of the others.
func TestShapeOfResiduals(t *testing.T) {
	const samples, n = 40, 80
	own := map[string]int{}
	for name, of := range map[string]func(z float64) float64{
		"normal":    func(z float64) float64 { return z },
		"two heaps": func(z float64) float64 { return math.Copysign(1, z) + z/4 },
		"a tail":    func(z float64) float64 { return (math.Exp(z) - 1.65) / 2.16 },
	} {
		for k := range samples {
			u := make([]float64, n)
			square := 0.0
			for i := range u {
				u[i] = of(normalQuantile(rng.New(uint64(k)).Stream(int64(i)).Float64()))
				square += u[i] * u[i] / n
			}
			for i := range u {
				u[i] /= math.Sqrt(square)
			}
			s := newShape(u)
			if len(s.Residuals) == 0 {
				continue
			}
			own[name]++
			table, last, mean := s.table(), 0.0, 0.0 // of squares
			for i, p := range table {
				if p < last || p > 1+1e-12 {
					t.Fatalf("%s: %v lies below a point, %v below the one before", name, p, last)
				}
				x := float64(i)/lawCells - lawReach
				mean += (p - last) * x * x
				last = p
			}
			if math.Abs(mean-1) > .05 {
				t.Errorf("%s: the law has the mean square %.3f, its residuals 1", name, mean)
			}
			without := shape{slices.Clone(s.Residuals[1:]), s.Bandwidth}
			for _, x := range []float64{-1, .1, 2} {
				if got, want := s.belowWithout(x, s.Residuals[0]), without.below(x); math.Abs(got-want) > 1e-12 {
					t.Errorf("%s: %v below %v without a residual, %v among the others", name, got, x, want)
				}
			}
		}
	}
	t.Log(own)
	if own["normal"] > samples/2 || own["two heaps"] < samples || own["a tail"] < samples*9/10 {
		t.Errorf("of %d samples each have a law of their own: %v", samples, own)
	}
}
