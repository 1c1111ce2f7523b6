package condition

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/gaussian"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestImputeWhereTheConditionalIsNotExact fills the first of two whole numbers given the
// second, of which a normal distribution on grids has no exact conditional: by weighted
// draws, as near to the second as training rows are, within 5 standard errors. The
// second given the first is exact.
func TestImputeWhereTheConditionalIsNotExact(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "first", Kind: space.Integer, Min: -500, Max: 500, Missing: []string{"?"}},
		{Name: "second", Kind: space.Integer, Min: -500, Max: 500, Missing: []string{"?"}},
	}}
	const n = 400
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(1).Stream(int64(i))
		x := 60 * (r.Float64() + r.Float64() + r.Float64() - 1.5)
		b.Cols[0].Num[i] = math.Round(x)
		b.Cols[1].Num[i] = math.Round(x + 20*(r.Float64()+r.Float64()-1))
	}
	ctx := context.Background()
	m, err := fit.Run(ctx, table.New(b), gaussian.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	apart := func(b *table.Batch) (square float64) {
		for i, x := range b.Cols[0].Num {
			d := x - b.Cols[1].Num[i]
			square += d * d / n
		}
		return square
	}
	for gap, exact := range map[int]int64{0: 0, 1: n} {
		gaps := table.NewBatch(s, 0, n)
		for j := range b.Cols {
			copy(gaps.Cols[j].Num, b.Cols[j].Num)
		}
		for i := range n {
			gaps.Cols[gap].Num[i] = table.NoNumber
		}
		out := &tables{}
		got, err := Impute(ctx, m, table.New(gaps), out, ImputeOptions{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got.Exact != exact || got.Rows != n || got.Poor != 0 {
			t.Errorf("field %d: %+v, want %d exact rows of %d, none poor", gap, got, exact, n)
		}
		if was, is := apart(b), apart(out.batches[0]); math.Abs(is-was) > 5*was*math.Sqrt(4./n) {
			t.Errorf("field %d: the mean square of the difference is %.1f, in training rows %.1f", gap, is, was)
		}
	}
}
