package mixing

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestTop gives the upper half of a picture: all weights are then the same, and
// their logarithm is the evidence's log-probability.
func TestTop(t *testing.T) {
	rows := pictures(200, 3, 4, 5, false, 8)
	_, m := fittedPicture(t, context.Background(), rows, Family{})
	share := make([][]float64, 12)
	codes := make([][]uint16, 12)
	for j := range 12 {
		codes[j] = make([]uint16, 50)
		if j < 6 {
			share[j] = make([]float64, 5)
			share[j][j%5] = 1
		}
	}
	logw := make([]float64, 50)
	m.SampleWithin(codes, logw, share, 0, rng.New(9))
	for i, l := range logw {
		if l != logw[0] {
			t.Fatalf("rows of weights %v and %v", l, logw[0])
		}
		for j := range 6 {
			if int(codes[j][i]) != j%5 {
				t.Fatalf("row %d: pixel %d is %d", i, j, codes[j][i])
			}
		}
	}
	all := every(1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5)
	for j := range 6 {
		for i := range all[j] {
			all[j][i] = uint16(j % 5)
		}
	}
	l := make([]float64, len(all[0]))
	m.LogProb(l, all)
	sum := 0.0
	for _, v := range l {
		sum += math.Exp(v)
	}
	if math.Abs(math.Log(sum)-logw[0]) > 1e-9 {
		t.Errorf("the evidence has log-probability %v by the weights, %v by summing", logw[0], math.Log(sum))
	}

	share[2] = []float64{.5, 0, 1, 0, 0} // and something that is not certain
	m.SampleWithin(codes, logw, share, 0, rng.New(9))
	if slices.Max(logw) == slices.Min(logw) {
		t.Error("weights do not look at what was drawn")
	}
}

// TestPictureGiven compares exact conditionals, on a label, on the first pixels, on
// both, one after the other and read again, with the joint over the evidence.
func TestPictureGiven(t *testing.T) {
	rows := pictures(200, 2, 2, 3, true, 14)
	m, law := fittedPicture(t, context.Background(), rows, Family{})
	all := every(2, 3, 3, 3, 3)
	joint := make([]float64, len(all[0]))
	law.LogProb(joint, all)
	level := func(field int, codes ...int32) space.Given { return space.Given{Field: field, Codes: codes} }
	for _, e := range []space.Evidence{
		{level(0, 1)},
		{level(1, 2)},
		{level(0, 0), level(1, 0), level(2, 1)},
		{level(1, 1), level(2, 1), level(0, 0, 1)},
		{level(1, 0), level(2, 1), level(3, 2), level(4, 0)},
	} {
		given, err := m.(mimic.Conditioner).Condition(e)
		if err != nil {
			t.Fatal(err)
		}
		byOne := m
		for _, g := range e {
			if byOne, err = byOne.(mimic.Conditioner).Condition(space.Evidence{g}); err != nil {
				t.Fatal(err)
			}
		}
		blob, err := given.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(rows.Schema(), blob)
		if err != nil {
			t.Fatal(err)
		}
		in := func(i int) bool {
			for _, g := range e {
				if !slices.Contains(g.Codes, int32(all[g.Field][i])) {
					return false
				}
			}
			return true
		}
		mass := 0.0
		for i, l := range joint {
			if in(i) {
				mass += math.Exp(l)
			}
		}
		for _, c := range []mimic.Model{given, byOne, again} {
			law := c.(*Pictures).Law()
			l := make([]float64, len(joint))
			law.LogProb(l, all)
			for i := range l {
				want := math.Inf(-1)
				if in(i) {
					want = joint[i] - math.Log(mass)
				}
				if l[i] != want && math.Abs(l[i]-want) > 1e-9 {
					t.Fatalf("given %v: log p is %v, joint over evidence %v", e, l[i], want)
				}
			}
			drawn := make([][]uint16, len(all))
			for j := range drawn {
				drawn[j] = make([]uint16, 200)
			}
			law.Sample(drawn, 0, rng.New(1))
			for _, g := range e {
				for _, code := range drawn[g.Field] {
					if !slices.Contains(g.Codes, int32(code)) {
						t.Fatalf("given %v: sampled code %d of field %d", e, code, g.Field)
					}
				}
			}
		}
	}
	for _, e := range []space.Evidence{{level(2, 1)}, {level(1, 0, 1)}, {level(1, 1), level(3, 1)}} {
		if _, err := m.(mimic.Conditioner).Condition(e); !errors.Is(err, mimic.ErrUnsupported) {
			t.Errorf("given %v: error %v", e, err)
		}
	}
	first, err := m.(mimic.Conditioner).Condition(space.Evidence{level(1, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.(mimic.Conditioner).Condition(space.Evidence{level(1, 0)}); !errors.Is(err, mimic.ErrImpossible) {
		t.Errorf("given two values of a pixel: error %v", err)
	}
}

// TestLogJoint compares the probabilities of a picture with each label with those of
// the rows.
func TestLogJoint(t *testing.T) {
	rows := pictures(150, 3, 3, 9, true, 15)
	m, _ := fittedPicture(t, context.Background(), rows, Family{})
	first := space.Evidence{{Field: 1, Codes: []int32{4}}}
	given, err := m.(mimic.Conditioner).Condition(first)
	if err != nil {
		t.Fatal(err)
	}
	b := rows.All()
	strange := table.NewBatch(rows.Schema(), 0, b.N)
	for j := range b.Cols {
		copy(strange.Cols[j].Code, b.Cols[j].Code)
	}
	strange.Cols[3].Code[7] = 9
	for _, m := range []mimic.Model{m, given} {
		joint := [][]float64{make([]float64, b.N), make([]float64, b.N)}
		if err := m.(mimic.Classifier).LogJoint(joint, strange, 0); err != nil {
			t.Fatal(err)
		}
		for y := range joint {
			for i := range b.N {
				strange.Cols[0].Code[i] = int32(y)
			}
			want := make([]float64, b.N)
			if err := m.(mimic.Density).LogProb(want, strange); err != nil {
				t.Fatal(err)
			}
			for i, l := range joint[y] {
				if l != want[i] && math.Abs(l-want[i]) > 1e-9 {
					t.Fatalf("row %d with label %d: %v, by itself %v", i, y, l, want[i])
				}
			}
		}
	}
	if err := m.(mimic.Classifier).LogJoint(nil, b, 2); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("of a pixel: %v", err)
	}
}
