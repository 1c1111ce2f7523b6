package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestScores compares both kernels with their Go loops, and asks that nothing is
// written beside the operands.
func TestScores(t *testing.T) {
	const guard = 40
	r := rand.New(rand.NewPCG(1, 2))
	numbers := func(n int) []int32 {
		x := make([]int32, n)
		for i := range x {
			x[i] = int32(r.Uint32()) >> r.IntN(20)
		}
		return x
	}
	for n := range 400 {
		if n > 100 {
			n = r.IntN(1000)
		}
		score := numbers(1 + r.IntN([]int{256, 33}[n%2]))
		sums, bins := numbers(n+2*guard), make([]uint8, n+2*guard)
		for i := range bins {
			bins[i] = uint8(r.IntN(len(score)))
		}
		lo := r.IntN(guard)
		want := slices.Clone(sums)
		addScoresGo(want[lo:lo+n], score, bins[lo:])
		AddScores(sums[lo:lo+n], score, bins[lo:])
		if !slices.Equal(sums, want) {
			t.Fatalf("%d sums of %d scores are not those in Go", n, len(score))
		}

		cells := make([]uint8, 1+r.IntN(5000))
		if n%5 > 0 {
			cells = slices.Grow(cells, 3)[:(len(cells)+3)&^3]
		}
		for i := range cells {
			cells[i] = uint8(r.Uint32())
		}
		from, width := numbers(1)[0], r.IntN(20)
		wantBins := slices.Clone(bins)
		cutGo(wantBins[lo:lo+n], sums, from, width, cells)
		Cut(bins[lo:lo+n], sums, from, width, cells)
		if !slices.Equal(bins, wantBins) {
			t.Fatalf("%d sums in %d cells are not cut as in Go", n, len(cells))
		}
	}
}

func TestBinWithoutScorePanics(t *testing.T) {
	for _, levels := range []int{0, 1, 16, 17, 32, 33, 255} {
		for _, n := range []int{1, 16, 20, 40} {
			for at := range n {
				bins := make([]uint8, n)
				if levels == 0 && at > 0 {
					continue
				}
				bins[at] = uint8(levels)
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("bin %d at place %d of %d: no panic", levels, at, n)
						}
					}()
					AddScores(make([]int32, n), make([]int32, levels), bins)
				}()
			}
		}
	}
}

func BenchmarkScores(b *testing.B) {
	defer func(p int) { path = p }(path)
	best := path
	r := rand.New(rand.NewPCG(1, 2))
	const n = 2048
	sums, cells := make([]int32, n), make([]uint8, 4096)
	for _, p := range []int{inGo, inAVX512} {
		if p > best {
			continue
		}
		path = p
		run := func(name string, f func()) {
			b.Run(fmt.Sprintf("%s/%s", name, []string{"go", "", "avx512"}[p]), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
			})
		}
		for _, levels := range []int{16, 32, 256} {
			score, bins := make([]int32, levels), make([]uint8, n)
			for i := range bins {
				bins[i] = uint8(r.IntN(levels))
			}
			run(fmt.Sprintf("add %d", levels), func() { AddScores(sums, score, bins) })
		}
		for i := range sums {
			sums[i] = int32(r.IntN(1 << 16))
		}
		dst := make([]uint8, n)
		run("cut", func() { Cut(dst, sums, 0, 4, cells) })
	}
}
