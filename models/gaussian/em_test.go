package gaussian

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestEMNeverLowersTheLikelihood follows EM on rows of which a third is missing.
func TestEMNeverLowersTheLikelihood(t *testing.T) {
	s := &space.Schema{}
	for _, name := range []string{"a", "b", "c", "d"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Real, Min: -100, Max: 100, Missing: []string{"?"}})
	}
	const n = 300
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(1).Stream(int64(i))
		common := r.Float64()
		for j := range b.Cols {
			b.Cols[j].Num[i] = common*float64(j) + r.Float64()
			if r.Float64() < 1./3 {
				b.Cols[j].Num[i] = table.NoNumber
			}
		}
	}
	f, err := Family{}.NewFit(s, n)
	if err != nil {
		t.Fatal(err)
	}
	last, passes := math.Inf(-1), 0
	for {
		if _, more := f.Next(); !more {
			break
		}
		st := f.NewStats()
		if err := st.Add(b); err != nil {
			t.Fatal(err)
		}
		if e, ok := st.(*emStats); ok {
			passes++
			if e.logProb < last-1e-9*math.Abs(last) {
				t.Errorf("pass %d: the log-likelihood fell from %v to %v", passes, last, e.logProb)
			}
			last = e.logProb
		}
		if err := f.Step(context.Background(), st); err != nil {
			t.Fatal(err)
		}
	}
	if passes < 5 {
		t.Errorf("EM ended after %d passes", passes)
	}
}
