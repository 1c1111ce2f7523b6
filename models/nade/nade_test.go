package nade_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// subject has few hidden units and epochs, so that its many fits are quick.
var subject = modeltest.Subject{
	New:     func(*space.Schema) mimic.Family { return nade.Family{Hidden: 8, Epochs: 3} },
	Decode:  nade.Decode,
	Inexact: true,
	ByIndex: true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// parity returns rows of three bits, of which the last is the exclusive or of the
// others in nine rows of ten, and a category that follows the first.
func parity(n int) *table.Table {
	s := new(space.Schema)
	for _, name := range []string{"a", "b", "xor"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	s.Fields = append(s.Fields, space.Field{Name: "c", Kind: space.Category, Levels: []string{"u", "v", "w"}, Missing: []string{""}})
	b := table.NewBatch(s, 0, n)
	for i := range n {
		x, y := int32(i)&1, int32(i)>>1&1
		b.Cols[0].Code[i], b.Cols[1].Code[i], b.Cols[2].Code[i] = x, y, x^y
		if i%10 == 7 {
			b.Cols[2].Code[i] ^= 1
		}
		b.Cols[3].Code[i] = x + int32(i/40)%2
		if i%13 == 5 {
			b.Cols[3].Code[i] = table.Missing
		}
	}
	return table.New(b)
}

func fitted(t *testing.T, rows *table.Table) mimic.Model {
	t.Helper()
	m, err := fit.Run(context.Background(), rows, nade.Family{Hidden: 32}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestExclusiveOr: what no pair of fields shows is learned.
func TestExclusiveOr(t *testing.T) {
	rows := parity(4000)
	nats, err := fit.Evaluate(context.Background(), fitted(t, rows), rows)
	if err != nil {
		t.Fatal(err)
	}
	// a and b are fair coins, xor has the entropy of .1, and c that of two equal
	// values but for one row in 13.
	gap := 1. / 13
	least := -2*math.Ln2 + .1*math.Log(.1) + .9*math.Log(.9) + gap*math.Log(gap) + (1-gap)*math.Log((1-gap)/2)
	if nats.Mean < least-.02 || nats.Mean > least+.1 {
		t.Errorf("%.4f nats a row; the rows have %.4f", nats.Mean, least)
	}
}

// TestEvidence compares the conditional with the rows that are in the evidence, over
// the sum of all these.
func TestEvidence(t *testing.T) {
	m := fitted(t, parity(4000))
	every := table.NewBatch(m.Schema(), 0, 2*2*2*4)
	for i := range every.N {
		for j := range 3 {
			every.Cols[j].Code[i] = int32(i>>j) & 1
		}
		if every.Cols[3].Code[i] = int32(i >> 3); i>>3 == 3 {
			every.Cols[3].Code[i] = table.Missing
		}
	}
	logp := make([]float64, every.N)
	if err := m.(mimic.Density).LogProb(logp, every); err != nil {
		t.Fatal(err)
	}
	e := space.Evidence{{Field: 2, Codes: []int32{1}}, {Field: 3, Codes: []int32{0, 2}}}
	sum, total := 0.0, 0.0
	for i, l := range logp {
		total += math.Exp(l)
		if c := every.Cols[3].Code[i]; every.Cols[2].Code[i] == 1 && (c == 0 || c == 2) {
			sum += math.Exp(l)
		}
	}
	if math.Abs(total-1) > 1e-12 {
		t.Errorf("the probabilities of all rows sum to %v", total)
	}
	given, quality, err := condition.Given(context.Background(), m, e)
	if err != nil {
		t.Fatal(err)
	}
	if !quality.Exact {
		t.Errorf("of 32 rows the conditional is not exact: %+v", quality)
	}
	within := make([]float64, every.N)
	if err := given.(mimic.Density).LogProb(within, every); err != nil {
		t.Fatal(err)
	}
	for i, l := range within {
		c := every.Cols[3].Code[i]
		want := math.Inf(-1)
		if every.Cols[2].Code[i] == 1 && (c == 0 || c == 2) {
			want = logp[i] - math.Log(sum)
		}
		if l != want && math.Abs(l-want) > 1e-6 {
			t.Errorf("row %d: log p(x | e) is %v, by all rows %v", i, l, want)
		}
	}
}

// TestGaps fills the third bit of rows whose others are known, of a field that is
// never missing in training: exactly, and as often as the rows have it, within 5
// standard errors. A level that the schema does not have is told by field.
func TestGaps(t *testing.T) {
	const n = 4000
	m := fitted(t, parity(n))
	gaps := parity(n)
	for i := range n {
		gaps.All().Cols[2].Code[i] = table.Missing
		gaps.All().Cols[3].Code[i] = max(0, gaps.All().Cols[3].Code[i])
	}
	effective := make([]float64, n)
	b := gaps.All()
	if err := m.(mimic.Imputer).Impute(b, effective, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	odd := 0.0
	for i := range n {
		if !math.IsInf(effective[i], 1) {
			t.Fatalf("row %d: worth %v draws, and it is exact", i, effective[i])
		}
		if b.Cols[2].Code[i] != b.Cols[0].Code[i]^b.Cols[1].Code[i] {
			odd++
		}
	}
	if math.Abs(odd/n-.1) > 5*math.Sqrt(.09/n)+.01 {
		t.Errorf("%v of the rows break the rule; in training a tenth does", odd/n)
	}
	// Two gaps in a row are filled by weighted draws.
	b.Cols[0].Code[0], b.Cols[3].Code[0] = table.Missing, table.Missing
	if err := m.(mimic.Imputer).Impute(b, effective, rng.New(1)); err != nil {
		t.Fatal(err)
	}
	if b.Cols[0].Code[0] < 0 || b.Cols[3].Code[0] < 0 || effective[0] < 16 || math.IsInf(effective[0], 1) {
		t.Errorf("filled by %d and %d, worth %v draws", b.Cols[0].Code[0], b.Cols[3].Code[0], effective[0])
	}
	b.Cols[1].Code[3] = table.Unknown
	if err := m.(mimic.Imputer).Impute(b, effective, rng.New(1)); err == nil || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("an unknown level: %v", err)
	}
}

func TestRefuses(t *testing.T) {
	for _, f := range []nade.Family{{Hidden: -1}, {Epochs: -1}, {Hidden: 1 << 20}, {Dropout: 1}, {Dropout: math.NaN()}} {
		if _, err := f.NewFit(parity(1).Schema(), 1); err == nil {
			t.Errorf("%+v is a family", f)
		}
	}
	f := space.Field{Name: "who", Kind: space.Category}
	for i := range 1025 {
		f.Levels = append(f.Levels, fmt.Sprint(i))
	}
	b := table.NewBatch(&space.Schema{Fields: []space.Field{f}}, 0, 10)
	_, err := fit.Run(context.Background(), table.New(b), nade.Family{}, fit.Options{})
	if !errors.Is(err, mimic.ErrUnsuited) || !strings.Contains(err.Error(), `"who"`) {
		t.Errorf("1025 levels: %v", err)
	}
}
