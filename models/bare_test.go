package models_test

import (
	"errors"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// A table of IDs alone has nothing to learn, and a column that is always missing
// no level to predict: no rung may fall over either.
func TestEveryRungTakesTablesWithNextToNothingInThem(t *testing.T) {
	bit := space.Field{Name: "bit", Kind: space.Bool, Levels: []string{"0", "1"}}
	for name, fields := range map[string][]space.Field{
		"an ID alone":             {{Name: "id", Kind: space.ID}},
		"a column without levels": {bit, {Name: "gone", Kind: space.Category, Missing: []string{""}}},
	} {
		s := &space.Schema{Fields: fields}
		for _, rows := range []int{0, 1, 5} {
			for _, r := range models.All() {
				m, err := bare(t, r, s, rows)
				if errors.Is(err, mimic.ErrUnsuited) {
					continue
				}
				if err == nil {
					err = m.(mimic.Sampler).Sample(table.NewBatch(s, 0, 3), rng.New(1))
				}
				if err != nil {
					t.Errorf("%s, %d rows, %s: %v", name, rows, r.Kind, err)
				}
			}
		}
	}
}

// bare returns a rung that was fitted to rows whose last column is missing where
// it has no levels, scored them, and was asked for each level of each field.
func bare(t *testing.T, r models.Rung, s *space.Schema, rows int) (mimic.Model, error) {
	b := table.NewBatch(s, 0, rows)
	if last := len(s.Fields) - 1; len(s.Fields[last].Levels) == 0 {
		for i := range b.Cols[last].Code {
			b.Cols[last].Code[i] = table.Missing
		}
	}
	f, err := r.New(models.Options{})
	if err != nil {
		return nil, err
	}
	m, err := fit.Run(t.Context(), table.New(b), f, fit.Options{})
	if err != nil {
		return nil, err
	}
	if err := m.(mimic.Density).LogProb(make([]float64, rows), b); err != nil {
		return nil, err
	}
	c, ok := m.(mimic.Classifier)
	for j := range s.Fields {
		if !ok || !s.Fields[j].Kind.Coded() {
			continue
		}
		joint := make([][]float64, len(s.Fields[j].Levels))
		for y := range joint {
			joint[y] = make([]float64, rows)
		}
		if err := c.LogJoint(joint, b, j); err != nil && !errors.Is(err, mimic.ErrUnsupported) {
			return nil, err
		}
	}
	return m, nil
}
