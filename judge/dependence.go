package judge

import "math"

// normalised returns the mutual information of two columns over the greater of
// their entropies, from the counts of their joint table: 0 for independent
// columns, 1 where they determine each other, NaN where both are constant.
//
// The information is corrected for its bias: counts of independent columns seem
// to share (cells − rows − columns + 1)/2n nats.
//
// Reference: Vinh, Epps & Bailey (2010), Information theoretic measures for
// clusterings comparison, NMI_max of table 2; Miller (1955), Note on the bias of
// information estimates.
func normalised(n []float64, a, b binned, t *joint) float64 {
	total, hab, cells := 0.0, 0.0, 0.0
	for _, c := range n {
		if c > 0 {
			total += c
			hab += c * math.Log(c)
			cells++
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
	sa, rows := sumLog(ra)
	sb, columns := sumLog(rb)
	ha, hb := whole-sa, whole-sb
	most := max(ha, hb)
	if most <= 1e-12*total {
		return math.NaN()
	}
	shared := ha + hb - (whole - hab) - (cells-rows-columns+1)/2
	return max(0, min(1, shared/most))
}

// sumLog returns Σ c·log c over the counts, and how many are not 0.
func sumLog(n []float64) (s, present float64) {
	for _, c := range n {
		if c > 0 {
			s += c * math.Log(c)
			present++
		}
	}
	return s, present
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
