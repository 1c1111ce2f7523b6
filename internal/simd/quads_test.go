package simd

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestQuads compares the kernels of four rows with their Go loops, bit for bit.
func TestQuads(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draws := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		return x
	}
	for m := range 40 {
		dev := make([][4]float64, m)
		for k := range dev {
			dev[k] = [4]float64(draws(4))
		}
		a := draws(m * (m + 1) / 2)
		for _, far := range []float64{0, 3, 1e9} {
			limit := [4]float64{far, far / 2, far, far}
			var got, want [4]float64
			QuadDistance(&got, dev, a, &limit)
			quadDistanceGo(&want, dev, a, &limit)
			if got != want {
				t.Fatalf("distances of %d numbers: %v, in Go %v", m, got, want)
			}
		}
		w := [4]float64(draws(4))
		first, second := draws(m), draws(len(a))
		wantFirst, wantSecond := slices.Clone(first), slices.Clone(second)
		QuadMoments(first, second, dev, &w)
		quadMomentsGo(wantFirst, wantSecond, dev, &w)
		if !slices.Equal(first, wantFirst) || !slices.Equal(second, wantSecond) {
			t.Fatalf("moments of %d numbers: %v and %v, in Go %v and %v", m, first, second, wantFirst, wantSecond)
		}
	}
}
