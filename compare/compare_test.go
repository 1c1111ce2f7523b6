package compare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// planted returns n rows in which b repeats a in a share of the rows and is drawn
// by itself else, n follows b, and c has nothing to do with either.
func planted(n int, share float64, seed uint64) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "a", Kind: space.Category, Levels: []string{"w", "x", "y", "z"}},
		{Name: "c", Kind: space.Category, Levels: []string{"k", "l", "m"}, Missing: []string{""}},
		{Name: "b", Kind: space.Category, Levels: []string{"w", "x", "y", "z"}},
		{Name: "n", Kind: space.Integer, Min: 0, Max: 99},
		{Name: "id", Kind: space.ID, Pattern: "K{1..}"},
	}}
	r := rand.New(rand.NewPCG(seed, 4))
	b := table.NewBatch(s, 0, n)
	for i := range n {
		b.Cols[0].Code[i] = int32(r.IntN(4))
		b.Cols[1].Code[i] = int32(r.IntN(4)) - 1
		b.Cols[2].Code[i] = int32(r.IntN(4))
		if r.Float64() < share {
			b.Cols[2].Code[i] = b.Cols[0].Code[i]
		}
		b.Cols[3].Num[i] = float64(r.IntN(100))
		if r.Float64() < share/2 {
			b.Cols[3].Num[i] = float64(25*b.Cols[2].Code[i]) + float64(r.IntN(25))
		}
	}
	return table.New(b)
}

func ladder(t *testing.T, label string, kinds ...string) []mimic.Family {
	t.Helper()
	var all []mimic.Family
	for _, kind := range kinds {
		rung, err := models.Lookup(kind)
		if err != nil {
			t.Fatal(err)
		}
		f, err := rung.New(models.Options{Label: label, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// repeated is the mutual information of two fields of 4 levels of which one
// repeats the other in a share of the rows.
func repeated(share float64) float64 {
	same, other := (share+(1-share)/4)/4, (1-share)/16
	return 4*same*math.Log(16*same) + 12*other*math.Log(16*other)
}

// TestLesson: the dependence that was planted is found, as much as there is, and
// none where there is none. At 20,000 training and as many held-out rows the
// information of the pair has a standard error of about 0.008 nats.
func TestLesson(t *testing.T) {
	rungs := ladder(t, "", "uniform", "independent", "gaussian", "chowliu", "forest")
	c, err := Run(t.Context(), planted(20_000, .5, 1), planted(20_000, .5, 2), rungs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Rungs[c.Base].Kind != "independent" {
		t.Errorf("gains are over %s", c.Rungs[c.Base].Kind)
	}
	l := c.Lesson
	if len(l.Pairs) < 2 || l.Pairs[0].A != "a" || l.Pairs[0].B != "b" || math.Abs(l.Pairs[0].Nats-repeated(.5)) > 0.03 {
		t.Errorf("pairs %v, want a and b of %.3f nats first", l.Pairs, repeated(.5))
	}
	for _, p := range l.Pairs {
		if p.A == "c" || p.B == "c" {
			t.Errorf("pair %v, which is chance", p)
		}
	}
	if len(l.Steps) == 0 || l.Steps[0].Kind != "chowliu" || l.Steps[0].Mean < repeated(.5) {
		t.Errorf("steps %+v", l.Steps)
	}
	if len(l.Fields) != 2 || l.By != "forest" {
		t.Errorf("fields %+v by %s", l.Fields, l.By)
	}
	words := strings.Join(c.Words(), "\n")
	for _, want := range []string{"chowliu gains 0.", "independence fails most between a and b (0.3", "under forest"} {
		if !strings.Contains(strings.ToLower(words), strings.ToLower(want)) {
			t.Errorf("no %q in %s", want, words)
		}
	}

	c, err = Run(t.Context(), planted(20_000, 0, 3), planted(20_000, 0, 4), rungs, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if l := c.Lesson; len(l.Pairs)+len(l.Steps)+len(l.Fields) > 0 || !strings.HasPrefix(c.Words()[0], "No rung gains on independent") {
		t.Errorf("of independent fields: %+v, %q", l, c.Words())
	}
}

// TestGain compares with the mean of the differences, and leaves impossible rows
// out.
func TestGain(t *testing.T) {
	never := math.Inf(-1)
	g := gain([]float64{-1, -2, never, -4, -3}, []float64{-2, -4, -1, never, -6})
	// differences 1, 2, 3
	if want := (Gain{2, 1 / math.Sqrt(3)}); math.Abs(g.Mean-want.Mean) > 1e-12 || math.Abs(g.StdErr-want.StdErr) > 1e-12 {
		t.Errorf("gain %v, want %v", g, want)
	}
	if g := gain(nil, nil); !math.IsNaN(g.Mean) || !math.IsNaN(g.StdErr) {
		t.Errorf("gain of nothing %v", g)
	}
}

func TestAnswers(t *testing.T) {
	c, err := Run(t.Context(), planted(300, .5, 5), planted(100, .5, 6), ladder(t, "", "independent", "chowliu", "forest"), Options{Shown: 7, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Answers{{All, All}, {All, All}, {All, None}} {
		r := c.Rungs[i]
		if r.Can != want {
			t.Errorf("%s answers %v, want %v", r.Kind, r.Can, want)
		}
		if r.Samples.Rows() != 7 || !(r.Speed > 0) {
			t.Errorf("%s: %d samples, %v rows a second", r.Kind, r.Samples.Rows(), r.Speed)
		}
		if i != c.Best && r.Held.Mean > c.Rungs[c.Best].Held.Mean {
			t.Errorf("%s is better than the best", r.Kind)
		}
		if diff := r.Held.Mean - c.Rungs[c.Base].Held.Mean - r.Gain.Mean; math.Abs(diff) > 1e-9 {
			t.Errorf("%s: the gain is %v off", r.Kind, diff)
		}
	}
}

// TestSameForAnyWorkers: all but times.
func TestSameForAnyWorkers(t *testing.T) {
	var first *Comparison
	for _, workers := range []int{1, 3} {
		c, err := Run(par.WithWorkers(t.Context(), workers), planted(150, .5, 5), planted(100, .5, 6), ladder(t, "a", "independent", "naivebayes"), Options{Label: "a", Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = c
		}
		if diff := cmp.Diff(first.Curves, c.Curves, cmpopts.EquateNaNs()) + cmp.Diff(first.Lesson, c.Lesson); diff != "" {
			t.Errorf("%d workers: %s", workers, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	rows, rungs := planted(20, .5, 1), ladder(t, "", "independent")
	for _, c := range []struct {
		held  *table.Table
		label string
		want  string
	}{
		{rows.Select(nil), "", "without held-out rows"},
		{rows, "z", `no field "z"`},
		{rows, "n", "kind integer"},
	} {
		if _, err := Run(t.Context(), rows, c.held, rungs, Options{Label: c.label}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("label %q: %v", c.label, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, rows, rows, rungs, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestEdges: a comparison of rows of which there is hardly one, which are all the
// same, or of which nothing is known.
func TestEdges(t *testing.T) {
	kinds := []string{"uniform", "independent", "naivebayes", "gaussian", "chowliu", "forest"}
	same := planted(40, .5, 1).Select(make([]int, 40))
	missing := planted(40, .5, 1)
	for i := range missing.All().N {
		missing.All().Cols[1].Code[i] = table.Missing
	}
	for name, c := range map[string]struct{ train, held *table.Table }{
		"one row":     {planted(1, .5, 1), planted(1, .5, 2)},
		"one value":   {same, same},
		"all missing": {missing, missing},
	} {
		for _, label := range []string{"", "c"} {
			if _, err := Run(t.Context(), c.train, c.held, ladder(t, label, kinds...), Options{Label: label, Budget: time.Minute, Shown: 3}); err != nil {
				t.Errorf("%s, label %q: %v", name, label, err)
			}
		}
	}
}

// TestUnsuited: a rung that is not made for the data is no failure.
func TestUnsuited(t *testing.T) {
	rungs := append(ladder(t, "", "independent"), unsuited{})
	c, err := Run(t.Context(), planted(50, .5, 1), planted(50, .5, 2), rungs, Options{})
	if err != nil || len(c.Rungs) != 2 || !errors.Is(c.Rungs[1].Err, mimic.ErrUnsuited) || c.Best != 0 {
		t.Errorf("%+v, error %v", c, err)
	}
	if _, err := Run(t.Context(), planted(50, .5, 1), planted(50, .5, 2), rungs[1:], Options{}); !errors.Is(err, mimic.ErrUnsuited) {
		t.Errorf("no rung at all: %v", err)
	}
}

type unsuited struct{}

func (unsuited) Kind() string { return "unsuited" }

func (unsuited) NewFit(*space.Schema, int64) (mimic.Fit, error) { return nil, mimic.ErrUnsuited }
