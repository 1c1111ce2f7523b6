package treemix_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var subject = modeltest.Subject{
	New:     func(*space.Schema) mimic.Family { return treemix.Family{Seed: 1} },
	Decode:  treemix.Decode,
	ByIndex: true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// exclusive returns n rows of bits of which one in three is the exclusive or of
// the two before it, but for one time in twenty: no tree of the fields sees that.
func exclusive(n int, seed uint64) *table.Table {
	const fields = 9
	s := new(space.Schema)
	for j := range fields {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		u := rng.New(seed).Stream(int64(i))
		for j := range fields {
			x := int32(u.Uint64() & 1)
			if j%3 == 2 {
				x = b.Cols[j-1].Code[i] ^ b.Cols[j-2].Code[i]
				if u.Float64() < 0.05 {
					x ^= 1
				}
			}
			b.Cols[j].Code[i] = x
		}
	}
	return table.New(b)
}

// TestFindsWhatNoTreeSees: the entropy of the rows is 6 bits and that of three
// errors of one in twenty.
func TestFindsWhatNoTreeSees(t *testing.T) {
	entropy := 6*math.Ln2 - 3*(0.05*math.Log(0.05)+0.95*math.Log(0.95))
	train, test := exclusive(6000, 1), exclusive(6000, 2)
	nats := func(f mimic.Family) float64 {
		m, err := fit.Run(t.Context(), train, f, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		n, err := fit.Evaluate(t.Context(), m, test)
		if err != nil {
			t.Fatal(err)
		}
		return n.Mean
	}
	if one := nats(chowliu.Family{}); one > -8.9*math.Ln2 {
		t.Errorf("one tree comes to %.3f nats a row: the rows are no test", one)
	}
	if many := nats(treemix.Family{Seed: 1}); many < -entropy-0.06 || many > -entropy+0.06 {
		t.Errorf("%.3f nats a row, %.3f is the truth", many, -entropy)
	}
}

// TestEndsWithWhatItHas: a time that has passed leaves a model, a sound one.
func TestEndsWithWhatItHas(t *testing.T) {
	rows := exclusive(500, 1)
	m, err := fit.Run(pace.WithUntil(t.Context(), time.Now().Add(-time.Hour)), rows, treemix.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := fit.Evaluate(t.Context(), m, rows); err != nil || n.Impossible > 0 || !(n.Mean > -10*math.Ln2) {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	told := 0
	ctx = pace.WithTell(ctx, func(string, int64, int64) {
		if told++; told == 3 {
			cancel()
		}
	})
	if _, err := fit.Run(ctx, exclusive(2000, 1), treemix.Family{}, fit.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, the fit says %v", err)
	}
	if told != 3 {
		t.Errorf("the fit went on to step %d after it was cancelled at 3", told)
	}
}
