package forest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// randomTilt returns a tilt of the codes of some classes by some views, their bins for
// n rows, and leaves of a tree.
func randomTilt(r *rand.Rand, classes, terms, n int) (t *tilt, bins [][]uint8, leaves *tree) {
	t = &tilt{bounds: []uint16{0}, side: int32(r.IntN(terms+1)) - 1}
	for range classes {
		t.bounds = append(t.bounds, t.bounds[len(t.bounds)-1]+1+uint16(r.IntN(5)))
	}
	for v := range terms {
		e := tiltTerm{view: int32(v), group: make([]uint8, 1+r.IntN(256))}
		if t.side == e.view {
			e.group = make([]uint8, 2)
		}
		groups := min(len(e.group), 1+r.IntN(16))
		for b := range e.group {
			e.group[b] = uint8(b % groups)
		}
		for range t.sides() * groups * classes {
			e.score = append(e.score, int16(r.IntN(2*mostTilt+1)-mostTilt))
		}
		t.terms = append(t.terms, e)
		bin := make([]uint8, n)
		for i := range bin {
			bin[i] = uint8(r.IntN(len(e.group)))
		}
		bins = append(bins, bin)
	}
	codes := int(t.bounds[classes])
	leaves = &tree{leaves: 3, edges: make([]uint32, 3*codes)}
	for leaf := range leaves.leaves {
		p := make([]float64, codes)
		for k := range p {
			p[k] = math.Exp(2 * r.NormFloat64())
		}
		setEdges(leaves.edges[leaf*codes:][:codes], p)
	}
	t.pack()
	leaves.masses = t.massesOf(leaves, codes)
	return t, bins, leaves
}

// naiveShare is the formula of tilt for one tree, from the scores themselves.
func naiveShare(t *tilt, bins [][]uint8, i int, edges []uint32) []float64 {
	p, total := make([]float64, len(edges)), 0.0
	for c := range t.classes() {
		sum := 0
		for k := range t.terms {
			e := &t.terms[k]
			at := int(e.group[bins[e.view][i]])
			if t.side >= 0 {
				at += int(bins[t.side][i]) * len(e.score) / t.classes() / 2
			}
			sum += int(e.score[at*t.classes()+c])
		}
		x := float64(sum+57)/octave + 1000 // as noTilt has 57 beside whole octaves
		w := (1 + x - math.Floor(x)) * math.Exp2(math.Floor(x)-1000)
		for k := int(t.bounds[c]); k < int(t.bounds[c+1]); k++ {
			p[k] = float64(width(edges, k)) * w
			total += p[k]
		}
	}
	for k := range p {
		p[k] /= total
	}
	return p
}

// What is summed, scored and drawn is the formula, for any number of classes and terms.
// Points that are spread evenly draw each code as often as its probability says, to
// within a few of them.
func TestTiltIsItsFormula(t *testing.T) {
	const rows, points = 20, 1 << 12
	for trial := range uint64(60) {
		r := rand.New(rand.NewPCG(trial, 1))
		tilt, bins, tree := randomTilt(r, 2+r.IntN(mostClasses-1), 1+r.IntN(mostTerms), rows)
		codes := int(tilt.bounds[tilt.classes()])
		sums := make([]simd.Lanes, rows)
		tilt.sum(sums, bins, rows)
		for i := range rows {
			leaf := i % tree.leaves
			edges, masses := tree.edges[leaf*codes:][:codes], &tree.masses[leaf]
			want := naiveShare(tilt, bins, i, edges)
			var all, alone perClass
			tilt.weights(&all, &sums[i])
			tilt.weightsOf(&alone, bins, i)
			p := make([]float64, codes)
			tilt.addShares(p, &alone, edges, masses)
			drawn, out := make([]float64, codes), make([]uint16, 1)
			for k := range uint32(points) {
				tilt.draw(out, edges, masses, []uint32{k<<20 + 1<<19}, sums[i:i+1], []uint16{0})
				drawn[out[0]]++
			}
			for k := range codes {
				share := all.share(uint16(k), tilt.classOf(uint16(k)), edges, masses)
				if math.Abs(share-want[k]) > 1e-12 || math.Abs(p[k]-want[k]) > 1e-12 {
					t.Fatalf("trial %d, row %d, code %d: %v and %v, not %v", trial, i, k, share, p[k], want[k])
				}
				if math.Abs(drawn[k]-points*want[k]) > 1.01 {
					t.Fatalf("trial %d, row %d, code %d: drawn by %v of %d points, not %v", trial, i, k, drawn[k], points, points*want[k])
				}
			}
		}
	}
}

// The most terms of the most score leave all weights positive and finite, and no lane
// runs over into the next.
func TestLanesHoldTheMost(t *testing.T) {
	tl := &tilt{bounds: []uint16{0, 1, 2, 3, 4, 5, 6, 7, 8}, side: noSide}
	bins := make([][]uint8, mostTerms)
	for v := range mostTerms {
		e := tiltTerm{view: int32(v), group: []uint8{0}}
		for c := range mostClasses {
			e.score = append(e.score, int16(mostTilt*(1-2*(c%2))))
		}
		tl.terms = append(tl.terms, e)
		bins[v] = []uint8{0}
	}
	tl.pack()
	sums := make([]simd.Lanes, 1)
	tl.sum(sums, bins, 1)
	var w perClass
	tl.weights(&w, &sums[0])
	want := math.Exp2(2 * mostTerms * mostTilt / octave)
	for c := range mostClasses {
		if c%2 == 1 && w[c-1]/w[c] != want || !(w[c] > 0) || math.IsInf(w[c], 0) {
			t.Errorf("class %d: weight %v; the one before %v times as much, not %v", c, w[c], w[max(c-1, 0)]/w[c], want)
		}
	}
	if s := sums[0]; uint16(s[0]) != noTilt+2*mostTerms*mostTilt || uint16(s[0]>>16) != noTilt {
		t.Errorf("lanes %x", s)
	}
}

// weak returns rows of ten levels, the last of which depends a little on each of the
// others, which are independent.
func weak(n int) *table.Table {
	s := &space.Schema{}
	b := &table.Batch{Schema: s, N: n}
	r := rand.New(rand.NewPCG(7, 7))
	for j := range 10 {
		s.Fields = append(s.Fields, space.Field{Name: string(rune('a' + j)), Kind: space.Category, Levels: []string{"x", "y", "z"}})
		b.Cols = append(b.Cols, table.Column{Code: make([]int32, n)})
	}
	for i := range n {
		odds := 0.0
		for j := range 9 {
			k := r.IntN(3)
			b.Cols[j].Code[i] = int32(k)
			odds += .12 * float64(k-1)
		}
		if r.Float64() < 1/(1+math.Exp(-odds)) {
			b.Cols[9].Code[i] = 2
		} else {
			b.Cols[9].Code[i] = int32(r.IntN(2))
		}
	}
	return table.New(b)
}

// Pairs with the last field are under the tilted forest what they are in the training
// rows, up to what rakeRows holds back: much closer than without. A tilt that raked
// with the wrong sign, another view's bins or another class fails.
func TestRakingSetsPairsRight(t *testing.T) {
	const n = 6000
	src := weak(n)
	m := mustFit(t, src, Family{})
	b := src.All()
	c := &m.columns[9]
	if c.tilt == nil || len(c.tilt.terms) < 5 {
		t.Fatalf("a tilt of %v", c.tilt)
	}
	bins := make([][]uint8, len(m.views))
	for v := range m.views {
		if m.views[v].direction == nil {
			bins[v] = make([]uint8, n)
			codes := make([]uint16, n)
			for i, k := range b.Cols[m.views[v].column].Code {
				codes[i] = uint16(k)
			}
			fillBins(bins[v], codes, m.views[v].bin)
		} else {
			bins[v] = make([]uint8, n)
		}
	}
	for p := range m.columns {
		for lo := 0; lo < n; lo += blockRows {
			part := make([][]uint8, len(bins))
			for v := range bins {
				part[v] = bins[v][lo:min(lo+blockRows, n)]
			}
			m.aim(p, part, len(part[0]), make([]int32, blockRows))
		}
	}
	off := func() float64 { // mean over pairs of the total variation from the training rows
		p, sum := make([]float64, 3), 0.0
		gap := make([]float64, 9*3*3)
		for i := range n {
			c.weigh(p, bins, i, nil)
			for j := range 9 {
				at := gap[(j*3+int(b.Cols[j].Code[i]))*3:]
				for k := range p {
					at[k] += p[k] / n
				}
				at[b.Cols[9].Code[i]] -= 1. / n
			}
		}
		for _, g := range gap {
			sum += math.Abs(g) / 2 / 9
		}
		return sum
	}
	tilted := off()
	c.tilt = nil
	plain := off()
	t.Logf("pairs are off by %.4f, without the tilt by %.4f", tilted, plain)
	if tilted > plain/3 || tilted > .002 {
		t.Errorf("pairs are off by %.4f, without the tilt by %.4f", tilted, plain)
	}
}

// What is written is read again, and nothing else is: each byte is changed, and each
// prefix is offered.
func TestTiltOnWire(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	tl, _, tree := randomTilt(r, 5, 3, 1)
	for tl.side == noSide {
		tl, _, tree = randomTilt(r, 5, 3, 1)
	}
	codes := len(tree.edges) / tree.leaves
	var views []view
	for v := range tl.terms {
		views = append(views, view{column: v, bins: len(tl.terms[v].group)})
	}
	blob := tl.appendWire(nil)
	again, err := readTilt(blob, 3, codes, views)
	if err != nil {
		t.Fatal(err)
	}
	again.pack()
	for i := range tl.terms {
		if !slices.Equal(again.terms[i].score, tl.terms[i].score) || *again.terms[i].lanes != *tl.terms[i].lanes || !slices.Equal(again.bounds, tl.bounds) || again.side != tl.side {
			t.Fatalf("term %d is another", i)
		}
	}
	for n := range blob {
		if _, err := readTilt(blob[:n], 3, codes, views); err == nil {
			t.Fatalf("%d bytes of %d are read", n, len(blob))
		}
		for _, x := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			bad := slices.Clone(blob)
			bad[n] = x
			if got, err := readTilt(bad, 3, codes, views); err == nil {
				got.pack() // must not panic
			}
		}
	}
	if _, err := readTilt(blob, 2, codes, views); err == nil {
		t.Error("a tilt that looks at its own column is read")
	}
	if _, err := readTilt(blob, 3, codes+1, views); err == nil {
		t.Error("a tilt of other codes is read")
	}
}
