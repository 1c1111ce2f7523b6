package main

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// every calls f with each figure that there is.
func every(f func(figure)) {
	var x figure
	var set func(t int)
	set = func(t int) {
		if t == len(traits) {
			f(x)
			return
		}
		for x[t] = range traits[t].values {
			set(t + 1)
		}
	}
	set(0)
}

// TestOnePictureAFigure proves that a picture tells its figure, and so has its
// probability.
func TestOnePictureAFigure(t *testing.T) {
	seen := map[picture]figure{}
	sum := 0.0
	every(func(f figure) {
		p := f.draw()
		if g, ok := seen[*p]; ok {
			t.Fatalf("%v and %v look the same", f, g)
		}
		seen[*p] = f
		for _, v := range p {
			if v >= levels {
				t.Fatalf("%v has a pixel of value %d", f, v)
			}
		}
		sum += math.Exp(f.logProb())
	})
	if math.Abs(sum-1) > 1e-12 {
		t.Errorf("the figures' probabilities sum to %v", sum)
	}
}

// TestShares compares the traits of 20,000 figures with what they are drawn by,
// within five standard errors.
func TestShares(t *testing.T) {
	const n = 20000
	var count [len(traits)][8]float64
	for _, f := range draws(n, rng.New(7)) {
		for t, v := range f {
			count[t][v]++
		}
	}
	for i, tr := range traits {
		total := 0.0
		for v, p := range tr.share {
			total += p
			if got := count[i][v] / n; math.Abs(got-p) > 5*math.Sqrt(p*(1-p)/n) {
				t.Errorf("%s %s: share %v, not %v", tr.name, tr.values[v], got, p)
			}
		}
		if math.Abs(total-1) > 1e-12 {
			t.Errorf("%s: shares sum to %v", tr.name, total)
		}
	}
}

// TestEmbedded holds the embedded examples against what the generator makes.
func TestEmbedded(t *testing.T) {
	all := draws(figures, rng.New(seed))
	for name, want := range map[string]*table.Batch{"example:avatars": asTable(all), "example:avatar-pictures": asPictures(all)} {
		got, _, err := files.Read(t.Context(), []string{name}, files.Options{Options: ingest.Options{Schema: want.Schema}})
		if err != nil {
			t.Fatal(err)
		}
		for j := range want.Cols {
			if !slices.Equal(got.All().Cols[j].Code, want.Cols[j].Code) {
				t.Fatalf("%s: field %s is not what is made", name, want.Schema.Fields[j].Name)
			}
		}
		// And nobody needs to be told what it is.
		inferred, _, err := files.Read(t.Context(), []string{name}, files.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if s := inferred.Schema(); len(s.Fields) != len(want.Cols) || (s.Image == nil) != (want.Schema.Image == nil) || s.Image != nil && s.Image.Levels != levels {
			t.Errorf("%s is read as %d fields and %+v", name, len(s.Fields), s.Image)
		}
	}
}

// TestEntropy: the mean of logProb over all figures.
func TestEntropy(t *testing.T) {
	sum := 0.0
	every(func(f figure) { sum -= math.Exp(f.logProb()) * f.logProb() })
	if math.Abs(sum-entropy()) > 1e-9 {
		t.Errorf("entropy %v, not %v", entropy(), sum)
	}
}
