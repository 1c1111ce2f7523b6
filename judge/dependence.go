package judge

import "math"

// normalised returns the mutual information of two columns over the greater of
// their entropies, from the counts of their joint table: 0 for independent
// columns, 1 where they determine each other, NaN where both are constant.
//
// Reference: Vinh, Epps & Bailey (2010), Information theoretic measures for
// clusterings comparison, NMI_max of table 2.
func normalised(n []float64, a, b binned, t *joint) float64 {
	total, hab := 0.0, 0.0
	for _, c := range n {
		if c > 0 {
			total += c
			hab += c * math.Log(c)
		}
	}
	ra, rb := make([]float64, a.k), make([]float64, b.k)
	if t.cell == nil {
		for i, c := range n {
			if c > 0 {
				ra[i/t.kb] += c
				rb[i%t.kb] += c
			}
		}
	} else {
		for key, i := range t.cell {
			if int(i) < len(n) {
				ra[key/int64(t.kb)] += n[i]
				rb[key%int64(t.kb)] += n[i]
			}
		}
	}
	// Entropies times total: total·log total − Σ c·log c.
	whole := total * math.Log(total)
	ha, hb := whole-sumLog(ra), whole-sumLog(rb)
	most := max(ha, hb)
	if most <= 1e-12*total {
		return math.NaN()
	}
	return max(0, min(1, (ha+hb-(whole-hab))/most))
}

func sumLog(n []float64) float64 {
	s := 0.0
	for _, c := range n {
		if c > 0 {
			s += c * math.Log(c)
		}
	}
	return s
}

// kept returns the share of the dependence between columns that a candidate
// kept (wNMI): the mean over pairs of 1 − |made − real| / real, weighted by
// real, each the normalised mutual information of the pair. It is 1 where every
// pair depends as the training rows do, 0 for independent columns, and not let
// below 0, where there is more false dependence than true.
//
// The name occurs in papers without a formula; this is ours.
func kept(real, made []float64) float64 {
	off, all := 0.0, 0.0
	for p, r := range real {
		if m := made[p]; r == r && m == m {
			off += math.Abs(m - r)
			all += r
		}
	}
	if all == 0 {
		return math.NaN()
	}
	return max(0, 1-off/all)
}

// kept estimates the dependence that candidate c kept.
func (t *trends) kept(c int) Estimate {
	real := make([]float64, len(t.resampled))
	for i, p := range t.resampled {
		real[i] = t.real[p]
	}
	replicate := make([]float64, replicates)
	for r, made := range t.dependence[c].replicate {
		replicate[r] = kept(real, made)
	}
	return withError(kept(t.real, t.dependence[c].value), replicate, 0, 1)
}
