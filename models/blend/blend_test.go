package blend_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// quick is a blend of rungs that take no time.
var quick = blend.Family{Parts: func(_ *space.Schema, _, validation int64) ([]blend.Part, error) {
	return []blend.Part{
		{Family: independent.Family{}},
		{Family: chowliu.Family{}},
		{Family: nade.Family{Hidden: 4, Epochs: 1, Validation: validation}, Validates: true},
	}, nil
}}

func decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	return blend.Decode(s, blob, func(kind string, s *space.Schema, blob []byte) (mimic.Model, error) {
		switch kind {
		case independent.Kind:
			return independent.Decode(s, blob)
		case chowliu.Kind:
			return chowliu.Decode(s, blob)
		case nade.Kind:
			return nade.Decode(s, blob)
		}
		return nil, fmt.Errorf("no rung %q", kind)
	})
}

var subject = modeltest.Subject{
	New:     func(*space.Schema) mimic.Family { return quick },
	Decode:  decode,
	Inexact: true,
	ByIndex: true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// coins returns rows of two fair coins that agree in a share of the rows.
func coins(n int, agree float64, seed uint64) *table.Table {
	s := new(space.Schema)
	for _, name := range []string{"a", "b"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(seed).Stream(int64(i))
		x := int32(2 * r.Float64())
		b.Cols[0].Code[i], b.Cols[1].Code[i] = x, x
		if r.Float64() > agree {
			b.Cols[1].Code[i] = 1 - x
		}
	}
	return table.New(b)
}

// TestWeights mixes coins that always agree with coins that never do: the weights
// of greatest likelihood are in closed form, the shares of rows of each.
func TestWeights(t *testing.T) {
	ctx := context.Background()
	var models []mimic.Model
	for _, agree := range []float64{1, 0} {
		m, err := fit.Run(ctx, coins(100_000, agree, 1), chowliu.Family{}, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		models = append(models, m)
	}
	held := coins(5000, .8, 2)
	agree := 0.0
	for i, a := range held.All().Cols[0].Code {
		if a == held.All().Cols[1].Code[i] {
			agree++
		}
	}
	m, err := blend.Of(ctx, models, held)
	if err != nil {
		t.Fatal(err)
	}
	want := (agree + 1) / (5000 + 2)
	if got := m.Weights(); math.Abs(got[0]-want) > 1e-3 || math.Abs(got[0]+got[1]-1) > 1e-12 {
		t.Errorf("weights %v, want %v and the rest", got, want)
	}
	nats, err := fit.Evaluate(ctx, m, held)
	if err != nil {
		t.Fatal(err)
	}
	p := agree / 5000
	if best := -math.Ln2 + p*math.Log(p) + (1-p)*math.Log(1-p); math.Abs(nats.Mean-best) > 1e-3 {
		t.Errorf("%v nats a row, the best there are %v", nats.Mean, best)
	}
}

// witness is a family that notes what it is shown.
type witness struct {
	mimic.Family
	err  error
	rows *[]int64
}

func (w witness) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	*w.rows = append(*w.rows, rows)
	if w.err != nil {
		return nil, w.err
	}
	return w.Family.NewFit(s, rows)
}

// TestParts: who validates is shown all rows, and who does not those that are not
// held out, until there are weights; who is not made for the data is left out, and
// any other error ends the fit.
func TestParts(t *testing.T) {
	var all, some, refused []int64
	var asked int64
	with := func(err error, validation int64) (mimic.Model, error) {
		all, some, refused = nil, nil, nil
		f := blend.Family{Validation: validation, Parts: func(_ *space.Schema, _, validation int64) ([]blend.Part, error) {
			asked = validation
			return []blend.Part{
				{Family: witness{chowliu.Family{}, nil, &all}, Validates: true},
				{Family: witness{independent.Family{}, nil, &some}},
				{Family: witness{independent.Family{}, err, &refused}},
			}, nil
		}}
		return fit.Run(context.Background(), coins(200, .9, 3), f, fit.Options{})
	}
	for validation, held := range map[int64]int64{0: 20, 50: 50, 1000: 199} {
		m, err := with(fmt.Errorf("no: %w", mimic.ErrUnsuited), validation)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(m.(*blend.Model).Weights()); n != 2 {
			t.Errorf("%d constituents", n)
		}
		if asked != held || !slices.Equal(all, []int64{200}) || !slices.Equal(some, []int64{200 - held, 200}) {
			t.Errorf("validation %d: %d rows are held out, the constituents see %v and %v", validation, asked, all, some)
		}
	}
	failed := errors.New("failed")
	if _, err := with(failed, 0); !errors.Is(err, failed) {
		t.Errorf("a constituent fails: %v", err)
	}
	none := blend.Family{Parts: func(*space.Schema, int64, int64) ([]blend.Part, error) {
		return []blend.Part{{Family: witness{chowliu.Family{}, mimic.ErrUnsuited, &all}}}, nil
	}}
	if _, err := fit.Run(context.Background(), coins(20, .9, 3), none, fit.Options{}); !errors.Is(err, mimic.ErrUnsuited) {
		t.Errorf("no constituent is made for the data: %v", err)
	}
}

// punctual is a family that takes all the time that it is given.
type punctual struct {
	mimic.Family
	given *[]time.Duration
}

func (p punctual) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	f, err := p.Family.NewFit(s, rows)
	return punctualFit{f, p.given}, err
}

type punctualFit struct {
	mimic.Fit
	given *[]time.Duration
}

func (f punctualFit) Step(ctx context.Context, total mimic.Stats) error {
	until, ok := pace.Until(ctx)
	if !ok {
		return errors.New("no end is set")
	}
	*f.given = append(*f.given, time.Until(until))
	time.Sleep(time.Until(until))
	return f.Fit.Step(ctx, total)
}

// TestTime: constituents share the time evenly, and what one leaves is shared by
// those after it.
func TestTime(t *testing.T) {
	var given []time.Duration
	f := blend.Family{Parts: func(*space.Schema, int64, int64) ([]blend.Part, error) {
		p := blend.Part{Family: punctual{independent.Family{}, &given}}
		return []blend.Part{{Family: chowliu.Family{}}, p, p}, nil
	}}
	const budget = 300 * time.Millisecond
	if _, err := fit.Run(context.Background(), coins(50, .9, 3), f, fit.Options{Budget: budget}); err != nil {
		t.Fatal(err)
	}
	if len(given) != 2 || given[0] > budget/2 || given[0]+given[1] > budget {
		t.Errorf("of %v the constituents are given %v", budget, given)
	}
}

// TestStratified: a forest in a blend is drawn row by row, and any part of the
// rows can be had without the others.
func TestStratified(t *testing.T) {
	f := blend.Family{Parts: func(*space.Schema, int64, int64) ([]blend.Part, error) {
		return []blend.Part{{Family: forest.Family{}}, {Family: independent.Family{}}}, nil
	}}
	m, err := fit.Run(context.Background(), coins(500, .9, 4), f, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	whole, some := table.NewBatch(m.Schema(), 0, 100), table.NewBatch(m.Schema(), 37, 20)
	for _, b := range []*table.Batch{whole, some} {
		if err := m.(mimic.Sampler).Sample(b, rng.New(5)); err != nil {
			t.Fatal(err)
		}
	}
	for j := range some.Cols {
		if !slices.Equal(some.Cols[j].Code, whole.Cols[j].Code[37:57]) {
			t.Errorf("rows 37 to 56 by themselves are %v, among others %v", some.Cols[j].Code, whole.Cols[j].Code[37:57])
		}
	}
}

// TestEvidence compares the estimate of the probability of evidence, by a
// constituent that knows it exactly and one that weighs, with the sum over rows.
func TestEvidence(t *testing.T) {
	ctx := context.Background()
	f := blend.Family{Parts: func(_ *space.Schema, _, validation int64) ([]blend.Part, error) {
		return []blend.Part{
			{Family: chowliu.Family{}},
			{Family: nade.Family{Hidden: 4, Epochs: 3, Validation: validation}, Validates: true},
		}, nil
	}}
	m, err := fit.Run(ctx, coins(1000, .9, 6), f, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	every := table.NewBatch(m.Schema(), 0, 2)
	every.Cols[0].Code[1], every.Cols[1].Code[0], every.Cols[1].Code[1] = 1, 1, 1
	logp := make([]float64, 2)
	if err := m.(mimic.Density).LogProb(logp, every); err != nil {
		t.Fatal(err)
	}
	given, quality, err := condition.Given(ctx, m, space.Evidence{{Field: 1, Codes: []int32{1}}})
	if err != nil {
		t.Fatal(err)
	}
	want := math.Log(math.Exp(logp[0]) + math.Exp(logp[1]))
	if math.Abs(quality.LogEvidence-want) > 5*quality.StdErr+1e-9 {
		t.Errorf("log p(e) = %v ± %v, by all rows %v", quality.LogEvidence, quality.StdErr, want)
	}
	const n = 4000
	p := math.Exp(logp[1] - want)
	near := func(what string, ones float64) {
		if math.Abs(ones/n-p) > 5*math.Sqrt(p*(1-p)/n)+.01 {
			t.Errorf("%s: %v of the rows have a = 1, exactly %v do", what, ones/n, p)
		}
	}
	rows := table.NewBatch(m.Schema(), 0, n)
	if err := given.(mimic.Sampler).Sample(rows, rng.New(7)); err != nil {
		t.Fatal(err)
	}
	ones := 0.0
	for i := range n {
		if rows.Cols[1].Code[i] != 1 {
			t.Fatalf("row %d is not in the evidence", i)
		}
		ones += float64(rows.Cols[0].Code[i])
	}
	near("given", ones)

	for i := range n {
		rows.Cols[0].Code[i] = table.Missing
	}
	filled := new(kept)
	gaps, err := condition.Impute(ctx, m, table.New(rows), filled, condition.ImputeOptions{})
	if err != nil || gaps.Filled != n || gaps.Exact != 0 || gaps.Poor != 0 {
		t.Fatalf("%+v, %v", gaps, err)
	}
	near("impute", filled.ones)
}

// kept counts the rows that it is given of which the first field is 1.
type kept struct{ ones float64 }

func (k *kept) Write(b *table.Batch) error {
	for _, c := range b.Cols[0].Code {
		k.ones += float64(c)
	}
	return nil
}

func (*kept) Close() error { return nil }
