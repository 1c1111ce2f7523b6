package modeltest

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// model is what every rung is: a density that can be sampled.
type model interface {
	mimic.Model
	mimic.Density
	mimic.Sampler
}

// fitted returns the subject's model of t by the given number of workers.
func (s Subject) fitted(t *table.Table, workers int) (model, error) {
	ctx := par.WithWorkers(context.Background(), workers)
	m, err := fit.Run(ctx, t, s.New(t.Schema()), fit.Options{})
	if err != nil {
		return nil, err
	}
	return asModel(m)
}

func asModel(m mimic.Model) (model, error) {
	if m, ok := m.(model); ok {
		return m, nil
	}
	return nil, fmt.Errorf("a %T has no density or cannot be sampled", m)
}

// fittedBy returns the subject's model of t, where collect gathers the
// statistics of each pass.
func (s Subject) fittedBy(t *table.Table, collect func(f mimic.Fit, rows table.Range) (mimic.Stats, error)) (model, error) {
	f, err := s.New(t.Schema()).NewFit(t.Schema(), t.Rows())
	if err != nil {
		return nil, err
	}
	for {
		r, more := f.Next()
		if !more {
			break
		}
		total, err := collect(f, r)
		if err != nil {
			return nil, err
		}
		if err := f.Step(context.Background(), total); err != nil {
			return nil, err
		}
	}
	m, err := f.Model()
	if err != nil {
		return nil, err
	}
	return asModel(m)
}

// logProb returns log p of all rows of t.
func logProb(m mimic.Model, t *table.Table) ([]float64, error) {
	d, ok := m.(mimic.Density)
	if !ok {
		return nil, fmt.Errorf("a %T has no density", m)
	}
	dst := make([]float64, t.Rows())
	for i := range dst {
		dst[i] = math.NaN() // whatever was there must not matter
	}
	if err := d.LogProb(dst, t.All()); err != nil {
		return nil, err
	}
	for i, l := range dst {
		if math.IsNaN(l) {
			return nil, fmt.Errorf("log p of row %d (%s) is NaN", i, show(t, i))
		}
	}
	return dst, nil
}

// samples returns rows [first, first+n) of the model under a key.
func samples(m mimic.Model, k rng.Key, first int64, n int) (*table.Table, error) {
	s, ok := m.(mimic.Sampler)
	if !ok {
		return nil, fmt.Errorf("a %T cannot be sampled", m)
	}
	b := table.NewBatch(m.Schema(), first, n)
	if err := s.Sample(b, k); err != nil {
		return nil, err
	}
	return table.New(b), nil
}

// show writes a row for an error message.
func show(t *table.Table, i int) string {
	text := ""
	for j, c := range t.All().Cols {
		f := &t.Schema().Fields[j]
		if j > 0 {
			text += ", "
		}
		text += f.Name + "="
		switch {
		case c.Code != nil && c.Code[i] >= 0 && int(c.Code[i]) < len(f.Levels):
			text += f.Levels[c.Code[i]]
		case c.Code != nil:
			text += fmt.Sprintf("code %d", c.Code[i])
		case c.Num != nil:
			text += fmt.Sprint(c.Num[i])
		}
	}
	return text
}

// near reports whether two log-probabilities agree to a relative 1e-9.
func near(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// sameDensity reports the first row of t to which two models give different
// densities.
func sameDensity(a, b mimic.Model, t *table.Table) error {
	la, err := logProb(a, t)
	if err != nil {
		return err
	}
	lb, err := logProb(b, t)
	if err != nil {
		return err
	}
	for i := range la {
		if !near(la[i], lb[i]) {
			return fmt.Errorf("log p(%s) is %v and %v", show(t, i), la[i], lb[i])
		}
	}
	return nil
}

// trainingRows is the number of rows that most checks fit.
const trainingRows = 700
