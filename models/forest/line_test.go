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
// sums are more probable by .5 nats than by trees alone (with a standard deviation of
// .03 between tables, .4 is missed once in 10⁶ at most), and within .25 of what the law itself
// says. A line of the wrong sign, and one that lies beside, is seen.
func TestLineKnowsSums(t *testing.T) {
	const tables = 8
	var lined, alone, wrong, beside float64
	for seed := range uint64(tables) {
		src, unseen := linear(80, seed), linear(400, 100+seed).All()
		m := mustFit(t, src, Family{})
		c := &m.columns[3]
		if c.line == nil || len(c.turns) != fewTrees {
			t.Fatalf("a line: %v, %d turns", c.line != nil, len(c.turns))
		}
		lined += fieldMean(t, m, unseen, 3) / tables
		planted := func(change func(part *linePart)) float64 {
			own := c.line.parts[0]
			change(&c.line.parts[0])
			m.growLines()
			c.takeTurns()
			mean := fieldMean(t, m, unseen, 3) / tables
			c.line.parts[0] = own
			return mean
		}
		beside += planted(func(part *linePart) { part.Offset++ })
		wrong += planted(func(part *linePart) {
			middle := m.views[c.lineDirections(c.line)[0]].direction.from + directionCells<<cellBits/2
			part.Offset += 2 * part.Unit * float64(middle)
			part.Unit = -part.Unit
		})
		c.line = nil
		c.takeTurns()
		alone += fieldMean(t, m, unseen, 3) / tables
	}
	law := -.5*math.Log(2*math.Pi*.77*.77) - .5 + math.Log(.001)
	t.Logf("%.3f with a line, %.3f by trees alone, %.3f by the law; %.3f and %.3f planted", lined, alone, law, wrong, beside)
	if lined < alone+.4 || lined < law-.25 {
		t.Errorf("unseen sums have %.3f nats with a line, %.3f by trees alone, %.3f by the law", lined, alone, law)
	}
	if wrong > alone || beside > alone {
		t.Errorf("a line of the wrong sign has %.3f nats, one beside %.3f: as good as trees alone, %.3f", wrong, beside, alone)
	}
}

// A sum without noise is known to the width of a line's bins, as its fit is rounded to one: over six
// tables of 120 rows, unseen sums have a density of more than three (1.4 nats with a standard
// deviation of .05 between tables), by trees alone of less than one.
func TestLineOfExactSums(t *testing.T) {
	const tables = 6
	exact := func(n int, seed uint64) *table.Table {
		b := linear(n, seed).All()
		for i := range b.N {
			b.Cols[3].Num[i] = b.Schema.Fields[3].Snap(b.Cols[0].Num[i] + b.Cols[1].Num[i] + b.Cols[2].Num[i])
		}
		return table.New(b)
	}
	var lined, alone float64
	for seed := range uint64(tables) {
		m, unseen := mustFit(t, exact(120, seed), Family{}), exact(400, 100+seed).All()
		lined += fieldMean(t, m, unseen, 3) / tables
		m.columns[3].line = nil
		m.columns[3].takeTurns()
		alone += fieldMean(t, m, unseen, 3) / tables
	}
	width := math.Log(.001)
	t.Logf("%.3f with a line, %.3f by trees alone", lined, alone)
	if lined < width+1.1 || alone > width {
		t.Errorf("unseen sums have %.3f nats with a line, %.3f by trees alone", lined, alone)
	}
}

// twoClasses returns n rows of a class and two numbers, tied by y = x + noise in the one
// class, and by y = 3 - x + noise of a third of its width in the other.
func twoClasses(n int, seed uint64) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "class", Kind: space.Category, Levels: []string{"a", "b"}},
		{Name: "x", Kind: space.Decimal, Digits: 3, Min: -20, Max: 20},
		{Name: "y", Kind: space.Decimal, Digits: 3, Min: -20, Max: 20},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		r := rng.New(seed).Stream(int64(i))
		x, e := normalQuantile(r.Float64()), normalQuantile(r.Float64())
		y := x + .6*e
		if b.Cols[0].Code[i] = int32(i % 2); i%2 == 1 {
			y = 3 - x + .2*e
		}
		b.Cols[1].Num[i], b.Cols[2].Num[i] = s.Fields[1].Snap(x), s.Fields[2].Snap(y)
	}
	return table.New(b)
}

// Where two classes have slopes and widths of their own, the line has a part for each: over
// eight tables of 120 rows unseen rows are within .3 nats of what the law says (.2 with a standard
// deviation of .02 between tables), and far less probable when the parts are swapped.
func TestLineOfEachClass(t *testing.T) {
	const tables = 8
	var own, swapped float64
	for seed := range uint64(tables) {
		m := mustFit(t, twoClasses(120, seed), Family{})
		unseen := twoClasses(400, 100+seed).All()
		c := &m.columns[2]
		if c.line == nil || len(c.line.parts) != 2 {
			t.Fatalf("table %d: the line is %+v", seed, c.line)
		}
		if a, b := c.line.parts[0].SD[0], c.line.parts[1].SD[0]; !(a > 2*b) {
			t.Errorf("table %d: classes are %.3f and %.3f wide, where three times is right", seed, a, b)
		}
		own += fieldMean(t, m, unseen, 2) / tables
		slices.Reverse(c.line.groups)
		m.growLines()
		c.takeTurns()
		swapped += fieldMean(t, m, unseen, 2) / tables
	}
	law := -.5*math.Log(2*math.Pi) - .5 - (math.Log(.6)+math.Log(.2))/2 + math.Log(.001)
	t.Logf("%.3f, %.3f by the law, %.3f swapped", own, law, swapped)
	if own < law-.3 {
		t.Errorf("unseen rows have %.3f nats, %.3f by the law", own, law)
	}
	if swapped > own-1 {
		t.Errorf("unseen rows have %.3f nats with the parts swapped, %.3f with their own", swapped, own)
	}
}

// The words of each leaf are those of all codes, each of which has some.
func TestLineSumsToOne(t *testing.T) {
	for name, src := range map[string]*table.Table{"a sum": linear(100, 1), "classes": twoClasses(100, 1)} {
		m := mustFit(t, src, Family{})
		lines := 0
		for p := range m.columns {
			c := &m.columns[p]
			if c.line == nil {
				continue
			}
			lines++
			if want := len(c.line.parts) * lineBins; c.line.tree.leaves != want || len(c.line.tree.edges) != want*len(c.rows) {
				t.Fatalf("%s, column %d: %d leaves, %d wanted", name, p, c.line.tree.leaves, want)
			}
			mustSumToOne(t, c)
		}
		if lines == 0 {
			t.Fatalf("%s: no line", name)
		}
	}
}

func mustSumToOne(t *testing.T, c *column) {
	t.Helper()
	for b := range c.line.tree.leaves {
		edges, total := c.line.tree.edges[b*len(c.rows):(b+1)*len(c.rows)], uint64(0)
		for k := range edges {
			w := width(edges, k)
			if w == 0 || w > words {
				t.Fatalf("field %q, leaf %d: code %d has %d words", c.of.Name, b, k, w)
			}
			total += w
		}
		if total != words {
			t.Fatalf("field %q, leaf %d: %d words", c.of.Name, b, total)
		}
	}
}

// A leaf has the codes of the fit in its middle: by the definition, z = f + s·u, with every
// number computed from the model's parts.
func TestLineCodes(t *testing.T) {
	m := mustFit(t, twoClasses(150, 2), Family{})
	c := &m.columns[2]
	z, root := c.line.scale(c), distribution(c.rows)
	lean := lineLean / (150 + lineLean)
	at := 0
	for g, v := range c.lineDirections(c.line) {
		d, part := m.views[v].direction, &c.line.parts[g]
		for b := range lineBins {
			middle := float64(d.from) + (float64(b)+.5)*(directionCells<<cellBits)/lineBins
			f := part.Offset + part.Unit*middle
			edges := c.line.tree.edges[at*len(c.rows):][:len(c.rows)]
			for k := range root {
				lo, hi := c.line.below((z.bounds[k]-f)/part.SD[0]), c.line.below((z.bounds[k+1]-f)/part.SD[0])
				if k == 0 {
					lo = 0
				}
				if k == len(root)-1 {
					hi = 1
				}
				want := (1-lean)*(hi-lo) + lean*root[k]
				if got := float64(width(edges, k)) / words; math.Abs(got-want) > 1e-5 {
					t.Fatalf("group %d, bin %d: code %d has %v, by the definition %v", g, b, k, got, want)
				}
			}
			at++
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

// What is damaged in a line's part of a file is an error; what is left has a distribution at
// each leaf.
func TestDamagedLines(t *testing.T) {
	m := mustFit(t, twoClasses(120, 4), Family{})
	const p = 2
	c := &m.columns[p]
	whole := func() *lineWire {
		w := *c.line.wire()
		w.Groups, w.Parts = slices.Clone(w.Groups), slices.Clone(w.Parts)
		for i := range w.Parts {
			w.Parts[i].At, w.Parts[i].SD = slices.Clone(w.Parts[i].At), slices.Clone(w.Parts[i].SD)
		}
		w.Shape.Residuals = []float64{-1, 0, 2}
		w.Shape.Bandwidth = .4
		return &w
	}
	if _, err := whole().read(p, m.views); err != nil {
		t.Fatal(err)
	}
	if _, err := whole().read(0, m.views); err == nil {
		t.Error("a line by a class behind its column is read")
	}
	nan, inf := math.NaN(), math.Inf(1)
	for name, damage := range map[string]func(w *lineWire){
		"no part":              func(w *lineWire) { w.Parts = nil },
		"many parts":           func(w *lineWire) { w.Parts = slices.Repeat(w.Parts, mostParts) },
		"no turn":              func(w *lineWire) { w.Turns = 0 },
		"all turns":            func(w *lineWire) { w.Turns = fewTrees },
		"no class":             func(w *lineWire) { w.Class = noClass },
		"a direction as class": func(w *lineWire) { w.Class = int32(c.directions[0]) },
		"a class of no view":   func(w *lineWire) { w.Class = int32(len(m.views)) },
		"a negative class":     func(w *lineWire) { w.Class = -2 },
		"groups short":         func(w *lineWire) { w.Groups = w.Groups[:1] },
		"a group of no part":   func(w *lineWire) { w.Groups[0] = 2 },
		"a unit of 0":          func(w *lineWire) { w.Parts[1].Unit = 0 },
		"an endless unit":      func(w *lineWire) { w.Parts[1].Unit = inf },
		"an offset":            func(w *lineWire) { w.Parts[0].Offset = nan },
		"no width":             func(w *lineWire) { w.Parts[0].SD[0] = 0 },
		"an endless width":     func(w *lineWire) { w.Parts[0].SD[0] = inf },
		"a place":              func(w *lineWire) { w.Parts[0].At[0] = nan },
		"places in no order":   func(w *lineWire) { w.Parts[0].noise = noise{[]float64{1, 1}, []float64{1, 1}} },
		"places and widths":    func(w *lineWire) { w.Parts[0].SD = []float64{1, 1} },
		"many places":          func(w *lineWire) { w.Parts[0].noise = noise{[]float64{1, 2, 3, 4}, []float64{1, 1, 1, 1}} },
		"residuals":            func(w *lineWire) { w.Shape.Residuals = []float64{1, 0} },
		"a residual":           func(w *lineWire) { w.Shape.Residuals = []float64{nan} },
		"many residuals":       func(w *lineWire) { w.Shape.Residuals = make([]float64, lineRows+1) },
		"a bandwidth":          func(w *lineWire) { w.Shape.Bandwidth = nan },
	} {
		w := whole()
		damage(w)
		if l, err := w.read(p, m.views); err == nil {
			t.Errorf("%s: read as %+v", name, l)
		}
	}
	for name, extreme := range map[string]func(w *lineWire){
		"wide":   func(w *lineWire) { w.Parts[0].SD[0] = 1e300 },
		"narrow": func(w *lineWire) { w.Parts[0].SD[0] = 1e-300 },
		"far":    func(w *lineWire) { w.Parts[0].Offset, w.Parts[1].Unit = 1e308, 1e308 },
		"afar":   func(w *lineWire) { w.Shape.Residuals = []float64{-1e308, 1e308} },
	} {
		w := whole()
		extreme(w)
		l, err := w.read(p, m.views)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		one := *c
		l.grow(&one, 120, m.views, c.lineDirections(l))
		one.line = l
		mustSumToOne(t, &one)
	}
}

// Turns follow what rows say that neither trees nor line have seen: a line that gives them
// nothing has none, one that gives them all nearly all.
func TestTurnsFollowUnseenRows(t *testing.T) {
	src := linear(100, 9)
	m := mustFit(t, src, Family{})
	c := &m.columns[3]
	codes := make([]uint16, 100)
	c.book.Encode(codes, src.All().Cols[3])
	bins := make([][]uint8, 0, len(m.views))
	for p := range 4 {
		of := make([]uint16, 100)
		m.columns[p].book.Encode(of, src.All().Cols[p])
		for _, v := range m.columns[p].newViews(p) {
			bin := make([]uint8, 100)
			fillBins(bin, of, v.bin)
			bins = append(bins, bin)
		}
	}
	c.ask = []int32{0, 1, 2}
	grow, _ := Family{}.growth(100)
	for seen, want := range map[float64]int{1e-9: 0, 1: fewTrees - 1} {
		got, err := m.turnsOf(3, slices.Repeat([]float64{seen}, 100), codes, bins, &grower{growth: grow})
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("a line that gives unseen rows %v has %d turns, not %d", seen, got, want)
		}
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
