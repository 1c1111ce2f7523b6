package naivebayes_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

func theta(t *testing.T, m mimic.Model) []byte {
	t.Helper()
	blob, err := m.AppendBinary(nil)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// TestLatentClassesAreFound makes rows of five classes of twelve levels, and
// asks that the search comes near to the likelihood of the truth on rows that it
// has not seen, within a twentieth of what independent fields lose.
func TestLatentClassesAreFound(t *testing.T) {
	const classes, d, n = 5, 12, 6000
	s := &space.Schema{}
	for j := range d {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	p := func(y, j int) float64 { return 0.1 + 0.8*rng.New(1).Child(uint64(j)).Float64(int64(y)) }
	rows := table.NewBatch(s, 0, 2*n)
	var truth float64 // mean log p of the second half
	for i := range 2 * n {
		r := rng.New(2).Stream(int64(i))
		y := int(classes * r.Float64())
		joint := make([]float64, classes)
		for j := range d {
			if r.Float64() < p(y, j) {
				rows.Cols[j].Code[i] = 1
			}
			for k := range joint {
				if rows.Cols[j].Code[i] == 1 {
					joint[k] += math.Log(p(k, j))
				} else {
					joint[k] += math.Log1p(-p(k, j))
				}
			}
		}
		if i >= n {
			var sum float64
			for _, l := range joint {
				sum += math.Exp(l) / classes
			}
			truth += math.Log(sum) / n
		}
	}
	train, held := table.New(rows.Slice(0, n)), table.New(rows.Slice(n, 2*n))
	mean := func(f mimic.Family) (mimic.Model, float64) {
		m, err := fit.Run(context.Background(), train, f, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		nats, err := fit.Evaluate(context.Background(), m, held)
		if err != nil {
			t.Fatal(err)
		}
		return m, nats.Mean
	}
	// Without time there is the least of searches.
	hurried, err := fit.Run(context.Background(), train, naivebayes.Family{}, fit.Options{Budget: 1})
	if err != nil || hurried.(*naivebayes.Model).Classes() != 1 {
		t.Errorf("%+v, %v: want one class", hurried, err)
	}
	told, err := fit.Run(context.Background(), train, naivebayes.Family{}, fit.Options{Budget: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	m, latent := mean(naivebayes.Family{})
	if a, b := theta(t, told), theta(t, m); !bytes.Equal(a, b) {
		t.Error("time to spare changes the model")
	}
	_, apart := mean(independent.Family{})
	t.Logf("truth %.4f, latent %.4f with %d classes, independent %.4f", truth, latent, m.(*naivebayes.Model).Classes(), apart)
	if truth-latent > 0.05*(truth-apart) {
		t.Errorf("held-out nats per row: %v by latent classes, %v by the truth, %v by independent fields", latent, truth, apart)
	}
}
