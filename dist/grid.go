package dist

import (
	"math"

	"github.com/seed-64d012fb/mimic/space"
)

// Grid maps the values of a numeric field to positions: a grid value to its
// whole number of steps, a real to itself. The measure of [lo, hi) is hi - lo
// in both: a number of values on a grid, a length among the reals.
type Grid struct {
	scale float64 // steps in a unit; 0 means the reals
	cell  float64 // measure of one value: 1 on a grid, the resolution among reals
}

// NewGrid returns the grid of a field whose values lie in [lo, hi]. A real's
// resolution is the spacing of float64 at the larger end of its domain, the
// finest that all of the domain shares: a value x stands for the reals within
// half of it, so that the atom of a real has a finite density.
func NewGrid(f *space.Field, lo, hi float64) Grid {
	switch f.Kind {
	case space.Integer, space.Datetime, space.Duration:
		return Grid{scale: 1, cell: 1}
	case space.Decimal:
		return Grid{scale: math.Pow10(f.Digits), cell: 1}
	}
	far := max(math.Abs(lo), math.Abs(hi))
	return Grid{cell: math.Nextafter(far, math.Inf(1)) - far}
}

// Real reports whether values are reals, not on a grid.
func (g Grid) Real() bool { return g.scale == 0 }

// Pos returns the position of x, and whether x lies on the grid.
func (g Grid) Pos(x float64) (p float64, on bool) {
	switch g.scale {
	case 0:
		return x, true
	case 1:
		p = math.Round(x)
		return p, p == x
	}
	p = math.Round(x * g.scale)
	return p, p/g.scale == x
}

// Value returns the value at a position, bit-equal to what the field's text
// reads as.
func (g Grid) Value(p float64) float64 {
	if g.scale == 0 || g.scale == 1 {
		return p
	}
	return p / g.scale
}

// after returns the first position behind p.
func (g Grid) after(p float64) float64 {
	if !g.Real() && p+1 > p {
		return p + 1
	}
	return math.Nextafter(p, math.Inf(1))
}

// before returns the last position before p.
func (g Grid) before(p float64) float64 {
	if !g.Real() && p-1 < p {
		return p - 1
	}
	return math.Nextafter(p, math.Inf(-1))
}

// between returns the bound of the cells of a and b, a < b: the first position
// that belongs to b when the gap between them is shared evenly.
func (g Grid) between(a, b float64) float64 {
	m := a/2 + b/2
	if !g.Real() {
		m = math.Floor(m) + 1
	}
	if m > a && m <= b {
		return m
	}
	return b
}

// Ceil returns the first position at or above x.
func (g Grid) Ceil(x float64) float64 {
	if g.Real() {
		return x
	}
	p := math.Round(x * g.scale)
	if g.Value(p) < x {
		return p + 1
	}
	return p
}

// Floor returns the last position at or below x.
func (g Grid) Floor(x float64) float64 {
	if g.Real() {
		return x
	}
	p := math.Round(x * g.scale)
	if g.Value(p) > x {
		return p - 1
	}
	return p
}

// Steps returns how many positions a unit of the field is.
func (g Grid) Steps() float64 {
	if g.Real() {
		return 1
	}
	return g.scale
}

// Cell returns the measure of one value: 1 on a grid, the resolution of float64
// among reals.
func (g Grid) Cell() float64 { return g.cell }
