package dist

import "math"

// index computes what is looked up from what defines a codebook.
func (c *Codebook) index() {
	for code := range c.values {
		t, a := &c.tiles[code], &c.atoms[code]
		t.cum, a.cum = runningSum(t.mass), runningSum(a.mass)
		t.logp = make([]float64, len(t.mass))
		for k, m := range t.mass {
			t.logp[k] = math.Log(m / (t.hi[k] - t.lo[k]))
		}
		a.logp = make([]float64, len(a.mass))
		for k, m := range a.mass {
			density := m / c.grid.cell
			if i := lastAtMost(t.lo, a.lo[k]); i >= 0 && a.lo[k] < t.hi[i] {
				density += t.mass[i] / (t.hi[i] - t.lo[i])
			}
			a.logp[k] = math.Log(density)
		}
	}
	c.direct = nil
	if c.grid.Real() || c.max-c.min >= directCells {
		return
	}
	c.direct = make([]uint16, int(c.max-c.min)+1)
	for i := range c.direct {
		c.direct[i] = uint16(lastAtMost(c.bounds, c.min+float64(i)))
	}
}

func runningSum(x []float64) []float64 {
	sum := make([]float64, len(x))
	var s float64
	for i, v := range x {
		s += v
		sum[i] = s
	}
	return sum
}

// normalise scales masses to the sum 1, and returns what the sum was. Masses of
// sum 0 stay.
func normalise(masses ...[]float64) (total float64) {
	for _, m := range masses {
		for _, v := range m {
			total += v
		}
	}
	if total > 0 {
		for _, m := range masses {
			for i := range m {
				m[i] /= total
			}
		}
	}
	return total
}
