package logit

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// abc is two numbers, one of which may be missing, and three levels or none.
var abc = &space.Schema{Fields: []space.Field{
	{Name: "a", Kind: space.Real, Min: -100, Max: 100},
	{Name: "b", Kind: space.Real, Min: -100, Max: 100, Missing: []string{""}},
	{Name: "c", Kind: space.Category, Levels: []string{"x", "y", "z"}, Missing: []string{""}},
}}

var all = []int{0, 1, 2}

// TestSklearn compares with scikit-learn (internal/refgen/logit).
func TestSklearn(t *testing.T) {
	var ref struct {
		Cases []struct {
			A       []float64
			B       []*float64
			C       []int32
			Y       []int32
			Classes int
			Penalty float64
			LogP    [][]float64
		}
	}
	text, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	for n, c := range ref.Cases {
		b := table.NewBatch(abc, 0, len(c.A))
		copy(b.Cols[0].Num, c.A)
		copy(b.Cols[2].Code, c.C)
		for i, v := range c.B {
			if b.Cols[1].Num[i] = table.NoNumber; v != nil {
				b.Cols[1].Num[i] = *v
			}
		}
		m, err := newModel(b, all, c.Y, c.Classes)
		if err != nil {
			t.Fatal(err)
		}
		z := m.design.rows(b)
		if err := m.minimise(t.Context(), &z, c.Y, c.Penalty, tolerance{1e-10, 1e-14}); err != nil {
			t.Fatal(err)
		}
		got := predict(m, b)
		for y := range got {
			for i, v := range got[y] {
				if want := c.LogP[y][i]; !(math.Abs(v-want) < 1e-5*(1+math.Abs(want))) {
					t.Fatalf("case %d, row %d: log p(%d) = %.8f, scikit-learn %.8f", n, i, y, v, want)
				}
			}
		}
	}
}

func predict(m *Model, b *table.Batch) [][]float64 {
	dst := make([][]float64, m.classes)
	for y := range dst {
		dst[y] = make([]float64, b.N)
	}
	m.LogProb(dst, b)
	return dst
}

// drawn returns n rows of noise, but for a share of the log-odds of y that hangs
// on a.
func drawn(n int, weight float64, seed uint64) (*table.Batch, []int32) {
	r := rand.New(rand.NewPCG(seed, 1))
	b, y := table.NewBatch(abc, 0, n), make([]int32, n)
	for i := range n {
		b.Cols[0].Num[i], b.Cols[1].Num[i], b.Cols[2].Code[i] = r.NormFloat64(), r.NormFloat64(), int32(r.IntN(3))
		if r.Float64() < 1/(1+math.Exp(-weight*b.Cols[0].Num[i])) {
			y[i] = 1
		}
	}
	return b, y
}

// TestGradient compares with differences of the value, of two classes and more.
func TestGradient(t *testing.T) {
	b, y := drawn(50, 2, 1)
	for classes := 2; classes <= 4; classes++ {
		for i := range y {
			y[i] = int32(i % classes)
		}
		m, err := newModel(b, all, y, classes)
		if err != nil {
			t.Fatal(err)
		}
		z := m.design.rows(b)
		o := newObjective(t.Context(), m, &z, y, 3)
		w, r := make([]float64, len(m.w)), rand.New(rand.NewPCG(2, 2))
		for k := range w {
			w[k] = r.NormFloat64()
		}
		grad := make([]float64, len(w))
		o.gradient(grad, w)
		for k := range w {
			const h = 1e-5
			up, down := slices.Clone(w), slices.Clone(w)
			up[k] += h
			down[k] -= h
			if want := (o.value(up) - o.value(down)) / (2 * h); math.Abs(grad[k]-want) > 1e-7 {
				t.Errorf("%d classes: derivative %d is %v, by differences %v", classes, k, grad[k], want)
			}
		}
	}
}

// TestChoose: noise wants the heaviest penalty, a strong effect in many rows a
// light one. Where they differ, new rows are more probable under the choice than
// under the other end.
func TestChoose(t *testing.T) {
	b, y := drawn(60, 0, 3)
	if _, penalty, err := Choose(t.Context(), b, all, y, 2, 1); err != nil || penalty < 100 {
		t.Errorf("of noise: penalty %v, error %v", penalty, err)
	}
	b, y = drawn(3000, 4, 4)
	m, penalty, err := Choose(t.Context(), b, all, y, 2, 1)
	if err != nil || penalty > 10 {
		t.Errorf("of an effect: penalty %v, error %v", penalty, err)
	}
	heavy, err := Fit(t.Context(), b, all, y, 2, Penalties[0])
	if err != nil {
		t.Fatal(err)
	}
	held, truth := drawn(3000, 4, 5)
	loss := func(m *Model) float64 {
		z := m.design.rows(held)
		return m.loss(&z, truth) / float64(held.N)
	}
	if a, b := loss(m), loss(heavy); !(a < b-0.02) {
		t.Errorf("log-loss %v with the chosen penalty, %v with the heaviest", a, b)
	}
	// Either choice ends where a fit from scratch does.
	again, err := Fit(t.Context(), b, all, y, 2, penalty)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := loss(m), loss(again); math.Abs(a-b) > 1e-5 {
		t.Errorf("log-loss %v of Choose, %v of Fit", a, b)
	}
}

func TestSameForAnyWorkers(t *testing.T) {
	b, y := drawn(500, 1, 6)
	var first []float64
	for _, workers := range []int{1, 3} {
		m, _, err := Choose(par.WithWorkers(t.Context(), workers), b, all, y, 2, 1)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = m.w
		}
		if !slices.Equal(first, m.w) {
			t.Errorf("%d workers: other weights", workers)
		}
	}
}

// TestEdges: what has no variance, no value, no second class, or hardly a row.
func TestEdges(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7} {
		b, y := drawn(n, 1, 7)
		for i := range n {
			b.Cols[0].Num[i] = 5
			b.Cols[1].Num[i] = table.NoNumber
			b.Cols[2].Code[i] = table.Unknown
			y[i] = 1
		}
		m, _, err := Choose(t.Context(), b, all, y, 3, 1)
		if err != nil {
			t.Fatalf("%d rows: %v", n, err)
		}
		for _, row := range predict(m, b) {
			for _, v := range row {
				if math.IsNaN(v) || v > 0 {
					t.Errorf("%d rows: log p %v", n, v)
				}
			}
		}
		if p := predict(m, b)[1][0]; n > 1 && p < math.Log(.5) {
			t.Errorf("%d rows of one class: log p %v of it", n, p)
		}
	}
}

func TestRefused(t *testing.T) {
	b, y := drawn(5, 1, 8)
	for _, c := range []struct {
		y       []int32
		classes int
		penalty float64
	}{{y, 1, 1}, {y[:4], 2, 1}, {[]int32{0, 1, 2, 0, 1}, 2, 1}, {[]int32{0, -1, 0, 0, 1}, 2, 1}, {y, 2, 0}, {y, 2, math.NaN()}, {y, 1 << 20, 1}} {
		if _, err := Fit(t.Context(), b, all, c.y, c.classes, c.penalty); err == nil {
			t.Errorf("%+v is accepted", c)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(ctx, b, all, y, 2, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func BenchmarkFit(b *testing.B) {
	rows, y := drawn(20_000, 1, 9)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fit(b.Context(), rows, all, y, 2, 1); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows.N)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
