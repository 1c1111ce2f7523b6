package nade

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a fitted network.
type Model struct{ *coded.Chain }

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.FieldDensity = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Proposer     = (*Model)(nil)
	_ mimic.Imputer      = (*Model)(nil)
)

// Condition implements mimic.Conditioner. It is exact where the codes of all fields up
// to the last in the order that the evidence speaks of can be tried one by one: they
// are, and those that it admits are weighed.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	within, share, err := m.Within(e)
	if err != nil {
		return nil, err
	}
	n, _ := m.Law().(*network)
	if before, ok := m.Law().(*given); ok {
		n = before.network
		for j, old := range before.share {
			share[j] = product(share[j], old)
		}
	}
	g, err := n.given(share)
	if err != nil {
		return nil, err
	}
	return &Model{within.WithLaw(g)}, nil
}

// product returns the product of two shares of a field's codes, nil meaning all.
func product(a, b []float64) []float64 {
	if a == nil || b == nil {
		return append(a, b...)
	}
	p := make([]float64, len(a))
	for c := range p {
		p[c] = a[c] * b[c]
	}
	return p
}

// LogProbFields implements mimic.FieldDensity: a field adds log p(x_j | the fields
// before it in the order). Given evidence no field has a part of its own.
func (m *Model) LogProbFields(dst [][]float64, b *table.Batch) error {
	n, ok := m.Law().(*network)
	if !ok {
		return fmt.Errorf("the part of a field, given evidence: %w", mimic.ErrUnsupported)
	}
	return m.Chain.LogProbFields(dst, b, n.logProbFields)
}
