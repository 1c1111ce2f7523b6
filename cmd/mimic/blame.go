package main

import (
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

// byField returns what tells the part of each field in log p(x): the model, or
// the chain of its marginals. ok is false where it has neither.
func byField(m mimic.Density) (fields mimic.FieldDensity, ok bool) {
	if fields, ok := m.(mimic.FieldDensity); ok {
		return fields, true
	}
	whole, isModel := m.(mimic.Model)
	sums, canSum := m.(mimic.Marginalizer)
	if !isModel || !canSum {
		return nil, false
	}
	var c chain
	var names []string
	for j, f := range whole.Schema().Fields {
		if !f.Kind.Learned() {
			continue
		}
		names = append(names, f.Name)
		marginal, err := sums.Marginal(names)
		if err != nil {
			return nil, false // the model has no exact answer
		}
		density, ok := marginal.(mimic.Density)
		if !ok {
			return nil, false
		}
		c = append(c, link{j, marginal, density})
	}
	return c, true
}

// chain is the chain rule of a model that can sum fields out: a field adds
// log p(x_j | x_<j), the difference of the log-probabilities of two marginals,
// those of the fields up to it and before it.
type chain []link

// link is a learned field with the marginal of the learned fields up to it.
type link struct {
	field   int
	model   mimic.Model
	density mimic.Density
}

// LogProbFields implements mimic.FieldDensity.
func (c chain) LogProbFields(dst [][]float64, b *table.Batch) error {
	part := *b
	part.Cols = nil
	upTo, before := make([]float64, b.N), make([]float64, b.N)
	for _, l := range c {
		part.Schema = l.model.Schema()
		part.Cols = append(part.Cols, b.Cols[l.field])
		if err := l.density.LogProb(upTo, &part); err != nil {
			return err
		}
		for i, x := range upTo {
			dst[l.field][i] = x
			if !math.IsInf(x, -1) {
				dst[l.field][i] -= before[i]
			}
		}
		upTo, before = before, upTo
	}
	return nil
}
