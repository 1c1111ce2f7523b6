package pixelnet

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// randomModel returns a model of 3x3 pictures with a label after them, whose
// weights are all random.
func randomModel(t *testing.T) *Model {
	t.Helper()
	m := space.Image{Name: "image", Width: 3, Height: 3, Channels: 1, Levels: 2}
	label := space.Field{Name: "label", Kind: space.Category, Levels: []string{"a", "b", "c"}, Missing: []string{"?"}}
	s := &space.Schema{Fields: append(m.Fields(), label), Image: &m}
	f, err := formOf(s, "label")
	if err != nil {
		t.Fatal(err)
	}
	l := &law{form: f, ensemble: randomEnsemble(2, 3, 3, 2, 4), prior: []float64{math.Log(.1), math.Log(.2), math.Log(.3), math.Log(.4)}}
	d := &coded.Data{Schema: s, Fields: s.Learned()}
	for _, j := range d.Fields {
		b, err := dist.NewLevelBook(&s.Fields[j])
		if err != nil {
			t.Fatal(err)
		}
		d.Books = append(d.Books, b)
	}
	return &Model{coded.NewModel(Kind, d, l)}
}

// every returns all rows of the space of randomModel.
func every(s *space.Schema) *table.Batch {
	b := table.NewBatch(s, 0, 4<<9)
	for i := range b.N {
		for j := range 9 {
			b.Cols[j].Code[i] = int32(i >> j & 1)
		}
		b.Cols[9].Code[i] = int32(i>>9) - 1 // missing, too
	}
	return b
}

func (m *Model) probabilities(t *testing.T, b *table.Batch) []float64 {
	t.Helper()
	p := make([]float64, b.N)
	if err := m.LogProb(p, b); err != nil {
		t.Fatal(err)
	}
	for i := range p {
		p[i] = math.Exp(p[i])
	}
	return p
}

func pixel(j int, code int32) space.Given { return space.Given{Field: j, Codes: []int32{code}} }

// TestProposals compares the weights of proposals, and the share of ink among
// weighted draws, with sums over all rows. At six standard errors it fails by
// chance once in 1e8, and sees an evidence or a share that is wrong by some 3 %.
func TestProposals(t *testing.T) {
	m := randomModel(t)
	all := every(m.Schema())
	p := m.probabilities(t, all)
	for _, e := range []space.Evidence{
		{pixel(4, 1)},
		{pixel(8, 0), pixel(6, 1)},
		{pixel(0, 1), pixel(1, 0), pixel(5, 1)},
		{pixel(0, 0), pixel(7, 1), {Field: 9, Codes: []int32{1, 2}}},
		{pixel(3, 1), {Field: 9, Codes: []int32{0}, Missing: true}},
		{pixel(0, 1), pixel(1, 1), {Field: 9, Codes: []int32{2}}}, // exact
	} {
		admits := func(b *table.Batch, i int) bool {
			for _, g := range e {
				in := g.Missing && b.Cols[g.Field].Code[i] == table.Missing
				for _, c := range g.Codes {
					in = in || b.Cols[g.Field].Code[i] == c
				}
				if !in {
					return false
				}
			}
			return true
		}
		evidence := 0.0
		ink := [9]float64{}
		for i, pi := range p {
			if admits(all, i) {
				evidence += pi
				for j := range ink {
					ink[j] += pi * float64(all.Cols[j].Code[i])
				}
			}
		}
		q, err := m.Propose(e)
		if err != nil {
			t.Fatal(err)
		}
		const n = 20_000
		rows, logw := table.NewBatch(m.Schema(), 0, n), make([]float64, n)
		if err := q.Draw(rows, logw, rng.New(5)); err != nil {
			t.Fatal(err)
		}
		mean := func(f func(i int) float64) (mean, stdErr float64) {
			var sum, squares float64
			for i, l := range logw {
				x := math.Exp(l) * f(i)
				sum, squares = sum+x, squares+x*x
			}
			mean = sum / n
			return mean, math.Sqrt((squares/n - mean*mean) / n)
		}
		for i := range n {
			if !admits(rows, i) {
				t.Fatalf("given %v: row %d is not in it", e, i)
			}
		}
		got, stdErr := mean(func(int) float64 { return 1 })
		if math.Abs(got-evidence) > 6*stdErr+1e-6*evidence {
			t.Errorf("given %v: the weights say that it has probability %v ± %v, the rows %v", e, got, stdErr, evidence)
		}
		for j := range ink {
			got, stdErr := mean(func(i int) float64 { return float64(rows.Cols[j].Code[i]) })
			if math.Abs(got-ink[j]) > 6*stdErr+1e-6*evidence {
				t.Errorf("given %v: ink in pixel %d has probability %v ± %v, by the rows %v", e, j, got, stdErr, ink[j])
			}
		}
	}
}

// TestLogJoint compares with one label at a time, missing among them.
func TestLogJoint(t *testing.T) {
	m := randomModel(t)
	all := every(m.Schema())
	all.Cols[4].Code[7] = 2 // outside
	want := make([]float64, all.N)
	if err := m.LogProb(want, all); err != nil {
		t.Fatal(err)
	}
	got := [][]float64{make([]float64, all.N), make([]float64, all.N), make([]float64, all.N)}
	blind := *all
	blind.Cols = append([]table.Column(nil), all.Cols...)
	blind.Cols[9] = table.Column{}
	if err := m.LogJoint(got, &blind, 9); err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		if y := all.Cols[9].Code[i]; y >= 0 && got[y][i] != w {
			t.Fatalf("row %d: log p(x, y) is %v, log p of the row %v", i, got[y][i], w)
		}
	}
	if err := m.LogJoint(got, &blind, 0); err == nil {
		t.Error("a pixel is a label")
	}
}

// TestUnsuited asks for a reason where data are not what the network is made for.
func TestUnsuited(t *testing.T) {
	picture := func(width, height, channels, levels int, beside ...space.Field) *space.Schema {
		m := space.Image{Name: "image", First: len(beside), Width: width, Height: height, Channels: channels, Levels: levels}
		return &space.Schema{Fields: append(beside, m.Fields()...), Image: &m}
	}
	label := space.Field{Name: "label", Kind: space.Category, Levels: []string{"a", "b"}}
	other := space.Field{Name: "other", Kind: space.Bool, Levels: []string{"a", "b"}}
	letters := space.Field{Name: "letter", Kind: space.Category, Levels: strings.Split("abcdefghijklm", "")}
	number := space.Field{Name: "number", Kind: space.Real, Max: 1}
	for name, s := range map[string]*space.Schema{
		"a table":         {Fields: []space.Field{label}},
		"colour":          picture(4, 4, 3, 2),
		"grey":            picture(4, 4, 1, 256),
		"large, shades":   picture(120, 120, 1, 16),
		"large, labels":   picture(120, 120, 1, 2, letters),
		"large":           picture(200, 100, 1, 2),
		"two labels":      picture(4, 4, 1, 2, label, other),
		"a number beside": picture(4, 4, 1, 2, number),
		"no label":        picture(4, 4, 1, 2),
	} {
		f := Family{}
		if name == "no label" {
			f.Label = "label"
		}
		if _, err := f.NewFit(s, 10); !errors.Is(err, mimic.ErrUnsuited) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (Family{Label: "label"}).NewFit(picture(4, 4, 1, 2, label), 10); err != nil {
		t.Error(err)
	}
}
