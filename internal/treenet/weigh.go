package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// slight is the weight below which a mixture is left out of another.
const slight = 0.02

// Weigh returns the mixture of mixtures under which the rows of d are most
// probable, by EM over the weights. Those of slight weight are left out.
func Weigh(ctx context.Context, of []*Mixture, d *coded.Data) (*Mixture, error) {
	logs := make([][]float64, len(of))
	for c, m := range of {
		var err error
		if logs[c], err = m.LogProbs(ctx, d); err != nil {
			return nil, err
		}
	}
	weight := weigh(logs, d)
	kept, sum := 0, 0.0
	for c, w := range weight {
		if w >= slight {
			of[kept], logs[kept] = of[c], logs[c]
			kept++
		}
	}
	weight = weigh(logs[:kept], d)
	var nets []*Net
	var shares []float64
	for c, m := range of[:kept] {
		sum += weight[c]
		for k, net := range m.Nets {
			nets, shares = append(nets, net), append(shares, weight[c]*m.Weight[k])
		}
	}
	return NewMixture(shares, nets)
}

// weigh returns the weights w that maximise Σ_i log Σ_c w_c exp(logs[c][i]) over
// the rows i of d.
func weigh(logs [][]float64, d *coded.Data) []float64 {
	weight, next := make([]float64, len(logs)), make([]float64, len(logs))
	for c := range weight {
		weight[c] = 1 / float64(len(logs))
	}
	own := make([]float64, len(logs))
	for range 200 {
		clear(next)
		for i := range d.N {
			top := math.Inf(-1)
			for _, l := range logs {
				top = max(top, l[i])
			}
			sum := 0.0
			for c, l := range logs {
				own[c] = weight[c] * math.Exp(l[i]-top)
				sum += own[c]
			}
			for c, p := range own {
				next[c] += d.WeightOf(i) * p / sum
			}
		}
		moved := 0.0
		for c, n := range next {
			n /= d.Total()
			moved = max(moved, math.Abs(n-weight[c]))
			weight[c] = n
		}
		if moved < 1e-5 {
			break
		}
	}
	return weight
}
