package forest

import "math"

// residuals are the distributions of what is left of z after a line, for groups of
// rows with about the same fit: a table of how much lies below the end of each cell
// of [-4, 4).
type residuals struct {
	at    []float64   // [groups] the fit in the middle of a group, rising
	below [][]float64 // [groups][residualCells]
}

const (
	residualCells = 512
	residualReach = 4.
	cellWidth     = 2 * residualReach / residualCells
)

// residuals gathers those of the line's rows on the scale of its column.
// A row counts for the two groups whose middles it lies between, the nearer one more.
func (l *line) residuals(d *direction, z *scale) *residuals {
	n := len(l.rows)
	groups := max(1, min(lineGroups, n/groupRows))
	r := &residuals{make([]float64, groups), make([][]float64, groups)}
	middle := func(g int) int { return (2*g + 1) * n / (2 * groups) }
	all, weight := make([]float64, residualCells), make([]float64, groups)
	for g := range groups {
		r.at[g] = l.fit(d, l.rows[middle(g)].cell)
		r.below[g] = make([]float64, residualCells)
	}
	g, one := 0, make([]float64, residualCells)
	for i, row := range l.rows {
		for g < groups-1 && middle(g+1) <= i {
			g++
		}
		up := 0.0
		if g < groups-1 && i > middle(g) {
			up = float64(i-middle(g)) / float64(middle(g+1)-middle(g))
		}
		lo, hi := z.spread(one, int(row.code), l.fit(d, row.cell))
		for c := lo; c <= hi; c++ {
			all[c] += one[c] / float64(n)
			r.below[g][c] += (1 - up) * one[c]
			if up > 0 {
				r.below[g+1][c] += up * one[c]
			}
		}
		weight[g] += 1 - up
		if up > 0 {
			weight[g+1] += up
		}
	}
	for g, h := range r.below {
		for c := range h {
			h[c] = (h[c] + groupLean*all[c]) / (weight[g] + groupLean)
		}
		smoothed := widened(h, weight[g])
		total := 0.0
		for c, p := range smoothed {
			total += p
			h[c] = total
		}
	}
	return r
}

// residualCell returns the cell of a residual.
func residualCell(r float64) int {
	return int(max(0, min((r+residualReach)/cellWidth, residualCells-1)))
}

// spread sets cells lo … hi of dst to the shares of a row of a code whose fit is f.
func (s *scale) spread(dst []float64, code int, f float64) (lo, hi int) {
	from, to := s.bounds[code], s.bounds[code+1]
	lo, hi = residualCell(from-f), residualCell(to-f)
	below := s.below(from)
	mass := s.below(to) - below
	if lo == hi || !(mass > 0) {
		dst[lo] = 1
		return lo, lo
	}
	for c := lo; c <= hi; c++ {
		end := to
		if c < hi {
			end = f - residualReach + float64(c+1)*cellWidth
		}
		b := s.below(end)
		dst[c] = (b - below) / mass
		below = b
	}
	return lo, hi
}

// widened returns the shares h of cells, from so many rows, under a normal kernel.
func widened(h []float64, rows float64) []float64 {
	var mean, square float64
	for c, p := range h {
		mean += p * float64(c)
		square += p * float64(c) * float64(c)
	}
	wide := bandwidth * math.Sqrt(max(square-mean*mean, 0)) * math.Pow(max(rows, 1), -.2)
	reach := int(4 * wide)
	kernel, total := make([]float64, 2*reach+1), 0.0
	for k := range kernel {
		x := float64(k-reach) / max(wide, 1e-9)
		kernel[k] = math.Exp(-x * x / 2)
		total += kernel[k]
	}
	to := make([]float64, len(h))
	for c, p := range h {
		if p == 0 {
			continue
		}
		for k, w := range kernel {
			to[max(0, min(c+k-reach, len(h)-1))] += p * w / total
		}
	}
	return to
}

// shifted sets p [codes] to the distribution of codes of the given bounds where the
// fit is f.
func (r *residuals) shifted(p, bounds []float64, f float64) {
	g := 0
	for g < len(r.at)-1 && r.at[g+1] <= f {
		g++
	}
	up := 0.0
	if g < len(r.at)-1 && f > r.at[g] {
		up = (f - r.at[g]) / (r.at[g+1] - r.at[g])
	}
	last := 0.0
	for k := range p {
		b := 1.0
		if k < len(p)-1 {
			b = share(r.below[g], bounds[k+1]-f)
			if up > 0 {
				b = (1-up)*b + up*share(r.below[g+1], bounds[k+1]-f)
			}
		}
		p[k] = max(b-last, 0)
		last = b
	}
}

// share returns how much lies below x, where it is spread evenly over each cell.
func share(below []float64, x float64) float64 {
	at := (x + residualReach) / cellWidth
	switch {
	case !(at > 0):
		return 0
	case at >= residualCells:
		return 1
	}
	c := int(at)
	from := 0.0
	if c > 0 {
		from = below[c-1]
	}
	return from + (at-float64(c))*(below[c]-from)
}
