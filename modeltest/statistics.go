package modeltest

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

// statisticsLaws fits by the statistics of uneven pieces of the rows: added in
// one go, merged from the left, merged from the right, and with identities in
// between. All give the same density.
func statisticsLaws(s Subject) error {
	for _, a := range s.arenas(kinds, wide, twoReals) {
		t := a.rows(trainingRows, 16)
		cuts := []int64{0, 0, 1, 90, 350, 351, trainingRows, trainingRows}
		piece := func(f mimic.Fit, lo, hi int64) (mimic.Stats, error) {
			b, err := t.Batch(table.Range{Lo: lo, Hi: hi})
			if err != nil {
				return nil, err
			}
			st := f.NewStats()
			return st, st.Add(b)
		}
		whole := func(f mimic.Fit, r table.Range) (mimic.Stats, error) { return piece(f, r.Lo, r.Hi) }
		fromLeft := func(f mimic.Fit, r table.Range) (mimic.Stats, error) {
			total := f.NewStats()
			for i := 1; i < len(cuts); i++ {
				st, err := piece(f, clamp(cuts[i-1], r), clamp(cuts[i], r))
				if err != nil {
					return nil, err
				}
				if err := total.Merge(st); err != nil {
					return nil, err
				}
			}
			return total, total.Merge(f.NewStats())
		}
		fromRight := func(f mimic.Fit, r table.Range) (mimic.Stats, error) {
			total := f.NewStats()
			for i := len(cuts) - 1; i > 0; i-- {
				st, err := piece(f, clamp(cuts[i-1], r), clamp(cuts[i], r))
				if err != nil {
					return nil, err
				}
				if err := st.Merge(total); err != nil {
					return nil, err
				}
				total = st
			}
			return total, nil
		}
		want, err := s.fittedBy(t, whole)
		if err != nil {
			return err
		}
		for how, collect := range map[string]func(mimic.Fit, table.Range) (mimic.Stats, error){
			"merged from the left": fromLeft, "merged from the right": fromRight,
		} {
			got, err := s.fittedBy(t, collect)
			if err != nil {
				return err
			}
			if err := sameDensity(want, got, t); err != nil {
				return fmt.Errorf("%s: statistics added in one go and %s: %w", a.name, how, err)
			}
		}
	}
	return nil
}

func clamp(row int64, r table.Range) int64 { return min(max(row, r.Lo), r.Hi) }

// weightLaws fits rows of weight 0, 1, 2 and 3, and the same rows left out or
// repeated as often.
func weightLaws(s Subject) error {
	for _, a := range s.arenas(kinds, wide, twoReals) {
		t := a.rows(trainingRows, 17)
		weighted := *t.All()
		weighted.Weight = make([]float64, weighted.N)
		var repeated, left []int
		for i := range weighted.N {
			w := (i * 7 % 11) % 4
			weighted.Weight[i] = float64(w)
			for range w {
				repeated = append(repeated, i)
			}
			if w > 0 {
				left = append(left, i)
			}
		}
		withWeights := table.New(&weighted)
		got, err := s.fitted(withWeights, 1)
		if err != nil {
			return err
		}
		type variant struct {
			how  string
			rows *table.Table
		}
		variants := []variant{{"rows repeated as often as their weight", t.Select(repeated)}}
		if s.ByIndex {
			variants = nil
		}
		// Rows of weight zero only move the index of those behind them.
		if !s.ByIndex {
			variants = append(variants, variant{"without the rows of weight zero", withWeights.Select(left)})
		}
		for _, v := range variants {
			want, err := s.fitted(v.rows, 1)
			if err != nil {
				return err
			}
			if err := sameDensity(got, want, t); err != nil {
				return fmt.Errorf("%s: weighted rows, and %s: %w", a.name, v.how, err)
			}
		}
	}
	return nil
}
