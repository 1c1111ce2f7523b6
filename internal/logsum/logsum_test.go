package logsum

import (
	"math"
	"testing"
)

var none = math.Inf(-1)

func TestSums(t *testing.T) {
	for _, c := range []struct {
		x    []float64
		want float64
	}{
		{[]float64{-3}, -3},
		{[]float64{none}, none},
		{[]float64{none, none, none}, none},
		{[]float64{none, -2, none}, -2},
		{[]float64{0, 0}, math.Ln2},
		{[]float64{-1e4, -1e4, -1e4, -1e4}, -1e4 + 2*math.Ln2},
		{[]float64{1e4, 1e4 - 1}, 1e4 + math.Log1p(math.Exp(-1))},
		{[]float64{-745, -800}, -745 + math.Log1p(math.Exp(-55))},
		{[]float64{-2, -1, 0}, math.Log(math.Exp(-2) + math.Exp(-1) + 1)},
	} {
		near := func(got float64) bool { return got == c.want || math.Abs(got-c.want) <= 1e-15*math.Abs(c.want)+1e-16 }
		if got := Of(c.x); !near(got) {
			t.Errorf("Of(%v) = %v, want %v", c.x, got, c.want)
		}
		columns, dst := make([][]float64, len(c.x)), make([]float64, 600)
		for k, v := range c.x {
			columns[k] = make([]float64, len(dst))
			for i := range dst {
				columns[k][i] = v
			}
		}
		columns[0][300] = none
		Columns(dst, columns)
		for i, got := range dst {
			if !near(got) && i != 300 {
				t.Fatalf("row %d of columns of %v: %v, want %v", i, c.x, got, c.want)
			}
		}
		all := none
		for _, v := range c.x[1:] {
			all = Add(all, v)
		}
		if math.Abs(dst[300]-all) > 1e-12*math.Abs(all) {
			t.Errorf("columns without the first of %v: %v, one by one %v", c.x, dst[300], all)
		}
		if got := Add(all, c.x[0]); got != c.want && math.Abs(got-c.want) > 1e-14*math.Abs(c.want)+1e-15 {
			t.Errorf("%v one by one: %v, want %v", c.x, got, c.want)
		}
	}
}
