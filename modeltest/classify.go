package modeltest

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
)

// levelsAtOnce compares the log-probabilities of rows with a field at all of its levels
// with those of rows that have each.
func levelsAtOnce(s Subject) error {
	for _, a := range s.arenas(kinds, oneReal) {
		t := a.rows(trainingRows, 25)
		m, err := s.fitted(t, 1)
		if err != nil {
			return err
		}
		c, ok := m.(mimic.Classifier)
		if !ok {
			return nil
		}
		b := *t.All()
		for j := range a.schema.Fields {
			f := &a.schema.Fields[j]
			if !f.Kind.Coded() {
				continue
			}
			got := make([][]float64, len(f.Levels))
			for level := range got {
				got[level] = slices.Repeat([]float64{math.NaN()}, b.N) // whatever was there must not matter
			}
			switch err := c.LogJoint(got, &b, j); {
			case errors.Is(err, mimic.ErrUnsupported): // a family may know its label alone
				continue
			case err != nil:
				return fmt.Errorf("%s: the levels of field %q: %w", a.name, f.Name, err)
			}
			rows := b
			rows.Cols = slices.Clone(b.Cols)
			rows.Cols[j].Code = make([]int32, b.N)
			want := make([]float64, b.N)
			for level := range got {
				for i := range b.N {
					rows.Cols[j].Code[i] = int32(level)
				}
				if err := m.(mimic.Density).LogProb(want, &rows); err != nil {
					return err
				}
				for i, l := range want {
					if !near(got[level][i], l) {
						return fmt.Errorf("%s: log p of %s with %s=%s is %v among all levels, %v by itself", a.name, show(t, i), f.Name, f.Levels[level], got[level][i], l)
					}
				}
			}
		}
	}
	return nil
}
