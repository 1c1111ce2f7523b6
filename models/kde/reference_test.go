package kde

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// sample is what internal/refgen/kde makes for one model.
type sample struct {
	Bandwidth, Lambda float64
	Rows, Probe       [][]float64
	LogProb           []float64 `json:"log_prob"`
}

func readReference(t *testing.T) (r struct {
	Reals []sample
	Mixed sample
}) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// reals returns a table of reals.
func reals(rows [][]float64) *table.Table {
	s := &space.Schema{}
	for j := range rows[0] {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Real, Min: -100, Max: 100})
	}
	b := table.NewBatch(s, 0, len(rows))
	for i, r := range rows {
		for j, x := range r {
			b.Cols[j].Num[i] = x
		}
	}
	return table.New(b)
}

// sameLogs compares log-probabilities.
func sameLogs(t *testing.T, what string, got, want []float64) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-9*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: log p of row %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// TestReals compares densities with scikit-learn's KernelDensity, and far from all
// rows, where that loses digits, with the sum that defines them.
func TestReals(t *testing.T) {
	for _, r := range readReference(t).Reals {
		m, err := fit.Run(context.Background(), reals(r.Rows), Family{Bandwidth: r.Bandwidth}, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, len(r.Probe))
		if err := m.(*Model).LogProb(got, reals(r.Probe).All()); err != nil {
			t.Fatal(err)
		}
		sameLogs(t, fmt.Sprint(len(r.Rows[0]), " reals"), got, r.LogProb)
	}
}

var mixedSchema = &space.Schema{Fields: []space.Field{
	{Name: "x", Kind: space.Real, Min: -10, Max: 10},
	{Name: "k", Kind: space.Integer, Min: -50, Max: 50},
	{Name: "level", Kind: space.Category, Levels: []string{"a", "b", "c"}},
}}

func mixedRows(rows [][]float64) *table.Batch {
	b := table.NewBatch(mixedSchema, 0, len(rows))
	for i, r := range rows {
		b.Cols[0].Num[i], b.Cols[1].Num[i], b.Cols[2].Code[i] = r[0], r[1], int32(r[2])
	}
	return b
}

// TestMixed compares densities of mixed kinds with the sum that defines them.
func TestMixed(t *testing.T) {
	r := readReference(t).Mixed
	f := &kernelFit{options: Family{Bandwidth: r.Bandwidth}, schema: mixedSchema, fields: normal.NewFields(mixedSchema)}
	var err error
	if f.books, err = f.fields.Books(f.schema); err != nil {
		t.Fatal(err)
	}
	g := f.NewStats()
	if err := g.Add(mixedRows(r.Rows)); err != nil {
		t.Fatal(err)
	}
	m, err := f.newModel(g.(*gathered).join(), factors{1, r.Lambda * 3 / 2})
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, len(r.Probe))
	if err := m.LogProb(got, mixedRows(r.Probe)); err != nil {
		t.Fatal(err)
	}
	sameLogs(t, "mixed", got, r.LogProb)
}

// TestPruning compares sums by the tree with sums over all rows, at bandwidths
// from a thousandth to ten times the spread.
func TestPruning(t *testing.T) {
	for _, d := range []int{1, 2, 3} {
		words := rng.New(2).Stream(int64(d))
		rows := make([][]float64, 4000)
		for i := range rows {
			for range d {
				rows[i] = append(rows[i], math.Exp(3*words.Float64()))
			}
		}
		data := reals(rows)
		for _, h := range []float64{0.001, 0.05, 1, 50} {
			fitted, err := fit.Run(context.Background(), data, Family{Bandwidth: h}, fit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			m := fitted.(*Model)
			probe := data.All().Slice(0, 200)
			got := make([]float64, probe.N)
			if err := m.LogProb(got, probe); err != nil {
				t.Fatal(err)
			}
			all := *m
			own := *m.index
			own.nodes = nil
			all.index = &own
			want := make([]float64, probe.N)
			if err := all.LogProb(want, probe); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if math.Abs(got[i]-want[i]) > 2e-12 {
					t.Errorf("%d reals, bandwidth %v: log p of row %d is %v by the tree, %v by all", d, h, i, got[i], want[i])
				}
			}
		}
	}
}

func TestSumExp(t *testing.T) {
	words := rng.New(4).Stream(0)
	x := make([]float64, 10000)
	for i := range x {
		x[i] = -45 * words.Float64()
	}
	x = append(x, 0, -1e-300, -45)
	for _, v := range x {
		if got, want := sumExp([]float64{v}, 0, -50), math.Exp(v); math.Abs(got-want) > 1e-15*want {
			t.Fatalf("exp(%v) is %v, want %v", v, got, want)
		}
	}
	if got := sumExp([]float64{-3, -60, math.Inf(-1)}, 0, -50); got != sumExp([]float64{-3}, 0, -50) {
		t.Errorf("below the cut: %v", got)
	}
}

func TestSelectNth(t *testing.T) {
	words := rng.New(6).Stream(0)
	for n := 1; n < 60; n++ {
		key := make([]float64, n)
		for i := range key {
			key[i] = math.Floor(8 * words.Float64())
		}
		rows := make([]int, n)
		for i := range rows {
			rows[i] = i
		}
		selectNth(rows, key, n/2)
		got := pick(key, rows)
		if slices.Max(append(got[:n/2:n/2], -1)) > got[n/2] || floats.Min(got[n/2:]) < got[n/2] {
			t.Fatalf("the middle of %v is not at %d", got, n/2)
		}
	}
}
