package dist

import "math"

// Refine returns the codebook of the same distribution with its codes cut in two,
// and those again, as long as both parts would have least rows or more, and the
// rows of the new codes: each its share of the old one's. rows [codes] says how
// many the old ones have. What is cut are tiles alone, so that a value with a mass
// of its own stays one.
//
// A code of many rows says what the data say of a density; finer ones let a model
// say where in it a value lies, given others.
func (c *Codebook) Refine(rows []float64, least float64) (*Codebook, []float64) {
	r := *c
	r.values, r.bounds, r.tiles, r.atoms = 0, nil, nil, nil
	var refined []float64
	var cut func(lo, hi float64, t, a pieces, n float64)
	cut = func(lo, hi float64, t, a pieces, n float64) {
		if n >= 2*least {
			if at, share := c.middle(lo, hi, t, a); min(share, 1-share)*n >= least {
				t0, t1 := t.cutTiles(at)
				a0, a1 := a.cutAtoms(at)
				normalise(t0.mass, a0.mass)
				normalise(t1.mass, a1.mass)
				cut(lo, at, t0, a0, n*share)
				cut(at, hi, t1, a1, n*(1-share))
				return
			}
		}
		r.values++
		r.bounds, r.tiles, r.atoms = append(r.bounds, lo), append(r.tiles, t), append(r.atoms, a)
		refined = append(refined, n)
	}
	for code, lo := range c.bounds {
		hi := c.grid.after(c.max)
		if code+1 < c.values {
			hi = c.bounds[code+1]
		}
		cut(lo, hi, c.tiles[code], c.atoms[code], rows[code])
	}
	r.index()
	return &r, append(refined, rows[c.values:]...)
}

// middle returns the bound within (lo, hi) that parts the mass of a code's tiles
// and atoms most evenly, and the share of mass below it, 0 where there is none.
func (c *Codebook) middle(lo, hi float64, t, a pieces) (at, share float64) {
	from, to := lo, hi // less than half of the mass is below from, not less is below to
	for {
		m := from + (to-from)/2
		if !c.grid.Real() {
			m = math.Floor(m)
		}
		if !(from < m && m < to) {
			break
		}
		if massBelow(m, t, a) < .5 {
			from = m
		} else {
			to = m
		}
	}
	for _, m := range []float64{from, to} {
		if s := massBelow(m, t, a); lo < m && m < hi && min(s, 1-s) > min(share, 1-share) {
			at, share = m, s
		}
	}
	return at, share
}

// massBelow returns the mass of tiles and atoms below a position.
func massBelow(p float64, t, a pieces) (m float64) {
	for k, lo := range t.lo {
		m += t.mass[k] * max(0, min(1, (p-lo)/(t.hi[k]-lo)))
	}
	for k, at := range a.lo {
		if at < p {
			m += a.mass[k]
		}
	}
	return m
}

// cutTiles returns what lies below a position and what does not.
func (t pieces) cutTiles(at float64) (below, rest pieces) {
	add := func(x *pieces, lo, hi, mass float64) {
		if lo < hi {
			x.lo, x.hi, x.mass = append(x.lo, lo), append(x.hi, hi), append(x.mass, mass)
		}
	}
	for k, lo := range t.lo {
		hi := t.hi[k]
		perMeasure := t.mass[k] / (hi - lo)
		add(&below, lo, min(hi, at), perMeasure*(min(hi, at)-lo))
		add(&rest, max(lo, at), hi, perMeasure*(hi-max(lo, at)))
	}
	return below, rest
}

// cutAtoms returns what lies below a position and what does not.
func (a pieces) cutAtoms(at float64) (below, rest pieces) {
	for k, p := range a.lo {
		x := &rest
		if p < at {
			x = &below
		}
		x.lo, x.mass = append(x.lo, p), append(x.mass, a.mass[k])
	}
	return below, rest
}
