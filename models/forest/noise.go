package forest

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// noise is how wide rows scatter around a fit: a standard deviation at some fits, the
// variance along a straight line in between.
type noise struct {
	At []float64 `cbor:"at"` // rising
	SD []float64 `cbor:"sd"`
}

const noiseRows = 6 // that say that a group scatters like all rows

// sd returns the standard deviation at a fit.
func (n *noise) sd(fit float64) float64 {
	g, up := n.place(fit)
	if up == 0 {
		return n.SD[g]
	}
	return math.Sqrt((1-up)*n.SD[g]*n.SD[g] + up*n.SD[g+1]*n.SD[g+1])
}

// place returns the last of At that a fit lies above, or the first, and how far the fit is
// on the way to the next.
func (n *noise) place(fit float64) (g int, up float64) {
	last := len(n.At) - 1
	for g < last && n.At[g+1] <= fit {
		g++
	}
	if g < last && fit > n.At[g] {
		up = (fit - n.At[g]) / (n.At[g+1] - n.At[g])
	}
	return g, up
}

// widen adds what rounding the fit to the middle of a bin of some width does.
func (n *noise) widen(bin float64) {
	for g, sd := range n.SD {
		n.SD[g] = math.Sqrt(sd*sd + bin*bin/12)
	}
}

// scatter is noise in groups of rows in the making: of classes, or along the fit.
type scatter struct {
	square, rows []float64 // [groups]
	all          float64
	n            float64
}

// share is the groups that a row counts for: one, or two next to each other.
type share struct {
	group int
	up    float64 // how much it counts for the next
}

func newScatter(groups int, left []float64, of []share) *scatter {
	s := &scatter{square: make([]float64, groups), rows: make([]float64, groups)}
	for i, e := range left {
		s.add(of[i], e*e, 1)
	}
	return s
}

func (s *scatter) add(of share, square, n float64) {
	s.all += square
	s.n += n
	for k, w := range [2]float64{1 - of.up, of.up} {
		if w > 0 {
			s.square[of.group+k] += w * square
			s.rows[of.group+k] += w * n
		}
	}
}

// variance returns that of a group, which leans on that of all rows.
func (s *scatter) variance(group int) float64 {
	return (s.square[group] + noiseRows*s.all/s.n) / (s.rows[group] + noiseRows)
}

// logLikelihood returns how likely what is left of the rows is, each by the scatter of the
// others.
func (s *scatter) logLikelihood(left []float64, of []share) (l float64) {
	for i, e := range left {
		s.add(of[i], -e*e, -1)
		variance := (1 - of[i].up) * s.variance(of[i].group)
		if of[i].up > 0 {
			variance += of[i].up * s.variance(of[i].group+1)
		}
		t := distuv.StudentsT{Sigma: math.Sqrt(max(variance, tiny)), Nu: s.rows[of[i].group] + noiseRows}
		l += t.LogProb(e)
		s.add(of[i], e*e, 1)
	}
	return l
}

const tiny = 1e-12 // a variance

// sds returns the standard deviation of each group.
func (s *scatter) sds() []float64 {
	sd := make([]float64, len(s.rows))
	for g := range sd {
		sd[g] = math.Sqrt(max(s.variance(g), tiny))
	}
	return sd
}

// alongFits returns noise without standard deviations at so many fits, between which lie
// about equally many rows; false if they are not distinct.
func alongFits(fits []float64, groups int) (n noise, ok bool) {
	sorted := slices.Clone(fits)
	slices.Sort(sorted)
	for g := range groups {
		n.At = append(n.At, sorted[(2*g+1)*len(sorted)/(2*groups)])
		if g > 0 && n.At[g] < n.At[g-1]+1e-9 {
			return n, false
		}
	}
	return n, true
}
