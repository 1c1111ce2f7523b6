package kde_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var subject = modeltest.Subject{
	New:       func(*space.Schema) mimic.Family { return kde.Family{} },
	Decode:    kde.Decode,
	Unbounded: true,
	ByIndex:   true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// TestUnsuited asks for more fields than kernels are for.
func TestUnsuited(t *testing.T) {
	s := &space.Schema{}
	for j := range 13 {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Real, Max: 1})
	}
	if _, err := (kde.Family{}).NewFit(s, 10); !errors.Is(err, mimic.ErrUnsuited) {
		t.Errorf("13 fields: %v", err)
	}
}

// TestRefit: rows that chose the bandwidth are kept in the end. They are far from
// all others.
func TestRefit(t *testing.T) {
	const rows, last = 200, 20
	b := table.NewBatch(&space.Schema{Fields: []space.Field{{Name: "x", Kind: space.Real, Max: 1000}}}, 0, rows)
	for i := range rows {
		b.Cols[0].Num[i] = float64(i % 10)
		if i >= rows-last {
			b.Cols[0].Num[i] += 900
		}
	}
	c, err := fit.Choose(t.Context(), table.New(b), kde.Family{Validation: last}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var logP [2][rows]float64
	if err := c.Model.(mimic.Density).LogProb(logP[0][:], b); err != nil {
		t.Fatal(err)
	}
	m, err := c.Refit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.(mimic.Density).LogProb(logP[1][:], b); err != nil {
		t.Fatal(err)
	}
	if before, after := logP[0][rows-1], logP[1][rows-1]; !(after > before+1) {
		t.Errorf("the last row has log-density %.2f before it is kept, and %.2f after", before, after)
	}
}
