package forest

import (
	"bytes"
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// linear returns n rows of three normal numbers and of their sum, with noise that has
// a fifth of its variance.
func linear(n int, seed uint64) *table.Table {
	s := &space.Schema{}
	for j := range 4 {
		s.Fields = append(s.Fields, space.Field{Name: string(rune('a' + j)), Kind: space.Decimal, Digits: 3, Min: -20, Max: 20})
	}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(seed).Stream(int64(i))
		sum := .77 * normalQuantile(r.Float64())
		for j := range 3 {
			x := normalQuantile(r.Float64())
			sum += x
			b.Cols[j].Num[i] = s.Fields[j].Snap(x)
		}
		b.Cols[3].Num[i] = s.Fields[3].Snap(sum)
	}
	return table.New(b)
}

// The share of a field in the log-probability of rows, on average.
func fieldMean(t *testing.T, m *Model, b *table.Batch, field int) float64 {
	t.Helper()
	dst := make([][]float64, len(b.Cols))
	for j := range dst {
		dst[j] = make([]float64, b.N)
	}
	if err := m.LogProbFields(dst, b); err != nil {
		t.Fatal(err)
	}
	return sum(dst[field]) / float64(b.N)
}

// Eighty rows tell a sum of three numbers better by a line: over eight tables, unseen
// sums are more probable by .28 nats than by trees alone (with a standard deviation of
// .02 between tables, .2 is missed once in 10⁶ at most), and within .5 of what the law itself
// says. A line of the wrong sign, or one whose codes are those of other rows, is seen.
func TestLineKnowsSums(t *testing.T) {
	const tables = 8
	var lined, alone, wrong, mixedUp float64
	for seed := range uint64(tables) {
		src, unseen := linear(80, seed), linear(400, 100+seed).All()
		m := mustFit(t, src, Family{})
		c := &m.columns[3]
		if c.line == nil || len(c.turns) != trees {
			t.Fatalf("a line: %v, %d turns", c.line != nil, len(c.turns))
		}
		lined += fieldMean(t, m, unseen, 3) / tables
		own := c.line
		plant := func(change func(l *line)) float64 {
			l := &line{ranks: own.ranks, unit: own.unit, rows: slices.Clone(own.rows)}
			change(l)
			l.grow(c, m.views[c.directions[0]].direction)
			c.line = l
			c.takeTurns()
			return fieldMean(t, m, unseen, 3) / tables
		}
		wrong += plant(func(l *line) {
			for i := range l.rows {
				l.rows[i].code = own.rows[len(own.rows)-1-i].code
			}
		})
		mixedUp += plant(func(l *line) {
			for i := range l.rows {
				l.rows[i].code = own.rows[(i+40)%len(own.rows)].code
			}
		})
		c.line = nil
		c.takeTurns()
		alone += fieldMean(t, m, unseen, 3) / tables
	}
	law := -.5*math.Log(2*math.Pi*.77*.77) - .5 + math.Log(.001)
	t.Logf("%.3f with a line, %.3f by trees alone, %.3f by the law; %.3f and %.3f planted", lined, alone, law, wrong, mixedUp)
	if lined < alone+.2 || lined < law-.5 {
		t.Errorf("unseen sums have %.3f nats with a line, %.3f by trees alone, %.3f by the law", lined, alone, law)
	}
	if wrong > alone || mixedUp > alone {
		t.Errorf("a line of the wrong sign has %.3f nats, one of other rows %.3f: as good as trees alone, %.3f", wrong, mixedUp, alone)
	}
}

// The words of each bin are those of all codes, each of which has some.
func TestLineSumsToOne(t *testing.T) {
	m := mustFit(t, linear(100, 1), Family{})
	for p := range m.columns {
		c := &m.columns[p]
		if p > 0 && c.line == nil {
			t.Fatalf("column %d has no line", p)
		}
		if p == 0 {
			continue
		}
		for b := range c.line.tree.leaves {
			edges, total := c.line.tree.edges[b*len(c.rows):(b+1)*len(c.rows)], uint64(0)
			for k := range edges {
				w := width(edges, k)
				if w == 0 || w > words {
					t.Fatalf("column %d, bin %d: code %d has %d words", p, b, k, w)
				}
				total += w
			}
			if total != words {
				t.Fatalf("column %d, bin %d: %d words", p, b, total)
			}
		}
	}
}

// At any fit the codes' probabilities sum to 1, and the mean of z is the fit, to within
// what the mean residual of a group of rows may be.
func TestShiftedResiduals(t *testing.T) {
	m := mustFit(t, linear(100, 2), Family{})
	c := &m.columns[3]
	d := m.views[c.directions[0]].direction
	z := c.line.scale(c)
	bounds, res := z.bounds, c.line.residuals(d, &z)
	p := make([]float64, len(c.rows))
	for _, f := range []float64{-2, -.3, 0, 1.1} {
		res.shifted(p, bounds, f)
		mean, total := 0.0, 0.0
		for k, q := range p {
			total += q
			mean += q * (max(bounds[k], -3) + min(bounds[k+1], 3)) / 2
		}
		if math.Abs(total-1) > 1e-9 {
			t.Errorf("at %v the codes sum to %v", f, total)
		}
		if math.Abs(mean-f) > .35 {
			t.Errorf("at %v the mean is %.3f", f, mean)
		}
	}
}

// A small table has the same model for any number of workers, and a saved one is the
// same; with lines in it.
func TestLinesAreSavedAndRepeat(t *testing.T) {
	src := linear(120, 3)
	var blobs [2][]byte
	for i, workers := range []int{1, 3} {
		m, err := fit.Run(par.WithWorkers(context.Background(), workers), src, Family{}, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if blobs[i], err = m.AppendBinary(nil); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(blobs[0], blobs[1]) {
		t.Error("three workers make another model than one")
	}
	m := mustFit(t, src, Family{})
	back, err := Decode(m.Schema(), blobs[0])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(logProb(t, m, src.All()), logProb(t, back.(*Model), src.All())) {
		t.Error("the model scores rows otherwise after decoding")
	}
	r := table.Range{Hi: 1000}
	if !sameRows(draws(t, m, m.Schema(), r, 1), draws(t, back.(*Model), m.Schema(), r, 1)) {
		t.Error("the model draws other rows after decoding")
	}
	if again, err := back.AppendBinary(nil); err != nil || !bytes.Equal(again, blobs[0]) {
		t.Errorf("the blob differs after decoding (%v)", err)
	}
}

// Any bytes are a line that has a distribution at each bin, or an error.
func TestDamagedLines(t *testing.T) {
	m := mustFit(t, linear(60, 4), Family{})
	c := &m.columns[3]
	blob := c.line.appendWire(nil)
	key, damaged := rng.New(5), 0
	for trial := range 300 {
		bad := slices.Clone(blob)
		r := key.Stream(int64(trial))
		for range 1 + trial%4 {
			bad[int(r.Float64()*float64(len(bad)))] = byte(r.Uint64())
		}
		if trial%3 == 0 {
			bad = bad[:int(r.Float64()*float64(len(bad)))]
		}
		l, err := readLine(bad, c.values())
		if err != nil {
			damaged++
			continue
		}
		l.grow(c, m.views[c.directions[0]].direction)
		for b := range l.tree.leaves {
			edges := l.tree.edges[b*len(c.rows) : (b+1)*len(c.rows)]
			for k := range edges[1:] {
				if edges[k+1] <= edges[k] {
					t.Fatalf("trial %d, bin %d: edges %d and %d", trial, b, edges[k], edges[k+1])
				}
			}
		}
	}
	if damaged < 50 {
		t.Errorf("only %d of 300 damaged lines are errors", damaged)
	}
}

// Numbers that many rows share, or that are missing somewhere, have no line, nor have
// those of larger tables and of the sharp mode.
func TestWhoHasALine(t *testing.T) {
	lines := func(src *table.Table, f Family) (n int) {
		for _, c := range mustFit(t, src, f).columns {
			if c.line != nil {
				n++
			}
		}
		return n
	}
	shared, missing := linear(200, 6).All(), linear(200, 6).All()
	missing.Schema.Fields[3].Missing = []string{""}
	for i := range 200 {
		if i%3 == 0 {
			shared.Cols[3].Num[i] = 0
		}
	}
	missing.Cols[3].Num[17] = table.NoNumber
	for _, c := range []struct {
		name string
		src  *table.Table
		f    Family
		want int
	}{
		{"small", linear(200, 6), Family{}, 3}, {"sharp", linear(200, 6), Family{Sharp: true}, 0},
		{"large", linear(300, 6), Family{}, 0}, {"shared", table.New(shared), Family{}, 2}, {"missing", table.New(missing), Family{}, 2},
	} {
		if n := lines(c.src, c.f); n != c.want {
			t.Errorf("%s: %d lines, %d wanted", c.name, n, c.want)
		}
	}
}

// With a line, all rows sum to 1; independent draws, and a row of a run over many
// runs, follow LogProb by a chi-squared test over the rows that are expected five
// times (4.9 standard deviations: a false failure once in 10⁶); and an exact
// conditional is what enumeration says.
func TestDrawsFollowTheLine(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "x", Kind: space.Integer, Min: 0, Max: 15}, {Name: "y", Kind: space.Integer, Min: 0, Max: 20},
	}}
	b := table.NewBatch(s, 0, 150)
	for i := range b.N {
		r := rng.New(8).Stream(int64(i))
		b.Cols[0].Num[i] = math.Floor(16 * r.Float64())
		b.Cols[1].Num[i] = b.Cols[0].Num[i] + math.Floor(6*r.Float64())
	}
	m := mustFit(t, table.New(b), Family{})
	if m.columns[1].line == nil {
		t.Fatal("no line")
	}
	every := everyRow(s)
	logp := logProb(t, m, every)
	if total := sumExp(logp); math.Abs(total-1) > 1e-9 {
		t.Errorf("all rows sum to %v", total)
	}
	const n = 20000
	iid, run := map[string]float64{}, map[string]float64{}
	made := draws(t, m.IID().(*Model), s, table.Range{Hi: n}, 1)
	one, scratch := table.NewBatch(s, 0, 24), m.newScratch()
	for i := range n {
		iid[rowName(made, i)]++
		m.run(one, rng.New(uint64(i)), scratch)
		run[rowName(one, 5)]++
	}
	for name, count := range map[string]map[string]float64{"independent": iid, "of a run": run} {
		chi, degrees := 0.0, 0.0
		for i, l := range logp {
			if e := n * math.Exp(l); e >= 5 {
				d := count[rowName(every, i)] - e
				chi += d * d / e
				degrees++
			}
		}
		if degrees < 30 || math.Abs(chi-degrees) > 4.9*math.Sqrt(2*degrees) {
			t.Errorf("rows %s: chi-squared %v for %v cells", name, chi, degrees)
		}
	}
	e := space.Evidence{{Field: 1, Ranges: []space.Interval{{Min: 12, Max: 14}}}}
	want, _ := brute(t, m, every, e)
	c, err := m.Condition(e)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, every.N)
	if err := c.(mimic.Density).LogProb(got, every); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		if math.Abs(math.Exp(got[i])-want[i]) > 1e-9 {
			t.Fatalf("row %d has probability %v, by enumeration %v", i, math.Exp(got[i]), want[i])
		}
	}
}
