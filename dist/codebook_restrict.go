package dist

import (
	"cmp"
	"slices"

	"github.com/seed-64d012fb/mimic/space"
)

// Restrict conditions p(x | code) on x in given. It returns the codebook of
// p(x | code, x in given), whose codes are the same, and share [codes], the
// probability p(x in given | code). Evidence then turns p(code) into
// p(code)·share(code), up to its sum, the probability of the evidence.
//
// Among reals a range of length zero stands for the reals that round to it.
func (c *Codebook) Restrict(given space.Given) (book *Codebook, share []float64) {
	share = make([]float64, c.Codes())
	if c.missing && given.Missing {
		share[c.values] = 1
	}
	if !c.numeric {
		for _, level := range given.Codes {
			if level >= 0 && int(level) < c.values {
				share[level] = 1
			}
		}
		return c, share
	}
	ranges := c.positions(given.Ranges)
	r := *c
	r.tiles, r.atoms = make([]pieces, c.values), make([]pieces, c.values)
	for code := range c.values {
		t, a := &c.tiles[code], &c.atoms[code]
		var tile, atom pieces
		for _, in := range ranges {
			for k, at := range a.lo {
				if in.lo <= at && at <= in.last {
					atom.lo = append(atom.lo, at)
					atom.mass = append(atom.mass, a.mass[k])
				}
			}
			for k := range t.lo {
				lo, hi := max(in.lo, t.lo[k]), min(in.hi, t.hi[k])
				if !(lo < hi) {
					continue
				}
				perMeasure := t.mass[k] / (t.hi[k] - t.lo[k])
				switch n := len(atom.lo); {
				case !c.grid.Real() || in.lo < in.last:
					tile.lo = append(tile.lo, lo)
					tile.hi = append(tile.hi, hi)
					tile.mass = append(tile.mass, perMeasure*(hi-lo))
				case n > 0 && atom.lo[n-1] == lo:
					atom.mass[n-1] += perMeasure * c.grid.cell
				default:
					atom.lo = append(atom.lo, lo)
					atom.mass = append(atom.mass, perMeasure*c.grid.cell)
				}
			}
		}
		share[code] = normalise(atom.mass, tile.mass)
		r.tiles[code], r.atoms[code] = tile, atom
	}
	r.index()
	return &r, share
}

// stretch is a range of positions: from lo to last, all before hi.
type stretch struct{ lo, last, hi float64 }

// positions returns the union of ranges as disjoint ascending stretches.
func (c *Codebook) positions(ranges []space.Interval) (out []stretch) {
	for _, r := range ranges {
		s := stretch{
			lo:   c.grid.Ceil(max(r.Min, c.grid.Value(c.min))),
			last: c.grid.Floor(min(r.Max, c.grid.Value(c.max))),
		}
		if s.lo <= s.last {
			s.hi = c.grid.after(s.last)
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b stretch) int { return cmp.Compare(a.lo, b.lo) })
	n := 0
	for _, s := range out {
		if n > 0 && s.lo <= out[n-1].hi {
			out[n-1].last, out[n-1].hi = max(out[n-1].last, s.last), max(out[n-1].hi, s.hi)
			continue
		}
		out[n] = s
		n++
	}
	return out[:n]
}
