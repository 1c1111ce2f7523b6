package gaussian_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/gaussian"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// reference is what internal/refgen/gaussian makes.
type reference struct {
	Complete struct {
		Rows, Probe, Cov [][]float64
		Mean             []float64
		LogProb          []float64 `json:"log_prob"`
		Marginal         []float64 `json:"marginal_2_0"`
		Given            float64   `json:"given_1"`
		Conditional      []float64
	}
	Incomplete struct {
		Rows       [][]*float64
		Mean       []float64
		Cov        [][]float64
		SumLogProb float64 `json:"sum_log_prob"`
	}
	Grid struct {
		Rows    [][]float64
		LogProb []float64 `json:"log_prob"`
	}
}

func readReference(t *testing.T) (r reference) {
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

// numbers returns a table of fields x0, x1, … of a kind.
func numbers(kind space.Kind, missing []string, rows [][]float64) *table.Table {
	s := &space.Schema{}
	for j := range rows[0] {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: kind, Min: -1e4, Max: 1e4, Missing: missing})
	}
	b := table.NewBatch(s, 0, len(rows))
	for i, r := range rows {
		for j, x := range r {
			b.Cols[j].Num[i] = x
		}
	}
	return table.New(b)
}

func fitted(t *testing.T, rows *table.Table) *gaussian.Model {
	t.Helper()
	m, err := fit.Run(context.Background(), rows, gaussian.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m.(*gaussian.Model)
}

func logProb(t *testing.T, m mimic.Model, rows *table.Table) []float64 {
	t.Helper()
	dst := make([]float64, rows.Rows())
	if err := m.(mimic.Density).LogProb(dst, rows.All()); err != nil {
		t.Fatal(err)
	}
	return dst
}

func compare(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= tolerance*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: value %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

func flat(rows [][]float64) (x []float64) {
	for _, r := range rows {
		x = append(x, r...)
	}
	return x
}

func TestReals(t *testing.T) {
	r := readReference(t).Complete
	m := fitted(t, numbers(space.Real, nil, r.Rows))
	compare(t, "mean", m.Mean(), r.Mean, 1e-12)
	compare(t, "covariance", m.Covariance(), flat(r.Cov), 1e-9)
	compare(t, "log p", logProb(t, m, numbers(space.Real, nil, r.Probe)), r.LogProb, 1e-9)

	marginal, err := m.Marginal([]string{"x2", "x0"})
	if err != nil {
		t.Fatal(err)
	}
	two := make([][]float64, len(r.Probe))
	given := make([][]float64, len(r.Probe))
	for i, p := range r.Probe {
		two[i] = []float64{p[2], p[0]}
		given[i] = []float64{p[0], r.Given, p[2]}
	}
	compare(t, "log p of a marginal", logProb(t, marginal, numbers(space.Real, nil, two)), r.Marginal, 1e-9)

	conditional, err := m.Condition(space.Evidence{{Field: 1, Ranges: []space.Interval{{Min: r.Given, Max: r.Given}}}})
	if err != nil {
		t.Fatal(err)
	}
	got := logProb(t, conditional, numbers(space.Real, nil, given))
	resolution := math.Nextafter(1e4, 1e5) - 1e4 // x1 has density 1/resolution where it is known
	for i := range got {
		got[i] += math.Log(resolution)
	}
	compare(t, "log p of a conditional", got, r.Conditional, 1e-9)
	// Of what is left when x1 is summed out, the density is the same.
	rest, err := conditional.(*gaussian.Model).Marginal([]string{"x0", "x2"})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range r.Probe {
		two[i] = []float64{p[0], p[2]}
	}
	compare(t, "log p of a conditional's marginal", logProb(t, rest, numbers(space.Real, nil, two)), r.Conditional, 1e-9)
}

// TestMissing compares EM with a maximum that was found by other means.
func TestMissing(t *testing.T) {
	r := readReference(t).Incomplete
	rows := make([][]float64, len(r.Rows))
	for i, row := range r.Rows {
		for _, v := range row {
			if v == nil {
				rows[i] = append(rows[i], table.NoNumber)
			} else {
				rows[i] = append(rows[i], *v)
			}
		}
	}
	data := numbers(space.Real, []string{"?"}, rows)
	m := fitted(t, data)
	mean, cov := m.Mean(), m.Covariance()
	for i, want := range r.Cov {
		sd := math.Sqrt(want[i])
		if math.Abs(mean[i]-r.Mean[i]) > 0.01*sd {
			t.Errorf("mean %d is %v, want %v; a standard deviation is %v", i, mean[i], r.Mean[i], sd)
		}
		for k, v := range want {
			if got := cov[i*len(want)+k]; math.Abs(got-v) > 0.01*sd*math.Sqrt(r.Cov[k][k]) {
				t.Errorf("covariance of %d and %d is %v, want %v", i, k, got, v)
			}
		}
	}
	var sum float64
	for _, l := range logProb(t, m, data) {
		sum += l
	}
	for j := range rows[0] { // the reference has no probabilities of being missing
		var gone float64
		for i := range rows {
			if rows[i][j] != rows[i][j] {
				gone++
			}
		}
		n := float64(len(rows))
		p := (gone + 0.5) / (n + 1)
		sum -= gone*math.Log(p) + (n-gone)*math.Log(1-p)
	}
	if math.Abs(sum-r.SumLogProb) > 0.001 {
		t.Errorf("log-likelihood of what is there: %v, the maximum is %v", sum, r.SumLogProb)
	}
}

func TestGrid(t *testing.T) {
	r := readReference(t).Grid
	m := fitted(t, numbers(space.Integer, nil, r.Rows))
	compare(t, "log p", logProb(t, m, numbers(space.Integer, nil, r.Rows[:len(r.LogProb)])), r.LogProb, 1e-9)
}

// TestFloors fits a constant, a field and its copy: the likelihood stays finite,
// and says what the package comment says.
func TestFloors(t *testing.T) {
	rows := make([][]float64, 100)
	for i := range rows {
		x := float64(i * 37 % 41)
		rows[i] = []float64{7, x, x}
	}
	data := numbers(space.Integer, nil, rows)
	m := fitted(t, data)
	one, err := m.Marginal([]string{"x0"})
	if err != nil {
		t.Fatal(err)
	}
	constant := logProb(t, one, numbers(space.Integer, nil, [][]float64{{7}, {8}}))
	compare(t, "mass of a constant", []float64{math.Exp(constant[0])}, []float64{0.9999994}, 1e-7)
	if constant[1] > -10 || math.IsInf(constant[1], 0) {
		t.Errorf("log mass beside a constant: %v", constant[1])
	}
	two, err := m.Marginal([]string{"x0", "x1"})
	if err != nil {
		t.Fatal(err)
	}
	prefix := make([][]float64, len(rows))
	for i := range rows {
		prefix[i] = rows[i][:2]
	}
	all, first := logProb(t, m, data), logProb(t, two, numbers(space.Integer, nil, prefix))
	for i := range all {
		if copied := all[i] - first[i]; copied > 0 || copied < -1e-6 {
			t.Fatalf("row %d: log p of a copied field given the field is %v", i, copied)
		}
	}
	reals := fitted(t, numbers(space.Real, nil, rows))
	for i, l := range logProb(t, reals, numbers(space.Real, nil, rows)) {
		if math.IsInf(l, 0) || math.IsNaN(l) {
			t.Fatalf("row %d: log p of a constant and a copied real is %v", i, l)
		}
	}
}

// TestUnsupported asks for what has no exact answer.
func TestUnsupported(t *testing.T) {
	m := fitted(t, numbers(space.Integer, nil, readReference(t).Grid.Rows))
	if _, err := m.Marginal([]string{"x1", "x2"}); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("marginal without an earlier grid field: %v", err)
	}
	if _, err := m.Condition(space.Evidence{{Field: 2, Ranges: []space.Interval{{Min: 1, Max: 1}}}}); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("evidence on a later grid field: %v", err)
	}
	if _, err := m.Condition(space.Evidence{{Field: 0, Ranges: []space.Interval{{Min: 1, Max: 3}}}}); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("evidence of a range: %v", err)
	}
	if _, err := m.Condition(space.Evidence{{Field: 0, Ranges: []space.Interval{{Min: 1.2, Max: 1.7}}}}); !errors.Is(err, mimic.ErrImpossible) {
		t.Errorf("evidence between two grid values: %v", err)
	}
}
