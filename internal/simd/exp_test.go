package simd

import (
	"math"
	"testing"
)

// TestExp compares with math.Exp in units in the last place, over a grid of the
// whole domain.
func TestExp(t *testing.T) {
	const n = 1 << 20
	x, e, s := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = float32(expMin + (expMax-expMin)*float64(i)/n)
	}
	Exp(e, x)
	Sigmoid(s, x)
	for i, v := range x {
		if want := math.Exp(float64(v)); ulps(e[i], want) > 2 {
			t.Fatalf("Exp(%v) = %v, want %v", v, e[i], want)
		}
		if want := 1 / (1 + math.Exp(-float64(v))); ulps(s[i], want) > 4 {
			t.Fatalf("Sigmoid(%v) = %v, want %v", v, s[i], want)
		}
	}
	x = []float32{float32(math.Inf(-1)), -1000, float32(math.NaN()), expMax, 1000, float32(math.Inf(1))}
	Exp(x, x)
	for i, want := range []float64{expMin, expMin, expMin, expMax, expMax, expMax} {
		if want = math.Exp(want); math.Abs(float64(x[i])/want-1) > 1e-5 {
			t.Errorf("edge %d: %v, want %v", i, x[i], want)
		}
	}
}

// ulps returns how many units in the last place of a float32 got is from want.
func ulps(got float32, want float64) float64 {
	near := float32(want)
	unit := float64(math.Nextafter32(near, 2*near) - near)
	return math.Abs(float64(got)-want) / math.Abs(unit)
}
