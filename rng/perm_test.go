package rng

import (
	"slices"
	"testing"
)

// TestPerm draws permutations of three under 6,000 keys: each is there about as
// often as any. Chi-square with 5 degrees of freedom exceeds 35 by chance for one
// choice of keys in 7·10⁵; a permutation with probability .19 instead of 1/6
// fails it.
func TestPerm(t *testing.T) {
	const keys = 6000
	count := map[[3]int]int{}
	for seed := range uint64(keys) {
		p := New(seed).Perm(3)
		if sorted := slices.Sorted(slices.Values(p)); !slices.Equal(sorted, []int{0, 1, 2}) {
			t.Fatalf("%v is no permutation", p)
		}
		count[[3]int(p)]++
	}
	chi2 := 0.
	for _, c := range count {
		chi2 += (float64(c) - keys/6) * (float64(c) - keys/6) / (keys / 6)
	}
	if len(count) != 6 || chi2 > 35 {
		t.Errorf("%v: chi-square %.1f", count, chi2)
	}
	if p := New(1).Perm(0); len(p) != 0 {
		t.Errorf("%v of nothing", p)
	}
}

// TestSome asks for some of nine, and for none and all.
func TestSome(t *testing.T) {
	for m := range 10 {
		some := New(1).Some(m, 9)
		if len(some) != m || !slices.IsSorted(some) || len(slices.Compact(slices.Clone(some))) != m {
			t.Errorf("%d of 0 … 8: %v", m, some)
		}
	}
}
