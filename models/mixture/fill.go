package mixture

import "github.com/seed-64d012fb/mimic/models/internal/normal"

// fill adds to the sums of component c the moments of n rows of a pattern, first
// [m] and second (lower triangle, or diagonal) of the numbers that are there:
// those of the numbers that are not are what the regression on the others expects.
func (t *theta) fill(s *sums, c int, p pattern, n float64, first, second []float64) {
	d, m := t.d, len(p.there)
	mine, cov := s.first[c*d:(c+1)*d], s.second[c]
	for i, j := range p.there {
		mine[j] += first[i]
	}
	if t.shape.diagonal() {
		for i, j := range p.there {
			cov[j] += second[i]
		}
		for _, j := range p.gone {
			// Cells are added to all rows later, and are in Σ already.
			cov[j] += n * (t.cov[c][j] - t.base.cell[j])
		}
		return
	}
	for i, a := range p.there {
		for j, b := range p.there[:i+1] {
			v := second[i*(i+1)/2+j]
			cov[a*d+b] += v
			if a != b {
				cov[b*d+a] += v
			}
		}
	}
	if len(p.gone) == 0 || n == 0 {
		return
	}
	least := normal.Diagonal(t.cov[c], d)
	for j := range least {
		least[j] *= lost
	}
	r := normal.Regress(t.cov[c], d, normal.NewChain(p.there, t.cov[c], least, nil), p.gone)
	at := func(i, j int) float64 { return second[max(i, j)*(max(i, j)+1)/2+min(i, j)] }
	cross := make([]float64, len(p.gone)*m) // B·second
	for g := range p.gone {
		beta := r.Beta[g*m : (g+1)*m]
		for i := range m {
			mine[p.gone[g]] += beta[i] * first[i]
			// Values that are there are spread over their cells.
			v := beta[i] * n * t.base.cell[p.there[i]]
			for j, w := range beta {
				v += w * at(i, j)
			}
			cross[g*m+i] = v
			cov[p.gone[g]*d+p.there[i]] += v
			cov[p.there[i]*d+p.gone[g]] += v
		}
	}
	for g, a := range p.gone {
		for h, b := range p.gone {
			v := n * r.Rest[g*len(p.gone)+h]
			for i := range m {
				v += cross[g*m+i] * r.Beta[h*m+i]
			}
			if a == b {
				v -= n * t.base.cell[a]
			}
			cov[a*d+b] += v
		}
	}
}
