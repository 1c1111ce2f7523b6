package simd

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomLanes returns masses of some classes, lanes, points and rows.
func randomLanes(r *rand.Rand, classes, n int) (masses [8]float64, sums []Lanes, points []uint32, rows []uint16) {
	left := 1 << 32
	for c := range classes {
		m := 1 + r.IntN(left/(classes-c+1))
		if c == classes-1 {
			m = left
		}
		masses[c] = float64(m)
		left -= m
	}
	for i := range n {
		var l Lanes
		for c := range 8 {
			l.Add(c, uint16(128+r.IntN(1<<15-256)))
		}
		if i%2 == 0 { // close to each other, as a rule
			l = Lanes{}
			for c := range 8 {
				l.Add(c, uint16(1<<14+r.IntN(512)))
			}
		}
		sums, points = append(sums, l), append(points, r.Uint32())
		if i%3 > 0 {
			rows = append(rows, uint16(i))
		}
	}
	points[0], points[1] = 0, math.MaxUint32
	return masses, sums, points, append(rows, 0, 1)
}

// The kernel has the bits of the definition, and the definition draws the class that a
// plain running sum draws, but where a point is as good as on a border.
func TestDrawClasses(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for trial := range 300 {
		classes := 2 + trial%7
		masses, sums, points, rows := randomLanes(r, classes, 70)
		class, word := make([]uint8, len(rows)), make([]uint32, len(rows))
		DrawClasses(class, word, &masses, classes-1, sums, points, rows)
		wantClass, wantWord := make([]uint8, len(rows)), make([]uint32, len(rows))
		drawClassesGo(wantClass, wantWord, &masses, classes-1, sums, points, rows)
		if !slices.Equal(class, wantClass) || !slices.Equal(word, wantWord) {
			t.Fatalf("%d classes: %v %v, not %v %v", classes, class, word, wantClass, wantWord)
		}
		for i, row := range rows {
			total := 0.0
			for c := range classes {
				total += masses[c] * sums[row].Power(c)
			}
			x := (float64(points[row]) + .5) / (1 << 32) * total
			below := 0.0
			for c := range int(class[i]) {
				below += masses[c] * sums[row].Power(c)
			}
			c := int(class[i])
			if above := below + masses[c]*sums[row].Power(c); x < below-1e-12*total || x > above+1e-12*total {
				t.Fatalf("%d classes: class %d from %v to %v, drawn by %v", classes, c, below, above, x)
			}
			if want := (x - below) / sums[row].Power(c); math.Abs(float64(word[i])-want) > 1+1e-12*total/sums[row].Power(c) {
				t.Fatalf("%d classes: word %d of class %d, not %v", classes, word[i], c, want)
			}
		}
	}
}

func TestRowWithoutLanesPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("row 3 of 3: no panic")
		}
	}()
	masses, sums, points, _ := randomLanes(rand.New(rand.NewPCG(1, 2)), 3, 3)
	DrawClasses(make([]uint8, 2), make([]uint32, 2), &masses, 2, sums, points, []uint16{2, 3})
}

func TestAddLanes(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n = 50
	var tables [4]*[2][256]Lanes
	var bins [4][]uint8
	side := make([]uint8, n)
	for k := range tables {
		tables[k], bins[k] = new([2][256]Lanes), make([]uint8, n)
		for s := range tables[k] {
			for b := range tables[k][s] {
				for c := range 8 {
					tables[k][s][b].Add(c, uint16(r.IntN(1<<13)))
				}
			}
		}
		for i := range n {
			bins[k][i], side[i] = uint8(r.IntN(256)), uint8(r.IntN(4))
		}
	}
	sums := make([]Lanes, n)
	AddLanes(sums, tables, side, bins)
	for i := range sums {
		for c := range 8 {
			want := uint16(0)
			for k := range tables {
				l := tables[k][side[i]%2][bins[k][i]]
				want += uint16(l[c/4] >> (16 * (c % 4)))
			}
			if got := uint16(sums[i][c/4] >> (16 * (c % 4))); got != want {
				t.Fatalf("row %d, lane %d: %d, not %d", i, c, got, want)
			}
		}
	}
}
