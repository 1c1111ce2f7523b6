package judge

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/fit"
	factorised "github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// judgeSome judges samples against people, with everything that the sentence
// must be.
func judgeSome(t *testing.T, samples *table.Table) *Judgement {
	t.Helper()
	j, err := Run(context.Background(), Input{Train: people(1, 120), Held: people(2, 120), Samples: samples}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(j); err != nil {
		t.Fatalf("no JSON: %v", err)
	}
	return j
}

func noted(j *Judgement, parts ...string) bool {
	return slices.ContainsFunc(j.Notes, func(n string) bool {
		for _, p := range parts {
			if !strings.Contains(n, p) {
				return false
			}
		}
		return true
	})
}

// reshaped returns rows of people with the fields changed.
func reshaped(n int, change func(b *table.Batch)) *table.Table {
	b := people(3, n).All()
	s := *b.Schema
	s.Fields = slices.Clone(s.Fields)
	b.Schema = &s
	b.Cols = slices.Clone(b.Cols)
	change(b)
	return table.New(b)
}

func fieldOf(t *testing.T, j *Judgement, name string) Field {
	t.Helper()
	for _, f := range j.Fields {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no field %q in the judgement", name)
	return Field{}
}

func TestColumnsMissingRenamedReordered(t *testing.T) {
	j := judgeSome(t, reshaped(120, func(b *table.Batch) {
		b.Schema = b.Schema.Project([]int{6, 5, 4, 3, 1, 0})
		c := b.Cols
		b.Cols = []table.Column{c[6], c[5], c[4], c[3], c[1], c[0]}
		b.Schema.Fields[4].Name = "In-come" // income is Income with a hyphen
	}))
	if !noted(j, `"town"`, "missing from the samples") || !noted(j, `"income"`, "missing", `"In-come"`, "rename") || !noted(j, `"In-come"`, "not judged") {
		t.Errorf("notes: %q", j.Notes)
	}
	if f := fieldOf(t, j, "town"); !f.Absent {
		t.Errorf("%+v", f)
	}
	// The order of columns changes nothing: age is still age.
	if f := fieldOf(t, j, "age"); !(f.Shape > 0.8) {
		t.Errorf("age, from another place: shape %v", f.Shape)
	}
}

func TestColumnsOfAnotherType(t *testing.T) {
	j := judgeSome(t, reshaped(120, func(b *table.Batch) {
		b.Schema.Fields[0].Kind, b.Schema.Fields[0].Levels = space.Category, []string{"20", "forty", "31.5"}
		b.Cols[0] = table.Column{Code: make([]int32, b.N)}
		for i := range b.N {
			b.Cols[0].Code[i] = int32(i % 3)
		}
		b.Schema.Fields[3].Kind = space.Integer // yes and no as 1 and 0
		b.Cols[3] = table.Column{Num: make([]float64, b.N)}
		b.Schema.Fields[5] = space.Field{Name: "start", Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%d"}
	}))
	for _, name := range []string{"age", "owner", "start"} {
		if !noted(j, `"`+name+`"`, "compared by its text") {
			t.Errorf("nothing is said of %s: %q", name, j.Notes)
		}
	}
	age := fieldOf(t, j, "age")
	if math.Abs(float64(age.Outside)-2.0/3) > 1e-9 || age.Example != "forty" {
		t.Errorf("two thirds of age are no whole numbers: %+v", age)
	}
	if f := fieldOf(t, j, "owner"); f.Outside != 1 || f.Example != "0" {
		t.Errorf("no level of owner is known: %+v", f)
	}
	if a := j.Verdict.Samples.Impossible.Value; a != 1 {
		t.Errorf("%v of the samples are impossible", a)
	}
}

func TestLevelsNeverSeen(t *testing.T) {
	j := judgeSome(t, reshaped(120, func(b *table.Batch) {
		b.Schema.Fields[2].Levels = []string{"Mars", "Beeford", "Ceres", "Duns", "Errol"}
		b.Cols[2].Code = slices.Clone(b.Cols[2].Code)
		b.Cols[2].Code[0] = table.Unknown
	}))
	f := fieldOf(t, j, "town")
	var mars *Bar
	for i := range f.Bars {
		if f.Bars[i].Label == "Mars" {
			mars = &f.Bars[i]
		}
	}
	if mars == nil || !mars.Outside || mars.Real != 0 || !(mars.Samples > 0.3) {
		t.Errorf("Mars: %+v", f.Bars)
	}
	if j.Verdict.Samples.Impossible.Value < 0.3 {
		t.Errorf("%+v", j.Verdict.Samples)
	}
}

func TestNaNAndInf(t *testing.T) {
	j := judgeSome(t, reshaped(120, func(b *table.Batch) {
		for _, j := range []int{0, 1} {
			x := slices.Clone(b.Cols[j].Num)
			x[0], x[1], x[2], x[3] = math.NaN(), math.Inf(1), math.Inf(-1), 1e308
			b.Cols[j].Num = x
		}
	}))
	if got := j.Verdict.Samples.Impossible.Value; math.Abs(float64(got)-4.0/120) > 1e-9 {
		t.Errorf("%v of the samples are impossible, not 4 of 120", got)
	}
}

func TestHeldOutRowsThatAreTrainingRows(t *testing.T) {
	const said = "are training rows too"
	j, err := Run(context.Background(), Input{Train: people(1, 40), Held: people(1, 40), Samples: people(3, 40)}, Options{})
	if err != nil || !noted(j, "100 % of the held-out rows "+said) {
		t.Errorf("%q, %v", j.Notes, err)
	}
	if j := judgeSome(t, people(3, 20)); noted(j, said) {
		t.Errorf("said of rows that are none: %q", j.Notes)
	}
	// Rows of which there are few different ones are no wonder.
	few := reshaped(40, func(b *table.Batch) {
		b.Schema = b.Schema.Project([]int{3})
		b.Cols = b.Cols[3:4]
	})
	if j, err = Run(context.Background(), Input{Train: few, Held: few, Samples: few}, Options{}); err != nil || noted(j, said) {
		t.Errorf("said of rows that repeat: %q, %v", j.Notes, err)
	}
}

func TestFewRows(t *testing.T) {
	for _, n := range []int{1, 2, 3, 11} {
		j := judgeSome(t, people(4, n))
		if n < 10 && !noted(j, "two-sample test needs") {
			t.Errorf("%d rows: %q", n, j.Notes)
		}
	}
	// One training row, one held-out row, one sample, one column.
	one := func(x float64) *table.Table {
		s := &space.Schema{Fields: []space.Field{{Name: "x", Kind: space.Real, Min: x, Max: x}}}
		b := table.NewBatch(s, 0, 1)
		b.Cols[0].Num[0] = x
		return table.New(b)
	}
	j, err := Run(context.Background(), Input{Train: one(1), Held: one(2), Samples: one(1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if j.Verdict.Samples.Copied.Value != 1 {
		t.Errorf("the copy of the one row: %+v", j.Verdict.Samples)
	}
	if !noted(j, "nearest of 1 here", "rough") {
		t.Errorf("nothing is said of the one held-out row: %q", j.Notes)
	}
}

func TestEverythingMissingOrConstant(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "nothing", Kind: space.Real, Missing: []string{""}},
		{Name: "none", Kind: space.Category, Missing: []string{""}},
		{Name: "same", Kind: space.Integer, Min: 4, Max: 4},
		{Name: "a", Kind: space.Category, Levels: []string{"a"}},
	}}
	b := table.NewBatch(s, 0, 50)
	for i := range b.N {
		b.Cols[0].Num[i], b.Cols[1].Code[i], b.Cols[2].Num[i] = math.NaN(), table.Missing, 4
	}
	j, err := Run(context.Background(), Input{Train: table.New(b), Held: table.New(b), Samples: table.New(b)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(j); err != nil {
		t.Fatal(err)
	}
}

// What cannot be judged at all is a sentence that says what to do.
func TestRefusals(t *testing.T) {
	some, empty := people(1, 50), people(1, 0)
	other := table.New(&table.Batch{Schema: &space.Schema{Fields: []space.Field{{Name: "z", Kind: space.Real}}}, N: 1, Cols: []table.Column{{Num: []float64{1}}}})
	weighted := people(1, 2).All()
	weighted.Weight = []float64{1, 2}
	for _, c := range []struct {
		in   Input
		opt  Options
		want string
	}{
		{Input{Samples: some}, Options{}, "no training rows"},
		{Input{Train: empty, Samples: some}, Options{}, "no training rows"},
		{Input{Train: some}, Options{}, "neither samples nor a model"},
		{Input{Train: some, Samples: empty}, Options{}, "no rows"},
		{Input{Train: some, Held: empty, Samples: some}, Options{}, "no held-out rows"},
		{Input{Train: people(1, 1), Samples: some}, Options{}, "too few"},
		{Input{Train: some, Samples: other}, Options{}, `no field of the sample space is there: it has "z"`},
		{Input{Train: some, Samples: table.New(weighted)}, Options{}, "weighted"},
		{Input{Train: some, Held: some, Samples: some}, Options{Label: "size"}, `"size"`},
		{Input{Train: some, Samples: some}, Options{HeldShare: 1}, "share"},
		{Input{Train: some, Held: some, Samples: some, Rules: []string{"rooms < nowhere"}}, Options{}, "nowhere"},
	} {
		_, err := Run(context.Background(), c.in, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v; it should say %q", err, c.want)
		}
	}
}

// A model brings its likelihood, and its own samples where none are given.
func TestModel(t *testing.T) {
	ctx := context.Background()
	train, held := people(1, 400), people(2, 400)
	m, err := fit.Run(ctx, train, factorised.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	j, err := Run(ctx, Input{Train: train, Held: held, Model: m}, Options{Rows: 300})
	if err != nil {
		t.Fatal(err)
	}
	if j.Rows.Samples != 300 || j.Kind != "independent" {
		t.Errorf("%d samples of %q", j.Rows.Samples, j.Kind)
	}
	nats, err := fit.Evaluate(ctx, m, held)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range j.Figures {
		if f.Key == "likelihood.held" {
			found = true
			if float64(f.Samples.Value) != nats.Mean || f.Samples != f.Independent {
				t.Errorf("likelihood %+v; the model has %v", f, nats)
			}
		}
		if f.Key == "dependence.kept" && f.Samples.Value > 0.3 {
			t.Errorf("independent fields kept %v of the dependence", f.Samples.Value)
		}
	}
	if !found {
		t.Error("no likelihood")
	}
}
