package naivebayes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestLabel compares with scikit-learn (internal/refgen/naivebayes), which has
// no smoothing here: each row counts a million million times, so that ours does
// not matter.
func TestLabel(t *testing.T) {
	var ref struct {
		Labelled struct {
			Levels    []int
			Rows      [][]int32
			LogProb   []float64 `json:"log_prob"`
			Posterior [][]float64
		}
	}
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	r := ref.Labelled
	s := &space.Schema{Fields: []space.Field{{Name: "y", Kind: space.Category, Levels: []string{"0", "1", "2"}}}}
	for j, n := range r.Levels {
		f := space.Field{Name: fmt.Sprint("x", j), Kind: space.Category}
		for k := range n {
			f.Levels = append(f.Levels, fmt.Sprint(k))
		}
		s.Fields = append(s.Fields, f)
	}
	b := table.NewBatch(s, 0, len(r.Rows))
	for i, row := range r.Rows {
		for j, code := range row {
			b.Cols[j].Code[i] = code
		}
		b.Weight = append(b.Weight, 1e12)
	}
	rows := table.New(b)
	fitted, err := fit.Run(context.Background(), rows, naivebayes.Family{Label: "y"}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitted.(*naivebayes.Model)
	got := make([]float64, b.N)
	if err := m.LogProb(got, b); err != nil {
		t.Fatal(err)
	}
	for i, want := range r.LogProb {
		if math.Abs(got[i]-want) > 1e-7 {
			t.Errorf("row %d: log p(x, y) = %v, want %v", i, got[i], want)
		}
	}
	posterior := make([]float64, b.N*m.Classes())
	if err := m.Posterior(posterior, b); err != nil {
		t.Fatal(err)
	}
	for i, row := range r.Posterior {
		for y, want := range row {
			if p := posterior[i*len(row)+y]; math.Abs(p-want) > 1e-7 {
				t.Errorf("row %d: p(y = %d given x) = %v, want %v", i, y, p, want)
			}
		}
	}
}

func TestLabelRefused(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "id", Kind: space.ID},
		{Name: "y", Kind: space.Bool, Levels: []string{"no", "yes"}},
	}}
	for _, f := range []mimic.Family{
		naivebayes.Family{Label: "z"},
		naivebayes.Family{Label: "id"},
		naivebayes.Family{Label: "y", Classes: 2},
		naivebayes.Family{Classes: -1},
		naivebayes.Family{Classes: 1 << 20},
	} {
		if _, err := f.NewFit(s, 10); err == nil {
			t.Errorf("%+v: no error", f)
		}
	}
}
