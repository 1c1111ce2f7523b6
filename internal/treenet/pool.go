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
	members []*Fitted
	logs    [][]float64 // [members][rows]
	nats    float64     // mean log-probability of a row
}

// againSteps is how many steps of EM learn from the rows held out as well: most of
// what more would bring.
const againSteps = 3

// Fitted is a mixture with what it was fitted by.
type Fitted struct {
	*Mixture
	// again returns what a few more steps come to, which look at all rows of a learner
	// of more rows.
	again func(context.Context, *Learner) (*Mixture, error)
}

// NewPool returns a pool of one.
func NewPool(ctx context.Context, rows *coded.Data, first *Fitted) (*Pool, error) {
	p := &Pool{rows: rows, nats: math.Inf(-1)}
	_, err := p.Add(ctx, first)
	return p, err
}

// Add takes a member in, and returns by how much that raises the mean
// log-probability of a row.
func (p *Pool) Add(ctx context.Context, m *Fitted) (float64, error) {
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

// Mixture returns the mixture of the members. Those of slight weight are left out
// of the pool.
func (p *Pool) Mixture() (*Mixture, error) {
	weight := p.weights()
	var (
		kept []*Fitted
		logs [][]float64
	)
	for c, w := range weight {
		if w >= slight {
			kept, logs = append(kept, p.members[c]), append(logs, p.logs[c])
		}
	}
	p.members, p.logs = kept, logs
	mixtures := make([]*Mixture, len(kept))
	for c, m := range kept {
		mixtures[c] = m.Mixture
	}
	return p.mix(mixtures)
}

// Again returns the mixture of the members, as many and with the same weights as
// Mixture, after a few more steps of each, which look at all rows of a learner.
func (p *Pool) Again(ctx context.Context, l *Learner) (*Mixture, error) {
	mixtures := make([]*Mixture, len(p.members))
	for c, m := range p.members {
		var err error
		if mixtures[c], err = m.again(ctx, l); err != nil {
			return nil, err
		}
	}
	return p.mix(mixtures)
}

func (p *Pool) weights() []float64 {
	weight, _ := weights.Fit(p.logs, p.rows.WeightOf)
	return weight
}

// mix returns the mixture of one mixture for each member.
func (p *Pool) mix(mixtures []*Mixture) (*Mixture, error) {
	var nets []*Net
	var shares []float64
	weight := p.weights()
	for c, m := range mixtures {
		for k, net := range m.Nets {
			nets, shares = append(nets, net), append(shares, weight[c]*m.Weight[k])
		}
	}
	return NewMixture(shares, nets)
}
