package kde_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/table/files"
)

// TestLogJoint compares the probabilities of all species at once with those of
// rows of each.
func TestLogJoint(t *testing.T) {
	iris, _, err := files.Read(context.Background(), []string{"example:iris"}, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := fit.Run(context.Background(), iris, kde.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := *iris.All()
	field := b.Schema.Index("species")
	levels := len(b.Schema.Fields[field].Levels)
	got := make([][]float64, levels)
	for level := range got {
		got[level] = make([]float64, b.N)
	}
	if err := m.(mimic.Classifier).LogJoint(got, &b, field); err != nil {
		t.Fatal(err)
	}
	b.Cols = append(b.Cols[:0:0], b.Cols...)
	b.Cols[field].Code = make([]int32, b.N)
	want := make([]float64, b.N)
	for level := range levels {
		for i := range b.N {
			b.Cols[field].Code[i] = int32(level)
		}
		if err := m.(mimic.Density).LogProb(want, &b); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if math.Abs(got[level][i]-want[i]) > 1e-9*math.Abs(want[i]) {
				t.Fatalf("row %d, level %d: %v, want %v", i, level, got[level][i], want[i])
			}
		}
	}
}
