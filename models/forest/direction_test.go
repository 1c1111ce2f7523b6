package forest

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// tied returns n rows of three independent numbers and of their sum, with a
// little noise, after a level that tells nothing.
func tied(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{levels("l", 3)}}
	for j := range 4 {
		s.Fields = append(s.Fields, space.Field{Name: string(rune('a' + j)), Kind: space.Real, Min: -1, Max: 4})
	}
	b := table.NewBatch(s, 0, n)
	k := rng.New(3)
	for i := range n {
		b.Cols[0].Code[i] = int32(3 * k.Child(0).Float64(int64(i)))
		sum := 0.0
		for j := 1; j <= 3; j++ {
			u := k.Child(uint64(j)).Float64(int64(i))
			b.Cols[j].Num[i] = u
			sum += u
		}
		b.Cols[4].Num[i] = sum + .05*k.Child(4).Float64(int64(i))
	}
	return table.New(b)
}

// A sum of three columns is what no split by one of them can hold on to: without
// its direction the drawn sums miss by .15 here.
func TestDirectionsSeeSums(t *testing.T) {
	m := mustFit(t, tied(4000), Family{})
	if len(m.columns[4].directions) == 0 {
		t.Fatal("the sum has no direction")
	}
	b := draws(t, m, m.Schema(), table.Range{Hi: 4000}, 1)
	squares := 0.0
	for i := range b.N {
		miss := b.Cols[4].Num[i] - .025
		for j := 1; j <= 3; j++ {
			miss -= b.Cols[j].Num[i]
		}
		squares += miss * miss / float64(b.N)
	}
	if sd := math.Sqrt(squares); sd > .1 {
		t.Errorf("drawn sums miss by %.3f", sd)
	}
}

// A direction is the sum of its terms, row by row, and is written and read as it
// is.
func TestDirectionIsTheSumOfItsTerms(t *testing.T) {
	m := mustFit(t, tied(2000), Family{})
	v := m.columns[4].directions[0]
	d := m.views[v].direction
	bins := make([][]uint8, len(m.views))
	for v := range bins {
		bins[v] = make([]uint8, 100)
		for i := range bins[v] {
			bins[v][i] = uint8(rng.New(1).Child(uint64(v)).Float64(int64(i)) * float64(m.views[v].bins))
		}
	}
	got := make([]uint8, 100)
	d.fill(got, bins, make([]int32, 100))
	again, err := readDirection(d.appendWire(nil), 4, m.views)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		sum := int32(0)
		for _, term := range again.terms {
			sum += term.score[bins[term.view][i]]
		}
		if want := again.bin[again.cell(sum)]; got[i] != want {
			t.Fatalf("row %d: bin %d, not %d", i, got[i], want)
		}
	}
}

// Effects of a score that is such a sum leave little of it, whatever the order
// of the effects.
func TestAdditiveFit(t *testing.T) {
	const n = 3000
	m := mustFit(t, tied(n), Family{})
	var bins [][]uint8
	var ask []int32
	rows := make([]int32, n)
	for v := range 4 {
		ask = append(ask, int32(v))
		bin := make([]uint8, n)
		for i := range bin {
			rows[i] = int32(i)
			bin[i] = uint8(rng.New(2).Child(uint64(v)).Float64(int64(i)) * float64(m.views[v].bins))
		}
		bins = append(bins, bin)
	}
	a := m.newAdditive(ask, bins, rows)
	y, score := make([]uint16, n), make([]float64, n)
	total := 0.0
	for i := range y {
		y[i] = uint16(i)
		for k := range a.effects {
			if e := &a.effects[k]; e.line != nil {
				score[i] += float64(k) * e.line[e.bin[i]]
			} else {
				score[i] += float64(e.bin[i]) - 1
			}
		}
		total += score[i] * score[i]
	}
	a.fit(score, y, aimSweeps)
	rest := 0.0
	for _, r := range a.rest {
		rest += r * r
	}
	if rest > 1e-3*total {
		t.Errorf("%.2g of the score's variance is left", rest/total)
	}
}

// The best split by a view that tells nothing gains on average what byChance
// says, or less, over 200 random tables each: nearly as much by levels, and less
// by an order, which is asked for more.
func TestChance(t *testing.T) {
	const n = 2000
	for _, c := range []struct {
		classes, bins int
		ordered       bool
	}{{2, 2, false}, {6, 2, true}, {2, 40, false}, {7, 15, false}, {16, 40, false}, {2, 200, true}, {8, 200, true}} {
		var s splitter
		y := &target{code: make([]uint16, n), codes: c.classes}
		rows, bin := make([]int32, n), make([]uint8, n)
		mean := 0.0
		const tables = 200
		for trial := range uint64(tables) {
			k := rng.New(5).Child(trial)
			for i := range rows {
				rows[i] = int32(i)
				y.code[i] = uint16(float64(c.classes) * k.Float64(int64(2*i)))
				bin[i] = uint8(float64(c.bins) * k.Float64(int64(2*i+1)))
			}
			classes := s.classify(y, rows, 8)
			s.count(bin, c.bins, rows)
			if !c.ordered && len(s.order) > 2 {
				s.arrange(false)
			}
			gain, _ := s.scan(n, 10, s.entropy(), 0)
			mean += gain / tables
			if classes != c.classes {
				t.Fatal(classes)
			}
		}
		chance := (&growth{}).byChance(c.classes, c.bins, c.ordered)
		t.Logf("%+v: %.2f by chance, %.2f", c, mean, chance)
		if mean > 1.15*chance || mean < chance/4 || !c.ordered && mean < .7*chance {
			t.Errorf("%+v: a split gains %.2f by chance, not %.2f", c, mean, chance)
		}
	}
}
