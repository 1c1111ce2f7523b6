package dist

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/space"
)

// BookWire is a Codebook as it is written into a model. That of a coded field
// is empty: the field's levels say all.
type BookWire struct {
	Min      float64   `cbor:"min,omitempty"` // domain, positions on the grid
	Max      float64   `cbor:"max,omitempty"`
	Bounds   []float64 `cbor:"bounds,omitempty"` // [values]
	Tiles    []int     `cbor:"tiles,omitempty"`  // [values], number of each code's tiles
	TileLo   []float64 `cbor:"tilelo,omitempty"`
	TileHi   []float64 `cbor:"tilehi,omitempty"`
	TileMass []float64 `cbor:"tilemass,omitempty"`
	Atoms    []int     `cbor:"atoms,omitempty"` // [values], number of each code's atoms
	Atom     []float64 `cbor:"atom,omitempty"`
	AtomMass []float64 `cbor:"atommass,omitempty"`
}

// Wire returns what NewBook makes the same codebook of.
func (c *Codebook) Wire() BookWire {
	w := BookWire{Min: c.min, Max: c.max, Bounds: c.bounds}
	for code := range c.bounds {
		t, a := c.tiles[code], c.atoms[code]
		w.Tiles = append(w.Tiles, len(t.lo))
		w.TileLo = append(w.TileLo, t.lo...)
		w.TileHi = append(w.TileHi, t.hi...)
		w.TileMass = append(w.TileMass, t.mass...)
		w.Atoms = append(w.Atoms, len(a.lo))
		w.Atom = append(w.Atom, a.lo...)
		w.AtomMass = append(w.AtomMass, a.mass...)
	}
	return w
}

// NewBook returns the codebook of a field that w describes, or an error where w
// describes none. It keeps w's slices.
func NewBook(f *space.Field, w BookWire) (*Codebook, error) {
	if f.Kind.Coded() {
		return NewLevelBook(f)
	}
	if !f.Kind.Numeric() {
		return nil, fmt.Errorf("field %q: a %v has no codebook", f.Name, f.Kind)
	}
	c := &Codebook{
		numeric: true, missing: f.Optional(), values: len(w.Bounds),
		min: w.Min, max: w.Max, bounds: w.Bounds,
	}
	if err := c.fill(f, w); err != nil {
		return nil, fmt.Errorf("field %q: codebook: %w", f.Name, err)
	}
	c.index()
	return c, nil
}

// fill checks w and cuts it into codes.
func (c *Codebook) fill(f *space.Field, w BookWire) error {
	if !finite(w.Min, w.Max) || w.Min > w.Max {
		return fmt.Errorf("domain [%v, %v]", w.Min, w.Max)
	}
	c.grid = NewGrid(f, w.Min, w.Max)
	end := c.grid.after(w.Max)
	n := len(w.Bounds)
	if n < 1 || n >= Outside || len(w.Tiles) != n || len(w.Atoms) != n {
		return fmt.Errorf("%d codes with %d and %d parts", n, len(w.Tiles), len(w.Atoms))
	}
	if len(w.TileHi) != len(w.TileLo) || len(w.TileMass) != len(w.TileLo) || len(w.AtomMass) != len(w.Atom) {
		return fmt.Errorf("lengths of parts differ")
	}
	if w.Bounds[0] != w.Min {
		return fmt.Errorf("codes start at %v, the domain at %v", w.Bounds[0], w.Min)
	}
	c.tiles, c.atoms = make([]pieces, n), make([]pieces, n)
	var tile, atom int
	for code, lo := range w.Bounds {
		hi := end
		if code+1 < n {
			hi = w.Bounds[code+1]
		}
		if !(lo < hi) || !c.onGrid(lo) {
			return fmt.Errorf("code %d spans [%v, %v)", code, lo, hi)
		}
		t, a := w.Tiles[code], w.Atoms[code]
		if t < 0 || a < 0 || t > len(w.TileLo)-tile || a > len(w.Atom)-atom {
			return fmt.Errorf("code %d has %d tiles and %d atoms", code, t, a)
		}
		c.tiles[code] = pieces{lo: w.TileLo[tile : tile+t], hi: w.TileHi[tile : tile+t], mass: w.TileMass[tile : tile+t]}
		c.atoms[code] = pieces{lo: w.Atom[atom : atom+a], mass: w.AtomMass[atom : atom+a]}
		tile += t
		atom += a
		if err := c.checkCode(code, lo, hi); err != nil {
			return err
		}
	}
	if tile != len(w.TileLo) || atom != len(w.Atom) {
		return fmt.Errorf("%d tiles and %d atoms belong to no code", len(w.TileLo)-tile, len(w.Atom)-atom)
	}
	return nil
}

// checkCode reports what is wrong with the parts of the code [lo, hi). A code
// without parts is one that a restriction has emptied.
func (c *Codebook) checkCode(code int, lo, hi float64) error {
	t, a := c.tiles[code], c.atoms[code]
	var total float64
	for k, from := range t.lo {
		if !(from >= lo && from < t.hi[k] && t.hi[k] <= hi) || k > 0 && from < t.hi[k-1] || !c.onGrid(from) || !c.onGrid(t.hi[k]) {
			return fmt.Errorf("tile [%v, %v) of code %d, which spans [%v, %v)", from, t.hi[k], code, lo, hi)
		}
	}
	for k, at := range a.lo {
		if !(at >= lo && at < hi) || k > 0 && at <= a.lo[k-1] || !c.onGrid(at) {
			return fmt.Errorf("atom %v of code %d, which spans [%v, %v)", at, code, lo, hi)
		}
	}
	for _, masses := range [][]float64{t.mass, a.mass} {
		for _, m := range masses {
			if !(m > 0 && m <= 1+1e-9) {
				return fmt.Errorf("mass %v in code %d", m, code)
			}
			total += m
		}
	}
	if len(t.mass)+len(a.mass) > 0 && math.Abs(total-1) > 1e-9 {
		return fmt.Errorf("masses of code %d sum to %v", code, total)
	}
	return nil
}

// onGrid reports whether p is a finite position.
func (c *Codebook) onGrid(p float64) bool {
	return finite(p) && (c.grid.Real() || p == math.Floor(p))
}

func finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
