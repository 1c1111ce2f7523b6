package modeltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
)

// partsOfFields sums what each field adds to log p(x), and compares it with log p(x).
func partsOfFields(s Subject) error {
	for _, a := range s.arenas(kinds, wide, twoReals) {
		t := a.rows(trainingRows, 26)
		m, err := s.fitted(t, 1)
		if err != nil {
			return err
		}
		f, ok := m.(mimic.FieldDensity)
		if !ok {
			return nil
		}
		l, err := logProb(m, t)
		if err != nil {
			return err
		}
		parts := make([][]float64, len(a.schema.Fields))
		for j := range parts {
			parts[j] = slices.Repeat([]float64{math.NaN()}, trainingRows) // whatever was there must not matter
		}
		if err := f.LogProbFields(parts, t.All()); err != nil {
			return fmt.Errorf("%s: the parts of fields: %w", a.name, err)
		}
		for i, want := range l {
			var sum float64
			for _, part := range parts {
				sum += part[i]
			}
			if !near(sum, want) {
				return fmt.Errorf("%s: the parts of %s sum to %v, log p is %v", a.name, show(t, i), sum, want)
			}
		}
	}
	return nil
}
