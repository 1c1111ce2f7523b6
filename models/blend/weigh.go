package blend

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// Of returns the mixture of models of one sample space that makes the held-out
// rows most probable. None of the models should have learned from them.
func Of(ctx context.Context, models []mimic.Model, held *table.Table) (*Model, error) {
	weights := make([]float64, len(models))
	for k := range weights {
		weights[k] = 1 / float64(len(models))
	}
	m, err := mixture(models, weights)
	if err != nil {
		return nil, err
	}
	likelihood, err := m.likelihoods(ctx, held)
	if err != nil {
		return nil, err
	}
	expectationMaximization(weights, likelihood, held.All())
	return mixture(models, weights)
}

// likelihoods returns p_k(x) of the rows of t [n rows × parts], those of a row
// as shares of the largest.
func (m *Model) likelihoods(ctx context.Context, t *table.Table) ([]float64, error) {
	n, parts := t.All().N, len(m.parts)
	l := make([]float64, n*parts)
	blocks := (n + table.BlockRows - 1) / table.BlockRows
	err := par.Do(ctx, blocks, func(i int) error {
		lo, hi := i*table.BlockRows, min((i+1)*table.BlockRows, n)
		logp := make([]float64, hi-lo)
		for k, p := range m.parts {
			if err := p.LogProb(logp, t.All().Slice(lo, hi)); err != nil {
				return fmt.Errorf("%s: %w", p.Kind(), err)
			}
			for r, x := range logp {
				l[(lo+r)*parts+k] = x
			}
		}
		for r := lo; r < hi; r++ {
			row := l[r*parts : (r+1)*parts]
			top := math.Inf(-1)
			for _, x := range row {
				top = max(top, x)
			}
			if math.IsInf(top, -1) {
				top = 0 // impossible under all: the row says nothing of the weights
			}
			for k := range row {
				row[k] = math.Exp(row[k] - top)
			}
		}
		return nil
	})
	return l, err
}

const (
	mostIterations = 1000
	enough         = 1e-6 // by which a weight moves when EM stops
)

// expectationMaximization moves the weights [parts] to those of greatest
// likelihood, where each part has explained one row more than it has.
func expectationMaximization(weights, likelihood []float64, rows *table.Batch) {
	parts := len(weights)
	explained := make([]float64, parts)
	for range mostIterations {
		for k := range explained {
			explained[k] = 1
		}
		total := float64(parts)
		for r := range rows.N {
			row := likelihood[r*parts : (r+1)*parts]
			sum := 0.0
			for k, l := range row {
				sum += weights[k] * l
			}
			if sum > 0 {
				w := rows.WeightOf(r)
				total += w
				for k, l := range row {
					explained[k] += w * weights[k] * l / sum
				}
			}
		}
		moved := 0.0
		for k, e := range explained {
			moved = max(moved, math.Abs(e/total-weights[k]))
			weights[k] = e / total
		}
		if moved < enough {
			return
		}
	}
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
