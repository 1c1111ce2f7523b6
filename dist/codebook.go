package dist

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Outside is the code of a value outside the sample space of its field: a level
// or a number that the schema does not have, or missing where it must not be.
const Outside = math.MaxUint16

// Codebook codes one field: every value of its sample space belongs to one of a
// few codes, and has a probability within its code. A distribution over the
// codes is then a distribution over the field,
//
//	p(x) = p(c) · p(x | c),  c = Encode(x).
//
// Coded kinds have a code for each level, and p(x | c) = 1. Numeric kinds are
// atoms plus density: codes are consecutive intervals that cover [Min, Max],
// and within an interval p(x | c) is a mixture of atoms, values with a mass of
// their own, and of tiles, which are uniform over their part of the interval
// and leave none of it out. Codes ascend with the values. Missing, where the
// field is Optional, is the code after all others.
//
// Base measure: counting measure on grids and levels. Among reals LogDetail is
// a log-density in the field's unit; an atom of a real is as wide as the
// spacing of float64 at the larger end of the domain, so that densities are
// finite and any two models of the field are comparable.
//
// A Codebook is immutable and safe for concurrent use.
type Codebook struct {
	values  int  // codes that are not missing
	missing bool // missing has code values
	numeric bool

	grid     Grid
	min, max float64   // domain, positions
	bounds   []float64 // [values] first position of each code, ascending
	tiles    []pieces  // [values] what p(x | c) is a mixture of
	atoms    []pieces  // [values]

	direct []uint16 // code of each position from min, for small grids
}

// pieces are parts of a code: tiles [lo, hi) or atoms at lo, in ascending order.
type pieces struct {
	lo   []float64
	hi   []float64 // nil for atoms
	mass []float64 // probability within the code
	cum  []float64 // running sum of mass, of the code's tiles or atoms alone
	logp []float64 // log p(x | c) on the piece
}

// NewLevelBook returns the codebook of a coded field.
func NewLevelBook(f *space.Field) (*Codebook, error) {
	if !f.Kind.Coded() {
		return nil, fmt.Errorf("field %q: a %v has no levels", f.Name, f.Kind)
	}
	if len(f.Levels) >= Outside {
		return nil, fmt.Errorf("field %q: %d levels; a model takes at most %d", f.Name, len(f.Levels), Outside-1)
	}
	return &Codebook{values: len(f.Levels), missing: f.Optional()}, nil
}

// Codes returns the number of codes, missing included.
func (c *Codebook) Codes() int {
	if c.missing {
		return c.values + 1
	}
	return c.values
}

// Values returns the number of codes that are not missing: codes 0 … Values-1,
// in the order of levels or numbers.
func (c *Codebook) Values() int { return c.values }

// Missing returns the code of a missing value, and whether there is one.
func (c *Codebook) Missing() (code uint16, ok bool) { return uint16(c.values), c.missing }

// Numeric reports whether the codes are intervals of numbers.
func (c *Codebook) Numeric() bool { return c.numeric }

// Bounds returns the smallest value of a numeric code and the smallest of the
// next one (for the last code, the largest value of the domain).
func (c *Codebook) Bounds(code uint16) (lo, hi float64) {
	if int(code)+1 < c.values {
		return c.grid.Value(c.bounds[code]), c.grid.Value(c.bounds[code+1])
	}
	return c.grid.Value(c.bounds[code]), c.grid.Value(c.max)
}

// Label names a code for a person: a level, a number, a range of numbers from
// the code's first value to its last, or "missing".
func (c *Codebook) Label(f *space.Field, code uint16) string {
	switch {
	case int(code) >= c.values:
		return "missing"
	case !c.numeric:
		return f.Levels[code]
	}
	if a := &c.atoms[code]; len(a.mass) == 1 && a.mass[0] > 0.5 {
		return string(f.AppendNum(nil, c.grid.Value(a.lo[0])))
	}
	end := c.max
	if int(code)+1 < c.values {
		end = c.grid.before(c.bounds[code+1])
	}
	text := f.AppendNum(nil, c.grid.Value(c.bounds[code]))
	if end > c.bounds[code] {
		text = f.AppendNum(append(text, " to "...), c.grid.Value(end))
	}
	return string(text)
}

// Range returns the smallest and the largest number that has a probability.
func (c *Codebook) Range() (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for code := range c.tiles {
		t, a := &c.tiles[code], &c.atoms[code]
		if n := len(t.lo); n > 0 {
			lo, hi = min(lo, t.lo[0]), max(hi, c.grid.before(t.hi[n-1]))
		}
		if n := len(a.lo); n > 0 {
			lo, hi = min(lo, a.lo[0]), max(hi, a.lo[n-1])
		}
	}
	return c.grid.Value(lo), c.grid.Value(hi)
}

// Empty reports whether a restriction has left a code without values.
func (c *Codebook) Empty(code uint16) bool {
	return c.numeric && int(code) < c.values && len(c.tiles[code].lo)+len(c.atoms[code].lo) == 0
}

// Encode sets dst [n rows] to the codes of a column, Outside where the value is
// not in the sample space.
func (c *Codebook) Encode(dst []uint16, col table.Column) {
	missing := uint16(Outside)
	if c.missing {
		missing = uint16(c.values)
	}
	if !c.numeric {
		for i, level := range col.Code[:len(dst)] {
			switch {
			case uint32(level) < uint32(c.values):
				dst[i] = uint16(level)
			case level == table.Missing:
				dst[i] = missing
			default:
				dst[i] = Outside
			}
		}
		return
	}
	for i, x := range col.Num[:len(dst)] {
		if x != x {
			dst[i] = missing
			continue
		}
		p, on := c.grid.Pos(x)
		switch {
		case !on || p < c.min || p > c.max:
			dst[i] = Outside
		case c.direct != nil:
			dst[i] = c.direct[int(p-c.min)]
		default:
			dst[i] = uint16(lastAtMost(c.bounds, p))
		}
	}
}

// LogDetail adds log p(x | code) to dst [n rows], given the codes that Encode
// found; -Inf where the code is Outside.
func (c *Codebook) LogDetail(dst []float64, codes []uint16, col table.Column) {
	if !c.numeric {
		for i, code := range codes {
			if code == Outside {
				dst[i] = math.Inf(-1)
			}
		}
		return
	}
	for i, code := range codes {
		switch {
		case int(code) < c.values:
			p, _ := c.grid.Pos(col.Num[i])
			dst[i] += c.logDetail(int(code), p)
		case code == Outside:
			dst[i] = math.Inf(-1)
		}
	}
}

// logDetail returns log p(x | code) at position p of the code's interval.
func (c *Codebook) logDetail(code int, p float64) float64 {
	atoms := &c.atoms[code]
	if len(atoms.lo) > 0 {
		if k := lastAtMost(atoms.lo, p); k >= 0 && atoms.lo[k] == p {
			return atoms.logp[k]
		}
	}
	tiles := &c.tiles[code]
	if k := lastAtMost(tiles.lo, p); k >= 0 && p < tiles.hi[k] {
		return tiles.logp[k]
	}
	return math.Inf(-1)
}

// Decode sets rows 0 … len(codes)-1 of col to values drawn from p(x | code),
// where u [n rows] are uniform draws from (0, 1), one a row. A given u gives
// one value. Numbers lie on the field's grid; atoms are exact.
func (c *Codebook) Decode(col *table.Column, codes []uint16, u []float64) {
	if !c.numeric {
		for i, code := range codes {
			if int(code) < c.values {
				col.Code[i] = int32(code)
			} else {
				col.Code[i] = table.Missing
			}
		}
		return
	}
	for i, code := range codes {
		if int(code) < c.values {
			col.Num[i] = c.grid.Value(c.draw(int(code), u[i]))
		} else {
			col.Num[i] = table.NoNumber
		}
	}
}

// draw returns the position at which the distribution within the code, atoms
// first and then tiles, reaches u.
func (c *Codebook) draw(code int, u float64) float64 {
	atoms, tiles := &c.atoms[code], &c.tiles[code]
	var below float64
	if n := len(atoms.cum); n > 0 {
		below = atoms.cum[n-1]
		if u < below || len(tiles.cum) == 0 {
			return atoms.lo[min(lastAtMost(atoms.cum, u)+1, n-1)]
		}
	}
	u -= below
	k := min(lastAtMost(tiles.cum, u)+1, len(tiles.cum)-1)
	if k > 0 {
		u -= tiles.cum[k-1]
	}
	lo, hi := tiles.lo[k], tiles.hi[k]
	p := lo + (hi-lo)*min(u/tiles.mass[k], 1)
	if !c.grid.Real() {
		p = math.Floor(p)
	}
	if p >= hi { // rounding
		p = lo
	}
	return p
}

// lastAtMost returns the last k with sorted[k] <= x, -1 if there is none.
func lastAtMost(sorted []float64, x float64) int {
	lo, n := 0, len(sorted)
	for n > 0 {
		half := (n + 1) >> 1
		if sorted[lo+half-1] <= x {
			lo += half
		}
		n -= half
	}
	return lo - 1
}
