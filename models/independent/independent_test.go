package independent_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var subject = modeltest.Subject{
	New:    func(*space.Schema) mimic.Family { return independent.Family{} },
	Decode: independent.Decode,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// TestCounts works out two columns by hand: rows are counted, and the smoothing
// asked for is spread evenly.
func TestCounts(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "level", Kind: space.Category, Levels: []string{"a", "b", "c"}},
		{Name: "count", Kind: space.Integer, Min: 0, Max: 1, Missing: []string{""}},
	}}
	b := table.NewBatch(s, 0, 40)
	for i := range b.N {
		b.Cols[0].Code[i] = int32(i % 4 / 3) // a three times in four, c never
		b.Cols[1].Num[i] = float64(i % 2)
		if i%5 == 0 {
			b.Cols[1].Num[i] = table.NoNumber
		}
	}
	m, err := fit.Run(context.Background(), table.New(b), independent.Family{Smoothing: 3}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	probe := table.NewBatch(s, 0, 3)
	probe.Cols[0].Code = []int32{0, 1, 2}
	probe.Cols[1].Num = []float64{0, 1, table.NoNumber}
	got := make([]float64, 3)
	if err := m.(mimic.Density).LogProb(got, probe); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{
		math.Log(31. / 43 * 17. / 43),
		math.Log(11. / 43 * 17. / 43),
		math.Log(1. / 43 * 9. / 43),
	} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("row %d: log p = %v, want %v", i, got[i], want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, s := range []float64{-1, math.NaN()} {
		if _, err := (independent.Family{Smoothing: s}).NewFit(&space.Schema{}, 0); err == nil {
			t.Errorf("smoothing by %v rows is no error", s)
		}
	}
}
