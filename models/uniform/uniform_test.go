package uniform_test

import (
	"context"
	"math"
	"reflect"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/uniform"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

var subject = modeltest.Subject{
	New:    func(*space.Schema) mimic.Family { return uniform.Family{} },
	Decode: uniform.Decode,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

func fitted(t *testing.T, rows *table.Table) *uniform.Model {
	t.Helper()
	m, err := fit.Run(context.Background(), rows, uniform.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*uniform.Model)
}

// TestBox works out a box by hand: 4 levels or missing, 21 decimals, a real side
// of length 8. A row beyond the schema's domain widens the box.
func TestBox(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "level", Kind: space.Category, Levels: []string{"a", "b", "c", "d"}, Missing: []string{""}},
		{Name: "decimal", Kind: space.Decimal, Digits: 1, Min: 1, Max: 2.5},
		{Name: "real", Kind: space.Real, Min: -3, Max: 5},
	}}
	b := table.NewBatch(s, 0, 3)
	b.Cols[0].Code = []int32{0, 0, table.Missing}
	b.Cols[1].Num = []float64{1.5, 3, 1}
	b.Cols[2].Num = []float64{0, 1, 2}
	m := fitted(t, table.New(b))
	got := make([]float64, 3)
	if err := m.LogProb(got, b); err != nil {
		t.Fatal(err)
	}
	missing := 1.5 / 4 // one row of three, and half a row
	level := math.Log((1-missing)/4) - math.Log(21*8)
	want := []float64{level, level, math.Log(missing) - math.Log(21*8)}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("row %d: log p = %v, want %v", i, got[i], want[i])
		}
	}
	if lo, hi := m.Corner(1); lo != 1 || hi != 3 {
		t.Errorf("decimals from %v to %v, want 1 to 3", lo, hi)
	}
	if lo, hi := m.Corner(2); lo != -3 || hi != 5 {
		t.Errorf("reals from %v to %v, want -3 to 5", lo, hi)
	}
}

// TestCities is the box that everyone can picture: the cities of more than a
// million people. awk finds the same four numbers in the file.
func TestCities(t *testing.T) {
	cities, _, err := files.Read(context.Background(), []string{"example:cities"}, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitted(t, cities)
	box := m.Describe()
	want := [][]string{
		{"longitude", "-121.8950", "153.0281"},
		{"latitude", "-37.8140", "59.9386"},
		{"population", "1000000", "22315474"},
	}
	if len(box) != 1 || !reflect.DeepEqual(box[0].Rows, want) {
		t.Errorf("the box is %v, want %v", box, want)
	}
}
