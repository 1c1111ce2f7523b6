package models

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestValidation: what is chosen by the last rows has not learned from them, and
// in the end they are learned from. Their fields have a value that no other row has.
func TestValidation(t *testing.T) {
	const rows, last = 400, 80
	s := &space.Schema{}
	for _, name := range []string{"x", "y"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	b := table.NewBatch(s, 0, rows)
	for i := rows - last; i < rows; i++ {
		b.Cols[0].Code[i], b.Cols[1].Code[i] = 1, 1
	}
	share := func(m mimic.Model) float64 {
		logP := make([]float64, rows)
		if err := m.(mimic.Density).LogProb(logP, b); err != nil {
			t.Fatal(err)
		}
		return math.Exp(logP[rows-1])
	}
	for _, kind := range []string{"mixture", "treemix", "nade", "mixing", "blend"} {
		rung, err := Lookup(kind)
		if err != nil {
			t.Fatal(err)
		}
		family, err := rung.New(Options{Validation: last, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		c, err := fit.Choose(t.Context(), table.New(b), family, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		before := share(c.Model)
		m, err := c.Refit(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if after := share(m); before > .02 || after < 1.1*before {
			t.Errorf("%s: the value of the last %d of %d rows has probability %.2g before they are learned from, and %.2g after", kind, last, rows, before, after)
		}
	}
}
