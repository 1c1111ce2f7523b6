package forest

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// ridge is a regression of a number on views before it, in a small table: a constant, a
// slope for each number and a step for each level, which lean on 0. Where rows are in
// groups, slopes may differ a little between them. All this is in how similar two rows
// are, so that many views cost no more than few:
//
//	k(x, x') = Σ_v z_v·z'_v·(1 + apart·[same group]) + steps·[same bin of v],
//
// the first for a number in standard deviations, the second for a level and for a bin
// that is no value. The regression is the mean of a Gaussian process with that kernel,
// over the ridge, and noise of variance 1.
//
// Reference: Rasmussen & Williams (2006), Gaussian Processes for Machine Learning,
// equations 2.25 and 5.12.
type ridge struct {
	views   []ridgeView
	groups  []uint8 // [rows]; nil for none
	kernel  *mat.SymDense
	inverse mat.SymDense // scratch
}

// ridgeView is what a view tells.
type ridgeView struct {
	view int32
	bin  []uint8   // [rows]
	z    []float64 // [bins] of mean 0 and variance 1 over the rows, 0 where there is no value; nil of levels
	step []bool    // [bins] that have one
}

const (
	apart     = 1.  // the slope of a group may differ from that of all as much as that from 0
	steps     = 3.3 // the variance of a step, where that of a slope is 1
	constants = 1e4 // and that of the constant, under any ridge
)

// newRidge returns the regression on the views, whose bins of all rows are bins
// [views][rows].
func (m *Model) newRidge(ask []int32, bins [][]uint8) *ridge {
	r := &ridge{}
	for _, v := range ask {
		r.views = append(r.views, m.newRidgeView(v, bins[v]))
	}
	r.compare(len(bins[ask[0]]))
	return r
}

func (m *Model) newRidgeView(v int32, bin []uint8) ridgeView {
	w := &m.views[v]
	x := ridgeView{view: v, bin: bin, step: make([]bool, w.bins)}
	count, values := countBins(bin, w.bins), m.valuesOf(w)
	stepsFrom := 0
	if w.ordered && values > 2 {
		z := append(m.scoresOf(w, count[:values]), make([]float64, w.bins-values)...)
		if standardiseBins(z[:values], count) {
			x.z = z
		}
		if values > fewCodes {
			stepsFrom = values
		}
	}
	for b := stepsFrom; b < w.bins; b++ {
		x.step[b] = count[b] > 0
	}
	return x
}

// standardiseBins gives z mean 0 and variance 1 over the rows of bins; false where it is the
// same in all.
func standardiseBins(z, count []float64) bool {
	n, mean, square := sum(count[:len(z)]), 0.0, 0.0
	for b, x := range z {
		mean += count[b] * x / n
	}
	for b := range z {
		z[b] -= mean
		square += count[b] * z[b] * z[b] / n
	}
	if !(square > 1e-12) {
		return false
	}
	for b := range z {
		z[b] /= math.Sqrt(square)
	}
	return true
}

// within returns the regression whose slopes may differ between groups of rows.
func (r *ridge) within(groups []uint8) *ridge {
	q := &ridge{views: r.views, groups: groups}
	q.compare(len(groups))
	return q
}

// compare sets the kernel of n rows.
func (r *ridge) compare(n int) {
	r.kernel = mat.NewSymDense(n, nil)
	for i := range n {
		row := r.kernel.RawSymmetric().Data[i*n : (i+1)*n]
		for v := range r.views {
			x := &r.views[v]
			a := x.bin[i]
			if x.z != nil && x.z[a] != 0 {
				for j := i; j < n; j++ {
					s := x.z[a] * x.z[x.bin[j]]
					if r.groups != nil && r.groups[i] == r.groups[j] {
						s *= 1 + apart
					}
					row[j] += s
				}
			}
			if x.step[a] {
				for j := i; j < n; j++ {
					if x.bin[j] == a {
						row[j] += steps
					}
				}
			}
		}
	}
}

// ridgeFit is a regression that has been fitted.
type ridgeFit struct {
	*ridge
	strength float64
	alpha    []float64 // [rows] the weight of each row
	left     []float64 // [rows] y, less what the others say of it
}

// fit fits the regression to y [rows], where the given strength of the ridge says that
// slopes and steps are 0. ok is false where rounding does not allow it.
func (r *ridge) fit(y []float64, strength float64) (f *ridgeFit, ok bool) {
	n := len(y)
	c := mat.NewSymDense(n, nil)
	c.ScaleSym(1/strength, r.kernel)
	for i := range n {
		for j := i; j < n; j++ {
			c.SetSym(i, j, c.At(i, j)+constants)
		}
		c.SetSym(i, i, c.At(i, i)+1)
	}
	var chol mat.Cholesky
	if !chol.Factorize(c) {
		return nil, false
	}
	alpha := mat.NewVecDense(n, nil)
	if chol.SolveVecTo(alpha, mat.NewVecDense(n, y)) != nil || chol.InverseTo(&r.inverse) != nil {
		return nil, false
	}
	f = &ridgeFit{r, strength, alpha.RawVector().Data, make([]float64, n)}
	for i, a := range f.alpha {
		f.left[i] = a / r.inverse.At(i, i)
	}
	return f, true
}

// constant returns the part of the regression that no view tells.
func (f *ridgeFit) constant() float64 { return constants * sum(f.alpha) }

// scores returns what the regression says of each bin of a view, for rows of a group.
func (f *ridgeFit) scores(x *ridgeView, group uint8) []float64 {
	slope, step := 0.0, make([]float64, len(x.step))
	for i, a := range f.alpha {
		b := x.bin[i]
		if x.z != nil {
			z := a * x.z[b]
			if f.groups != nil && f.groups[i] == group {
				z *= 1 + apart
			}
			slope += z
		}
		if x.step[b] {
			step[b] += steps * a
		}
	}
	scores := make([]float64, len(x.step))
	for b := range scores {
		scores[b] = step[b] / f.strength
		if x.z != nil {
			scores[b] += slope * x.z[b] / f.strength
		}
	}
	return scores
}
