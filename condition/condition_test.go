package condition

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// related returns rows of two levels and two numbers: y follows x, x follows a,
// and b is rare and follows y.
func related(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "a", Kind: space.Category, Levels: []string{"u", "v", "w"}, Missing: []string{""}},
		{Name: "x", Kind: space.Integer, Min: 0, Max: 99},
		{Name: "y", Kind: space.Integer, Min: 0, Max: 99, Missing: []string{""}},
		{Name: "z", Kind: space.Integer, Min: 0, Max: 9},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(1).Stream(int64(i))
		a := int32(3 * r.Float64())
		x := math.Floor(20*float64(a) + 40*r.Float64())
		y := math.Floor(x/2 + 49*r.Float64())
		z := math.Floor(y/10*.9 + r.Float64())
		if r.Float64() < .1 {
			a = table.Missing
		}
		if r.Float64() < .1 {
			y = table.NoNumber
		}
		b.Cols[0].Code[i], b.Cols[1].Num[i], b.Cols[2].Num[i], b.Cols[3].Num[i] = a, x, y, z
	}
	return table.New(b)
}

func fitted(t *testing.T, f mimic.Family) (mimic.Model, *table.Table) {
	t.Helper()
	src := related(3000)
	m, err := fit.Run(context.Background(), src, f, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m, src
}

// hidden is a model without an exact conditional.
type hidden struct {
	mimic.Model
	mimic.Sampler
	mimic.Proposer
}

func hide(m mimic.Model) hidden { return hidden{m, m.(mimic.Sampler), m.(mimic.Proposer)} }

// The approximate conditional agrees with the rows of many free samples that
// meet the evidence: means to within 4.9 standard errors (a false failure once
// in 10⁶ runs) and .02 of the range for the bias of resampling.
func TestResampledRowsFollowTheConditional(t *testing.T) {
	m, _ := fitted(t, forest.Family{})
	e := space.Evidence{{Field: 3, Ranges: []space.Interval{{Min: 6, Max: 9}}}}
	c, quality, err := Given(context.Background(), hide(m), e)
	if err != nil {
		t.Fatal(err)
	}
	if quality.Exact || quality.Effective < enoughEffective || quality.Candidates < enoughEffective {
		t.Errorf("quality %+v", quality)
	}
	free, err := sample.Table(context.Background(), m, table.Range{Hi: 100000}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var meet []int
	for i, z := range free.All().Cols[3].Num {
		if z >= 6 {
			meet = append(meet, i)
		}
	}
	if p := float64(len(meet)) / 100000; math.Abs(math.Log(p)-quality.LogEvidence) > 5*(quality.StdErr+.01) {
		t.Errorf("the evidence has log-probability %v ± %v, its share of free samples %v", quality.LogEvidence, quality.StdErr, math.Log(p))
	}
	want := free.Select(meet).All()
	got, err := sample.Table(context.Background(), c, table.Range{Hi: 4000}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for j := 1; j < 4; j++ {
		a, sa := mean(want.Cols[j].Num)
		b, sb := mean(got.All().Cols[j].Num)
		if math.Abs(a-b) > 4.9*math.Hypot(sa, sb)+.02*m.Schema().Fields[j].Max {
			t.Errorf("field %d has mean %v, of free samples that meet the evidence %v", j, b, a)
		}
	}
	for i, z := range got.All().Cols[3].Num {
		if z < 6 {
			t.Fatalf("row %d does not meet the evidence: %v", i, z)
		}
	}
	part, err := sample.Table(context.Background(), c, table.Range{Lo: 1001, Hi: 1009}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range part.All().Cols[1].Num {
		if x != got.All().Cols[1].Num[1001+i] {
			t.Fatalf("row %d is another when it is drawn with others", 1001+i)
		}
	}
}

func mean(x []float64) (m, se float64) {
	n, q := 0., 0.
	for _, v := range x {
		if v == v {
			n++
			d := v - m
			m += d / n
			q += d * (v - m)
		}
	}
	return m, math.Sqrt(q/n) / math.Sqrt(n)
}

func TestExactWhereTheModelIs(t *testing.T) {
	for _, f := range []mimic.Family{forest.Family{}, independent.Family{}} {
		m, _ := fitted(t, f)
		_, quality, err := Given(context.Background(), m, space.Evidence{{Field: 0, Codes: []int32{2}}})
		if err != nil || !quality.Exact {
			t.Errorf("%s: quality %+v, error %v", m.Kind(), quality, err)
		}
	}
}

func TestRareEvidenceIsRefused(t *testing.T) {
	m, _ := fitted(t, forest.Family{})
	// x and y far apart, against all that the data say.
	e := space.Evidence{
		{Field: 1, Ranges: []space.Interval{{Min: 99, Max: 99}}}, {Field: 2, Ranges: []space.Interval{{Min: 0, Max: 0}}},
		{Field: 0, Codes: []int32{0}}, {Field: 3, Ranges: []space.Interval{{Min: 9, Max: 9}}},
	}
	rare := rareProposer{hide(m)}
	if _, _, err := Given(context.Background(), rare, e); !errors.Is(err, ErrTooRare) {
		t.Errorf("error %v", err)
	}
	if _, _, err := Given(context.Background(), hide(m), space.Evidence{{Field: 1}}); !errors.Is(err, mimic.ErrImpossible) {
		t.Errorf("impossible evidence: error %v", err)
	}
}

// rareProposer has proposals one in a thousand of which has any weight.
// TestPicture: what Given refuses, Picture answers, and says how well; and where
// all proposals weigh the same, each of them is a draw.
func TestPicture(t *testing.T) {
	m, _ := fitted(t, forest.Family{})
	one := space.Evidence{{Field: 0, Codes: []int32{0}}}
	if _, _, err := Given(t.Context(), unevenProposer{hide(m)}, one); !errors.Is(err, ErrTooRare) {
		t.Fatalf("uneven weights: %v", err)
	}
	c, q, err := Picture(t.Context(), unevenProposer{hide(m)}, one)
	if err != nil || q.Exact || q.Candidates != pictureMost || q.Effective < 1 || q.Effective > enoughEffective {
		t.Fatalf("%+v, %v", q, err)
	}
	rows := table.NewBatch(m.Schema(), 0, 7)
	if err := c.(mimic.Sampler).Sample(rows, rng.New(3)); err != nil {
		t.Error(err)
	}
	if _, q, err = Picture(t.Context(), hide(m), one); err != nil || q.Candidates != 1 || q.Effective != 1 { // a is the first of the chain
		t.Errorf("%+v, %v", q, err)
	}
}

// unevenProposer proposes with weights that differ as those of hundreds of pixels
// do.
type unevenProposer struct{ hidden }

func (u unevenProposer) Propose(e space.Evidence) (mimic.Proposal, error) {
	q, err := u.hidden.Propose(e)
	return unevenProposal{q}, err
}

type unevenProposal struct{ mimic.Proposal }

func (u unevenProposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	err := u.Proposal.Draw(dst, logw, k)
	for i := range logw {
		logw[i] += 3000 * k.Child(7).Float64(dst.First+int64(i))
	}
	return err
}

type rareProposer struct{ hidden }

func (r rareProposer) Propose(e space.Evidence) (mimic.Proposal, error) {
	q, err := r.hidden.Propose(e)
	return rareProposal{q}, err
}

type rareProposal struct{ q mimic.Proposal }

func (r rareProposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	err := r.q.Draw(dst, logw, k)
	for i := range logw {
		if (dst.First+int64(i))%1000 != 0 {
			logw[i] = math.Inf(-1)
		}
	}
	return err
}

// tables collects what is written.
type tables struct{ batches []*table.Batch }

func (w *tables) Write(b *table.Batch) error { w.batches = append(w.batches, b); return nil }
func (w *tables) Close() error               { return nil }

func text(b *table.Batch, j, i int) string {
	if c := b.Cols[j]; c.Num != nil {
		return fmt.Sprint(c.Num[i])
	}
	return fmt.Sprint(b.Cols[j].Code[i])
}

func TestImpute(t *testing.T) {
	for _, f := range []mimic.Family{forest.Family{}, independent.Family{}} {
		t.Run(f.Kind(), func(t *testing.T) {
			m, src := fitted(t, f)
			src = src.Select(upTo(300))
			fill := func(workers int, draw uint64) (*table.Batch, Gaps) {
				w := &tables{}
				g, err := Impute(par.WithWorkers(context.Background(), workers), m, src, w, ImputeOptions{Seed: 3, Draw: draw})
				if err != nil {
					t.Fatal(err)
				}
				return w.batches[0], g
			}
			a, gaps := fill(1, 0)
			b, _ := fill(3, 0)
			other, _ := fill(1, 1)
			was := src.All()
			filled, differ := int64(0), 0
			for j := range was.Cols {
				for i := range was.N {
					before, after := text(was, j, i), text(a, j, i)
					switch {
					case after == "NaN" || j == 0 && after == "-1":
						t.Fatalf("row %d, field %d is still missing", i, j)
					case after != text(b, j, i):
						t.Fatalf("row %d, field %d depends on the number of workers", i, j)
					case before == "NaN" || j == 0 && before == "-1":
						filled++
						if after != text(other, j, i) {
							differ++
						}
					case before != after:
						t.Fatalf("row %d, field %d was %v and is %v", i, j, before, after)
					}
				}
			}
			if gaps.Filled != filled || gaps.Left != 0 || gaps.Poor != 0 || gaps.Exact == 0 || filled < 40 {
				t.Errorf("%d cells were filled, counted as %+v", filled, gaps)
			}
			if differ < int(filled/3) {
				t.Errorf("a second draw differs in %d of %d cells", differ, filled)
			}
		})
	}
}

func upTo(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}

// Evidence that admits everything is answered by the model itself, also where
// the model has no exact conditional of its fields.
func TestEvidenceThatExcludesNothing(t *testing.T) {
	m, _ := fitted(t, forest.Family{})
	s := m.Schema()
	var e space.Evidence
	for j := range s.Fields {
		f := &s.Fields[j]
		g := space.Given{Field: j, Missing: f.Optional()}
		for k := range f.Levels {
			g.Codes = append(g.Codes, int32(k))
		}
		if f.Kind.Numeric() {
			g.Ranges = []space.Interval{{Min: f.Min, Max: f.Max}}
		}
		e = append(e, g)
	}
	c, quality, err := Given(context.Background(), hide(m), e)
	if err != nil || !quality.Exact || c.(hidden).Model != m {
		t.Errorf("%T, quality %+v, %v", c, quality, err)
	}
	for j := range e {
		if g := &e[j]; g.Ranges != nil {
			g.Ranges[0].Min = math.Nextafter(g.Ranges[0].Min, math.Inf(1))
		} else {
			g.Codes = g.Codes[1:]
		}
		if e[j].All(&s.Fields[j]) {
			t.Errorf("field %d: all but one value is all", j)
		}
	}
}

func TestUnsupported(t *testing.T) {
	m, src := fitted(t, independent.Family{})
	bare := struct{ mimic.Model }{m}
	if _, _, err := Given(context.Background(), bare, nil); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
	if _, err := Impute(context.Background(), bare, src, &tables{}, ImputeOptions{}); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}
