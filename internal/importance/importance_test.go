package importance

import (
	"math"
	"testing"
)

var none = math.Inf(-1)

func TestEffective(t *testing.T) {
	for _, c := range []struct {
		w    []float64
		want float64
	}{
		{nil, 0},
		{[]float64{none, none}, 0},
		{[]float64{-900, -900, -900}, 3},
		{[]float64{0, none}, 1},
		{[]float64{0, math.Log(2)}, 9. / 5},
	} {
		if got := Effective(c.w); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("weights exp(%v) are worth %v, want %v", c.w, got, c.want)
		}
	}
}

func TestChoose(t *testing.T) {
	w := []float64{none, -800 + math.Log(3), none, -800, none} // shares 3/4 and 1/4
	for u, want := range map[float64]int{0: 1, .74: 1, .76: 3, 1: 3} {
		if got := Choose(w, u); got != want {
			t.Errorf("share %v chooses %d, want %d", u, got, want)
		}
	}
	if got := Choose([]float64{none, none}, .5); got != -1 {
		t.Errorf("of weights 0 %d is chosen", got)
	}
}
