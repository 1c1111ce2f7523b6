package coded

import (
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"pgregory.net/rapid"
)

// draw returns a dataset of two fields, of 2 and of 5 codes, whose second code
// is a digit of the row's number where it has room.
func draw(t *rapid.T) *Data {
	n := rapid.IntRange(1, 40).Draw(t, "n")
	d := &Data{N: n, Rows: [][]float64{make([]float64, 2), make([]float64, 5)}, Codes: make([][]uint16, 2)}
	if rapid.Bool().Draw(t, "weighted") {
		d.Weight = make([]float64, n)
	}
	for i := range n {
		if d.Weight != nil {
			d.Weight[i] = float64(rapid.IntRange(1, 3).Draw(t, "w"))
		}
		for j, rows := range d.Rows {
			c := uint16(rapid.IntRange(0, len(rows)-1).Draw(t, "code"))
			d.Codes[j] = append(d.Codes[j], c)
			rows[c] += d.WeightOf(i)
		}
	}
	return d
}

// weights returns the weight of each kind of row.
func weights(parts ...*Data) map[[2]uint16]float64 {
	w := map[[2]uint16]float64{}
	for _, d := range parts {
		for i := range d.N {
			w[[2]uint16{d.Codes[0][i], d.Codes[1][i]}] += d.WeightOf(i)
		}
	}
	return w
}

func equal(t *rapid.T, what string, got, want map[[2]uint16]float64) {
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for k, w := range want {
		if got[k] != w {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

// sound checks that the counts of codes are those of the rows.
func sound(t *rapid.T, d *Data) {
	for j, codes := range d.Codes {
		rows := make([]float64, len(d.Rows[j]))
		for i, c := range codes {
			rows[c] += d.WeightOf(i)
		}
		if !slices.Equal(rows, d.Rows[j]) {
			t.Fatalf("field %d: %v rows of each code, counted %v", j, d.Rows[j], rows)
		}
	}
}

func TestSplitsShareOutTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		if d.N < 2 {
			return
		}
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		k := rng.New(rapid.Uint64().Draw(t, "seed"))
		train, valid := d.HoldOut(0, share, k)
		equal(t, "rows of both parts", weights(train, valid), weights(d))
		sound(t, train)
		sound(t, valid)
		if train.N == 0 || valid.N == 0 {
			t.Fatalf("%d rows and %d of %d", train.N, valid.N, d.N)
		}
		if _, again := d.Split(share, k); !slices.Equal(again.Codes[1], valid.Codes[1]) {
			t.Fatal("the same key holds out other rows")
		}

		n := rapid.IntRange(1, d.N-1).Draw(t, "last")
		train, valid = d.HoldOut(int64(n), share, k)
		if valid.N != n || !slices.Equal(valid.Codes[0], d.Codes[0][d.N-n:]) || !slices.Equal(train.Codes[1], d.Codes[1][:d.N-n]) {
			t.Fatalf("the last %d rows of %v: %v", n, d.Codes[0], valid.Codes[0])
		}
	})
}

func TestCollapseKeepsTheWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		c := d.Collapse()
		equal(t, "weights", weights(c), weights(d))
		sound(t, c)
		if c.N != len(weights(d)) {
			t.Fatalf("%d rows, of which %d are distinct", c.N, len(weights(d)))
		}
	})
}
