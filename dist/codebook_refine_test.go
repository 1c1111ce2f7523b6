package dist

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// A refined codebook is one of the same distribution: p(c)·p(x | c) is what it was,
// over values of each kind, ones that the data do not have among them.
func TestRefineKeepsTheDistribution(t *testing.T) {
	for _, f := range []space.Field{
		{Name: "integer", Kind: space.Integer, Min: -5, Max: 300},
		{Name: "decimal", Kind: space.Decimal, Digits: 2, Min: 0, Max: 40, Missing: []string{""}},
		{Name: "real", Kind: space.Real, Min: -1, Max: 50},
	} {
		const n = 150
		col := table.Column{Num: make([]float64, n)}
		for i := range n {
			u := rng.New(3).Stream(int64(i))
			col.Num[i] = f.Snap(.8 * f.Max * u.Float64() * u.Float64())
			if u.Float64() < .1 {
				col.Num[i] = f.Snap(7)
			}
			if f.Optional() && u.Float64() < .1 {
				col.Num[i] = table.NoNumber
			}
		}
		s := NewSummary(&f)
		if err := s.Add(col, nil); err != nil {
			t.Fatal(err)
		}
		book, rows, err := s.Codebook()
		if err != nil {
			t.Fatal(err)
		}
		const least = 1.5
		fine, fineRows := book.Refine(rows, least)
		if fine.Codes() < 3*book.Codes() || len(fineRows) != fine.Codes() {
			t.Errorf("%s: %d codes with %d rows, of %d codes", f.Name, fine.Codes(), len(fineRows), book.Codes())
		}
		total := 0.0
		for k, m := range fineRows {
			if total += m; m < least {
				t.Errorf("%s: code %d has %v rows", f.Name, k, m)
			}
		}
		if math.Abs(total-n) > 1e-9 {
			t.Errorf("%s: %v rows of %d", f.Name, total, n)
		}
		again, err := NewBook(&f, fine.Wire())
		if err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		for x := f.Min; x <= f.Max; x += .13 {
			one := table.Column{Num: []float64{f.Snap(x)}}
			var got [3]float64
			for i, b := range []*Codebook{book, fine, again} {
				code, rowsOf := []uint16{0}, fineRows
				if i == 0 {
					rowsOf = rows
				}
				b.Encode(code, one)
				b.LogDetail(got[i:i+1], code, one)
				got[i] += math.Log(rowsOf[code[0]])
			}
			if math.Abs(got[1]-got[0]) > 1e-9 || got[2] != got[1] {
				t.Fatalf("%s: log p(%v) is %v, refined %v, read back %v", f.Name, x, got[0], got[1], got[2])
			}
		}
	}
}
