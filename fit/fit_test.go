package fit

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// toy is a family of several passes, each over its own rows. Its model is what
// the passes saw.
type toy struct {
	kind   string
	passes []table.Range
	fail   string // where it fails: NewFit, Step, Model
	step   func(ctx context.Context) error
	model  func(seen []string) mimic.Model
}

func (f toy) Kind() string { return f.kind }

func (f toy) NewFit(*space.Schema, int64) (mimic.Fit, error) {
	if f.fail == "NewFit" {
		return nil, errPlanted
	}
	return &toyFit{toy: f}, nil
}

type toyFit struct {
	toy
	seen []string
}

func (f *toyFit) Next() (table.Range, bool) {
	if len(f.seen) == len(f.passes) {
		return table.Range{}, false
	}
	return f.passes[len(f.seen)], true
}

func (f *toyFit) NewStats() mimic.Stats { return new(shape) }

func (f *toyFit) Step(ctx context.Context, total mimic.Stats) error {
	if f.fail == "Step" {
		return errPlanted
	}
	f.seen = append(f.seen, total.(*shape).text)
	if f.step != nil {
		return f.step(ctx)
	}
	return nil
}

func (f *toyFit) Model() (mimic.Model, error) {
	if f.fail == "Model" {
		return nil, errPlanted
	}
	if f.model != nil {
		return f.model(f.seen), nil
	}
	return &toyModel{kind: f.kind, seen: f.seen}, nil
}

// toyModel gives row i the log-probability logp(i), -1 where logp is nil.
type toyModel struct {
	kind string
	seen []string
	logp func(row int64) float64
}

func (m *toyModel) Kind() string                            { return m.kind }
func (m *toyModel) Schema() *space.Schema                   { return &space.Schema{} }
func (m *toyModel) AppendBinary(dst []byte) ([]byte, error) { return dst, nil }

func (m *toyModel) LogProb(dst []float64, b *table.Batch) error {
	for i := range dst {
		dst[i] = -1
		if m.logp != nil {
			dst[i] = m.logp(b.First + int64(i))
		}
	}
	return nil
}

func TestRunPasses(t *testing.T) {
	passes := []table.Range{{Lo: 0, Hi: 20_000}, {Lo: 5000, Hi: 5001}, {Lo: 3, Hi: 3}, {Lo: 100, Hi: 30_000}}
	var want []string
	for _, r := range passes {
		want = append(want, tree(r, 40, 0))
	}
	for _, workers := range []int{1, 2, 3, 8} {
		m, err := Run(par.WithWorkers(t.Context(), workers), rowsOnly(30_000), toy{passes: passes}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := m.(*toyModel).seen; !slices.Equal(got, want) {
			t.Errorf("%d workers: passes %v, want %v", workers, got, want)
		}
	}
}

func TestRunFails(t *testing.T) {
	passes := []table.Range{{Hi: 10_000}}
	for _, where := range []string{"NewFit", "Step", "Model"} {
		m, err := Run(t.Context(), rowsOnly(10_000), toy{kind: "toy", passes: passes, fail: where}, Options{})
		if m != nil || !errors.Is(err, errPlanted) || !strings.Contains(err.Error(), "toy") {
			t.Errorf("%s: model %v, error %v", where, m, err)
		}
	}
	if _, err := Run(t.Context(), rowsOnly(9000), toy{passes: passes}, Options{}); err == nil {
		t.Error("no error from a pass over rows that are not there")
	}
}

func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	endless := toy{passes: make([]table.Range, 1_000_000)}
	for i := range endless.passes {
		endless.passes[i] = table.Range{Hi: 10_000}
	}
	steps := 0
	endless.step = func(context.Context) error {
		if steps++; steps == 3 {
			cancel()
		}
		return nil
	}
	if _, err := Run(ctx, rowsOnly(10_000), endless, Options{}); !errors.Is(err, context.Canceled) || steps != 3 {
		t.Errorf("%d steps, error %v", steps, err)
	}
}

func TestRunProgress(t *testing.T) {
	passes := []table.Range{{Hi: 50_000}, {Lo: 10_000, Hi: 50_000}}
	type call struct {
		stage       string
		done, total int64
	}
	var last []call
	opt := Options{Progress: func(stage string, done, total int64) {
		if n := len(last); n > 0 && last[n-1].stage == stage {
			if done <= last[n-1].done {
				t.Errorf("%s: %d rows, then %d", stage, last[n-1].done, done)
			}
			last = last[:n-1]
		}
		last = append(last, call{stage, done, total})
	}}
	if _, err := Run(par.WithWorkers(t.Context(), 3), rowsOnly(50_000), toy{passes: passes}, opt); err != nil {
		t.Fatal(err)
	}
	want := []call{{"pass 1", 50_000, 50_000}, {"pass 2", 40_000, 40_000}}
	if !slices.Equal(last, want) {
		t.Errorf("stages ended at %v, want %v", last, want)
	}
}

func TestEvaluate(t *testing.T) {
	const rows = 100_000
	logp := func(row int64) float64 { return -10 + math.Sin(float64(row)) }
	var sum, squares float64
	for i := range int64(rows) {
		sum += logp(i)
	}
	mean := sum / rows
	for i := range int64(rows) {
		squares += (logp(i) - mean) * (logp(i) - mean)
	}
	stderr := math.Sqrt(squares / (rows - 1) / rows)

	var first Nats
	for _, workers := range []int{1, 2, 3, 8} {
		n, err := Evaluate(par.WithWorkers(t.Context(), workers), &toyModel{logp: logp}, rowsOnly(rows))
		if err != nil {
			t.Fatal(err)
		}
		if workers == 1 {
			first = n
		}
		if n != first {
			t.Errorf("%d workers: %v, one worker: %v", workers, n, first)
		}
	}
	if !near(first.Mean, mean) || !near(first.StdErr, stderr) || first.Rows != rows || first.Impossible != 0 {
		t.Errorf("%+v, naively mean %v, standard error %v", first, mean, stderr)
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

// weighted is a source of few rows with weights.
type weighted []float64

func (weighted) Schema() *space.Schema { return &space.Schema{} }
func (w weighted) Rows() int64         { return int64(len(w)) }
func (w weighted) Batch(r table.Range) (*table.Batch, error) {
	return &table.Batch{Schema: &space.Schema{}, First: r.Lo, N: int(r.Rows()), Weight: w[r.Lo:r.Hi]}, nil
}

func TestEvaluateEdges(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		what   string
		logp   []float64
		weight weighted
		want   Nats
	}{
		{"no rows", nil, weighted{}, Nats{Mean: nan, StdErr: nan}},
		{"one row", []float64{-2}, weighted{1}, Nats{-2, nan, 1, 0}},
		{"two rows", []float64{-2, -4}, weighted{1, 1}, Nats{-3, 1, 2, 0}},
		{"weight 3 is three rows", []float64{-2, -4}, weighted{3, 1}, Nats{-2.5, .5, 2, 0}},
		{"weight 0 is no row", []float64{-2, nan, -4}, weighted{1, 0, 1}, Nats{-3, 1, 2, 0}},
		{"an impossible row", []float64{-2, -inf, -4}, nil, Nats{-3, 1, 3, 1}},
		{"all impossible", []float64{-inf, -inf}, nil, Nats{nan, nan, 2, 2}},
	} {
		var src table.Source = c.weight
		if c.weight == nil {
			src = rowsOnly(len(c.logp))
		}
		m := &toyModel{logp: func(row int64) float64 { return c.logp[row] }}
		n, err := Evaluate(t.Context(), m, src)
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		same := func(a, b float64) bool { return a == b || a != a && b != b }
		if !same(n.Mean, c.want.Mean) || !same(n.StdErr, c.want.StdErr) || n.Rows != c.want.Rows || n.Impossible != c.want.Impossible {
			t.Errorf("%s: %+v, want %+v", c.what, n, c.want)
		}

		text, err := n.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		var back Nats
		if err := back.UnmarshalJSON(text); err != nil || !same(back.Mean, n.Mean) || !same(back.StdErr, n.StdErr) || back.Rows != n.Rows || back.Impossible != n.Impossible {
			t.Errorf("%s: %+v in JSON is %s, read back as %+v (%v)", c.what, n, text, back, err)
		}
	}
	for _, bad := range []float64{nan, inf} {
		m := &toyModel{kind: "toy", logp: func(row int64) float64 { return map[bool]float64{true: bad}[row == 5000] }}
		if _, err := Evaluate(t.Context(), m, rowsOnly(6000)); err == nil || !strings.Contains(err.Error(), "row 5000") {
			t.Errorf("log-probability %v: error %v", bad, err)
		}
	}
	if _, err := Evaluate(t.Context(), noDensity{&toyModel{kind: "toy"}}, rowsOnly(1)); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("a model without a density: %v", err)
	}
}

// noDensity hides all of a model but what every model has.
type noDensity struct{ mimic.Model }
