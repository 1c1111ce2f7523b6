package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// slight is the weight below which a member is left out of the mixture.
const slight = 0.02

// Pool is mixtures that are to be mixed, with weights that make given rows most
// probable.
type Pool struct {
	rows    *coded.Data
	members []*Mixture
	logs    [][]float64 // [members][rows]
	nats    float64     // mean log-probability of a row
}

// NewPool returns a pool of one.
func NewPool(ctx context.Context, rows *coded.Data, first *Mixture) (*Pool, error) {
	p := &Pool{rows: rows, nats: math.Inf(-1)}
	_, err := p.Add(ctx, first)
	return p, err
}

// Add takes a member in, and returns by how much that raises the mean
// log-probability of a row.
func (p *Pool) Add(ctx context.Context, m *Mixture) (float64, error) {
	logs, err := m.LogProbs(ctx, p.rows)
	if err != nil {
		return 0, err
	}
	p.members, p.logs = append(p.members, m), append(p.logs, logs)
	before := p.nats
	_, p.nats = weigh(p.logs, p.rows)
	return p.nats - before, nil
}

// Mixture returns the mixture of the members. Those of slight weight are left out.
func (p *Pool) Mixture() (*Mixture, error) {
	weight, _ := weigh(p.logs, p.rows)
	var (
		kept []*Mixture
		logs [][]float64
	)
	for c, w := range weight {
		if w >= slight {
			kept, logs = append(kept, p.members[c]), append(logs, p.logs[c])
		}
	}
	weight, _ = weigh(logs, p.rows)
	var nets []*Net
	var shares []float64
	for c, m := range kept {
		for k, net := range m.Nets {
			nets, shares = append(nets, net), append(shares, weight[c]*m.Weight[k])
		}
	}
	return NewMixture(shares, nets)
}

// weigh returns the weights w that maximise the mean over the rows i of d of log
// Σ_c w_c exp(logs[c][i]), by EM, and that mean.
func weigh(logs [][]float64, d *coded.Data) (weight []float64, mean float64) {
	weight = make([]float64, len(logs))
	for c := range weight {
		weight[c] = 1 / float64(len(logs))
	}
	var (
		next  = make([]float64, len(logs))
		own   = make([]float64, len(logs))
		total = d.Total()
	)
	for range 500 {
		clear(next)
		mean = 0
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
			w := d.WeightOf(i) / total
			mean += w * (top + math.Log(sum))
			for c, p := range own {
				next[c] += w * p / sum
			}
		}
		moved := 0.0
		for c, n := range next {
			moved = max(moved, math.Abs(n-weight[c]))
			weight[c] = n
		}
		if moved < 1e-5 {
			break
		}
	}
	return weight, mean
}
