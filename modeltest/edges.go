package modeltest

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// fewRowsAndDullColumns fits no rows, one and two, constant columns, columns
// without a value, and fields of one level; the model must give every row of
// the sample space, seen or not, a density above zero, and sample within it.
func fewRowsAndDullColumns(s Subject) error {
	dull := arena{"dull columns", &space.Schema{Fields: []space.Field{
		{Name: "one level", Kind: space.Category, Levels: []string{"only"}},
		{Name: "constant", Kind: space.Integer, Min: 7, Max: 7},
		{Name: "constant real", Kind: space.Real, Min: 0.1, Max: 0.1},
		{Name: "key", Kind: space.ID},
		{Name: "no number", Kind: space.Decimal, Digits: 2, Missing: question},
		{Name: "no level", Kind: space.Category, Missing: question},
		{Name: "number", Kind: space.Real, Min: -1, Max: 1},
	}}, 0.5}
	for _, a := range s.arenas(kinds, wide, twoReals, dull) {
		for _, n := range []int{0, 1, 2, 50} {
			t := a.rows(n, 25)
			if a.name == dull.name {
				for i := range n {
					t.All().Cols[4].Num[i] = table.NoNumber
					t.All().Cols[5].Code[i] = table.Missing
				}
			}
			if err := s.copes(a, t); err != nil {
				return fmt.Errorf("%s, %d rows: %w", a.name, n, err)
			}
		}
	}
	a := s.arenas(kinds)[0]
	same := a.rows(60, 26).Select(make([]int, 60)) // row 0, sixty times
	if err := s.copes(a, same); err != nil {
		return fmt.Errorf("one row sixty times: %w", err)
	}
	return nil
}

func (s Subject) copes(a arena, t *table.Table) error {
	m, err := s.fitted(t, 1)
	if err != nil {
		return err
	}
	if _, err := s.reloaded(m); err != nil {
		return err
	}
	corners := cornersOf(a)
	l, err := logProb(m, corners)
	if err != nil {
		return err
	}
	for i, v := range l {
		if math.IsInf(v, 0) {
			return fmt.Errorf("log p(%s) is %v", show(corners, i), v)
		}
	}
	rows, err := samples(m, rng.New(27), 0, 500)
	if err != nil {
		return err
	}
	if l, err = logProb(m, rows); err != nil {
		return err
	}
	for i, v := range l {
		if math.IsInf(v, -1) {
			return fmt.Errorf("sampled %s, which has probability zero", show(rows, i))
		}
	}
	return nil
}
