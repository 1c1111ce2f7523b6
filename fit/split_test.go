package fit

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"pgregory.net/rapid"
)

// numbered is a table whose only column is the number of the row.
func numbered(n int) *table.Table {
	b := table.NewBatch(&space.Schema{Fields: []space.Field{{Name: "row", Kind: space.Integer, Max: float64(n)}}}, 0, n)
	for i := range b.Cols[0].Num {
		b.Cols[0].Num[i] = float64(i)
	}
	return table.New(b)
}

func ints(x []float64) []int {
	n := make([]int, len(x))
	for i, v := range x {
		n[i] = int(v)
	}
	return n
}

func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(0, 4), rapid.IntRange(0, 3000)).Draw(t, "n")
		share := rapid.OneOf(rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{-1, 0, 1e-9, .1, .5, 1 - 1e-9, 1, 2, math.NaN()})).Draw(t, "share")
		seed := rapid.Uint64().Draw(t, "seed")
		train, held := Split(numbered(n), share, seed)

		got, want := int(held.Rows()), int(math.Round(share*float64(n)))
		switch {
		case !(share > 0):
			want = 0
		case share >= 1:
			want = n
		case n >= 2:
			want = max(1, min(want, n-1))
		case n == 1:
			want = 0
		}
		if got != want {
			t.Fatalf("%d rows held out, want %d", got, want)
		}
		a, b := train.All().Cols[0].Num, held.All().Cols[0].Num
		if !slices.IsSorted(a) || !slices.IsSorted(b) {
			t.Fatalf("the order is lost: %v, %v", a, b)
		}
		all := slices.Concat(a, b)
		slices.Sort(all)
		if !slices.Equal(all, numbered(n).All().Cols[0].Num) {
			t.Fatalf("rows %v and %v are not the table", a, b)
		}
		kept, out := SplitRows(n, share, seed)
		if !slices.Equal(ints(a), kept) || !slices.Equal(ints(b), out) {
			t.Fatalf("Split and SplitRows part ways: %v and %v, %v and %v", a, b, kept, out)
		}
		_, again := Split(numbered(n), share, seed)
		if !slices.Equal(b, again.All().Cols[0].Num) {
			t.Fatalf("held out %v, then %v", b, again.All().Cols[0].Num)
		}
	})
}

// TestSplitIsUniform holds out 1 of 4 rows under 12,000 seeds: each pair of
// outcomes must come up as often as any. Chi-square with 3 degrees of freedom
// exceeds 31 by chance for one choice of seeds in 10⁶; a row with probability
// .27 instead of .25 fails it.
func TestSplitIsUniform(t *testing.T) {
	const seeds = 12_000
	var count [4]int
	src := numbered(4)
	for seed := range uint64(seeds) {
		_, held := Split(src, .25, seed)
		count[int(held.All().Cols[0].Num[0])]++
	}
	chi2 := 0.
	for _, c := range count {
		d := float64(c) - seeds/4
		chi2 += d * d / (seeds / 4)
	}
	if chi2 > 31 {
		t.Errorf("held out %v times, chi-square %.1f", count, chi2)
	}
}

func TestKthSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SliceOfN(rapid.Uint64Range(0, 20), 1, 50).Draw(t, "w")
		k := rapid.IntRange(0, len(w)-1).Draw(t, "k")
		sorted := slices.Clone(w)
		slices.Sort(sorted)
		if got := kthSmallest(slices.Clone(w), k); got != sorted[k] {
			t.Fatalf("element %d of %v: %d, want %d", k, w, got, sorted[k])
		}
	})
}

func BenchmarkSplit(b *testing.B) {
	src := numbered(1_000_000)
	for b.Loop() {
		Split(src, .1, 1)
	}
	b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
