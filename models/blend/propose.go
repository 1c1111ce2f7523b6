package blend

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var _ mimic.Proposer = (*Model)(nil)

// proposal draws each row by one constituent's way to the evidence.
type proposal struct {
	*Model
	within []mimic.Proposal // [parts], nil where the evidence is impossible
}

// Propose implements mimic.Proposer: a row is of a constituent drawn by its
// weight, from its exact conditional or else from its proposal. The mean weight
// is then Σ_k w_k·p_k(e).
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	q := &proposal{Model: m, within: make([]mimic.Proposal, len(m.parts))}
	impossible := 0
	for k, p := range m.parts {
		within, err := propose(p, e)
		switch {
		case errors.Is(err, mimic.ErrImpossible):
			impossible++
		case err != nil:
			return nil, fmt.Errorf("%s: %w", p.Kind(), err)
		default:
			q.within[k] = within
		}
	}
	if impossible == len(m.parts) {
		return nil, mimic.ErrImpossible
	}
	return q, nil
}

func propose(p part, e space.Evidence) (mimic.Proposal, error) {
	if c, ok := p.(mimic.Conditioner); ok {
		given, err := c.Condition(e)
		if err != nil && !errors.Is(err, mimic.ErrUnsupported) {
			return nil, err
		}
		if exact, ok := given.(part); ok && err == nil {
			return &exactly{p, exact}, nil
		}
	}
	if q, ok := p.(mimic.Proposer); ok {
		return q.Propose(e)
	}
	return nil, mimic.ErrUnsupported
}

// Draw implements mimic.Proposal.
func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	rows := k.Child(forRow)
	return q.each(dst, k, func(p, lo, hi int) error {
		if q.within[p] == nil {
			// Any row will do: it has no weight.
			for i := lo; i < hi; i++ {
				logw[i] = math.Inf(-1)
			}
			return q.parts[p].Sample(dst.Slice(lo, hi), rows.Child(uint64(p)))
		}
		return q.within[p].Draw(dst.Slice(lo, hi), logw[lo:hi], rows.Child(uint64(p)))
	})
}

// exactly is the exact conditional of a constituent: each row has the weight
// p(x)/p(x given e), which is p(e).
type exactly struct{ p, given part }

func (x *exactly) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	if err := x.given.Sample(dst, k); err != nil {
		return err
	}
	if err := x.p.LogProb(logw, dst); err != nil {
		return err
	}
	given := make([]float64, dst.N)
	if err := x.given.LogProb(given, dst); err != nil {
		return err
	}
	for i, l := range given {
		logw[i] -= l
	}
	return nil
}
