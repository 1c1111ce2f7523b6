package forest

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// numbers returns n rows of a number of three decimals from [lo, hi], as the function
// makes them of a normal one.
func numbers(n int, lo, hi float64, of func(z float64) float64) *table.Table {
	s := &space.Schema{Fields: []space.Field{{Name: "x", Kind: space.Decimal, Digits: 3, Min: lo, Max: hi}}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		b.Cols[0].Num[i] = s.Fields[0].Snap(of(normalQuantile(rng.New(6).Stream(int64(i)).Float64())))
	}
	return table.New(b)
}

// Between the ends the scale is straight, and the rows have about mean 0 and variance 1 on
// it, whatever the domain, and far from zero too; the ends are no wider than twice their
// neighbours.
func TestScaleByValues(t *testing.T) {
	for domain, middle := range map[float64]float64{5: 0, 20: 3, 1e6: 3, 100: 1e9} {
		src := numbers(120, middle-domain, middle+domain, func(z float64) float64 { return middle + 1.5*z })
		c := &mustFit(t, src, Family{}).columns[0]
		s := c.scale()
		if s.ranks {
			t.Fatalf("domain ±%v: normal numbers are told by their ranks", domain)
		}
		book, values := c.book.(*dist.Codebook), c.values()
		bound := func(k int) float64 { lo, _ := book.Bounds(uint16(k)); return lo }
		slope := (s.bounds[values-1] - s.bounds[1]) / (bound(values-1) - bound(1))
		for k := 1; k < values; k++ {
			if want := s.bounds[1] + slope*(bound(k)-bound(1)); math.Abs(s.bounds[k]-want) > 1e-6 {
				t.Errorf("domain ±%v: bound %d is %v, and %v on a straight line", domain, k, s.bounds[k], want)
			}
		}
		for k := range values {
			width, next := s.bounds[k+1]-s.bounds[k], min(max(k, 1), values-2)
			if neighbour := s.bounds[next+1] - s.bounds[next]; !(width > 0) || next != k && width > 2*neighbour+1e-6 {
				t.Errorf("domain ±%v: code %d is %v wide, its neighbour %v", domain, k, width, neighbour)
			}
			if math.Abs(s.z[k]-(s.bounds[k]+s.bounds[k+1])/2) > 1e-6 {
				t.Errorf("domain ±%v: code %d lies at %v, from %v to %v", domain, k, s.z[k], s.bounds[k], s.bounds[k+1])
			}
		}
		mean, square, n := 0.0, 0.0, float64(src.Rows())
		for _, x := range src.All().Cols[0].Num {
			z := s.bounds[1] + slope*(x-bound(1))
			mean, square = mean+z/n, square+z*z/n
		}
		if sd := math.Sqrt(square - mean*mean); math.Abs(mean) > .2 || math.Abs(sd-1) > .2 {
			t.Errorf("domain ±%v: the rows have mean %.3f and standard deviation %.3f", domain, mean, sd)
		}
	}
}

// Numbers with rows far out are told by their ranks.
func TestScaleOfLongTails(t *testing.T) {
	for name, of := range map[string]func(float64) float64{
		"log-normal":     func(z float64) float64 { return math.Exp(1.5 * z) },
		"cubes":          func(z float64) float64 { return z * z * z },
		"hyperbolically": func(z float64) float64 { return math.Sinh(2 * z) },
	} {
		c := &mustFit(t, numbers(120, -1e5, 1e5, of), Family{}).columns[0]
		s := c.scale()
		if rows := c.rows[:c.values()]; !s.ranks || !slices.Equal(s.z, normalScores(rows)) || !slices.Equal(s.bounds, scoreBounds(rows)) {
			t.Errorf("%s: by ranks is %v", name, s.ranks)
		}
	}
}

// A file says on which scale its lines are.
func TestDecodeScales(t *testing.T) {
	src := linear(100, 7)
	m := mustFit(t, src, Family{})
	w := m.wire()
	byValue := 0
	for p := range w.Columns {
		if l := w.Columns[p].Line; l != nil && l.ByValue {
			byValue++
			l.ByValue = false
		}
	}
	if byValue == 0 {
		t.Fatal("no line is by values: the test sees nothing")
	}
	blob, err := wire.Append(nil, w)
	if err != nil {
		t.Fatal(err)
	}
	ranked, err := Decode(m.Schema(), blob)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(logProb(t, m, src.All()), logProb(t, ranked.(*Model), src.All())) {
		t.Error("a line by ranks is that by values")
	}
	for p := range m.columns {
		if c := &m.columns[p]; c.line != nil {
			c.line.ranks = true
		}
	}
	m.growLines()
	for p := range m.columns {
		m.columns[p].takeTurns()
	}
	if !slices.Equal(logProb(t, m, src.All()), logProb(t, ranked.(*Model), src.All())) {
		t.Error("a line whose file says so is not one by ranks")
	}
}
