package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/weights"
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
	if _, p.nats = weights.Fit(p.logs, p.rows.WeightOf); p.nats == before {
		return 0, nil // both may be -Inf
	}
	return p.nats - before, nil
}

// Mixture returns the mixture of the members. Those of slight weight are left out.
func (p *Pool) Mixture() (*Mixture, error) {
	weight, _ := weights.Fit(p.logs, p.rows.WeightOf)
	var (
		kept []*Mixture
		logs [][]float64
	)
	for c, w := range weight {
		if w >= slight {
			kept, logs = append(kept, p.members[c]), append(logs, p.logs[c])
		}
	}
	weight, _ = weights.Fit(logs, p.rows.WeightOf)
	var nets []*Net
	var shares []float64
	for c, m := range kept {
		for k, net := range m.Nets {
			nets, shares = append(nets, net), append(shares, weight[c]*m.Weight[k])
		}
	}
	return NewMixture(shares, nets)
}
