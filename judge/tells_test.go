package judge

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// A field that speaks for a sample being real is not to blame: of three fields
// alone, all of which would be shown, some do.
func TestBlameIsPositive(t *testing.T) {
	s := &space.Schema{}
	for _, name := range []string{"a", "b", "c"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Real, Min: -20, Max: 20})
	}
	draw := func(seed uint64, shift float64) *table.Table {
		r := rand.New(rand.NewPCG(seed, 1))
		b := table.NewBatch(s, 0, 400)
		for i := range b.N {
			for j := range b.Cols {
				b.Cols[j].Num[i] = r.NormFloat64()
			}
			b.Cols[0].Num[i] += shift
		}
		return table.New(b)
	}
	j, err := Run(context.Background(), Input{Train: draw(1, 0), Held: draw(2, 0), Samples: draw(3, 1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(j.Tells.Rows) == 0 {
		t.Fatal("no row gave the samples away")
	}
	for _, tell := range j.Tells.Rows {
		if len(tell.Blame) == 0 || tell.Blame[0].Field != "a" {
			t.Errorf("row %d: to blame are %v, want a first", tell.Row, tell.Blame)
		}
		for _, b := range tell.Blame {
			if b.Share <= 0 {
				t.Errorf("row %d: %s is to blame by %v", tell.Row, b.Field, b.Share)
			}
		}
	}
}
