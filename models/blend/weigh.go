package blend

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/weights"
	"github.com/seed-64d012fb/mimic/table"
)

// Of returns the mixture of models of one sample space that makes the held-out
// rows most probable. None of the models should have learned from them.
func Of(ctx context.Context, models []mimic.Model, held *table.Table) (*Model, error) {
	even := make([]float64, len(models))
	for k := range even {
		even[k] = 1 / float64(len(models))
	}
	m, err := mixture(models, even)
	if err != nil {
		return nil, err
	}
	logs, err := m.logProbs(ctx, held)
	if err != nil {
		return nil, err
	}
	own, _ := weights.Fit(logs, held.All().WeightOf)
	return mixture(models, own)
}

// With returns the mixture of other models, as many, with the weights of m.
func (m *Model) With(models []mimic.Model) (*Model, error) { return mixture(models, m.weights) }

// logProbs returns log p_k of the rows of t [parts][rows].
func (m *Model) logProbs(ctx context.Context, t *table.Table) ([][]float64, error) {
	n := t.All().N
	logs := make([][]float64, len(m.parts))
	for k := range logs {
		logs[k] = make([]float64, n)
	}
	blocks := (n + table.BlockRows - 1) / table.BlockRows
	return logs, par.Do(ctx, blocks, func(i int) error {
		lo, hi := i*table.BlockRows, min((i+1)*table.BlockRows, n)
		for k, p := range m.parts {
			if err := p.LogProb(logs[k][lo:hi], t.All().Slice(lo, hi)); err != nil {
				return fmt.Errorf("%s: %w", p.Kind(), err)
			}
		}
		return nil
	})
}

// part is a constituent.
type part interface {
	mimic.Model
	mimic.Density
	mimic.Sampler
}

// mixture returns the model of parts with weights that sum to 1.
func mixture(models []mimic.Model, weights []float64) (*Model, error) {
	if len(models) == 0 {
		return nil, errors.New("a blend of nothing")
	}
	m := &Model{schema: models[0].Schema(), weights: weights}
	for k, c := range models {
		p, ok := c.(part)
		if !ok {
			return nil, fmt.Errorf("%s has no density or cannot be sampled: it cannot be blended", c.Kind())
		}
		if s, ok := c.(mimic.Stratified); ok { // one row at a time has no strata
			if p, ok = s.IID().(part); !ok {
				return nil, fmt.Errorf("%s cannot be sampled row by row", c.Kind())
			}
		}
		m.parts = append(m.parts, p)
		m.logw = append(m.logw, math.Log(weights[k]))
	}
	return m, nil
}
