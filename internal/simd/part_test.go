package simd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPart compares with the definition, for all small numbers of rows and bins
// and some large ones, and asks that nothing is written beside the operands.
func TestPart(t *testing.T) {
	const guard = 40
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 400 {
		if n > 200 {
			n = r.IntN(1 << 14)
		}
		bins := make([]uint8, 1+r.IntN(1+r.IntN(1<<16)))
		if n%5 > 0 {
			bins = slices.Grow(bins, 3)[:(len(bins)+3)&^3]
		}
		levels := 1 + r.IntN(256)
		for i := range bins {
			bins[i] = uint8(r.IntN(levels))
		}
		set := [4]uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
		switch n % 7 {
		case 0:
			set = [4]uint64{}
		case 1:
			set = [4]uint64{1<<64 - 1, 1<<64 - 1, 1<<64 - 1, 1<<64 - 1}
		}
		all, spare := make([]uint16, n+2*guard), make([]uint16, n+2*guard)
		for i := range all {
			all[i], spare[i] = uint16(r.IntN(len(bins))), uint16(r.Uint32())
			if r.IntN(20) == 0 {
				all[i] = uint16(len(bins) - 1)
			}
		}
		before, beforeSpare := slices.Clone(all), slices.Clone(spare)
		lo := r.IntN(guard)
		hi := lo + n
		var left, right []uint16
		for _, row := range all[lo:hi] {
			if b := bins[row]; set[b/64]>>(b%64)&1 == 1 {
				left = append(left, row)
			} else {
				right = append(right, row)
			}
		}
		got := Part(all[lo:hi], spare[lo:hi], bins, &set)
		if got != len(left) || !slices.Equal(all[lo:hi], append(left, right...)) {
			t.Fatalf("%d rows of %d: %d go left, want %d", n, len(bins), got, len(left))
		}
		for i := range all {
			if (i < lo || i >= hi) && (all[i] != before[i] || spare[i] != beforeSpare[i]) {
				t.Fatalf("%d rows: place %d is written", n, i-lo)
			}
		}
	}
}

func TestPartOutsidePanics(t *testing.T) {
	for _, n := range []int{1, 16, 20, 40} {
		for at := range n {
			rows := make([]uint16, n)
			rows[at] = 8
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("row 8 of 8 at place %d of %d: no panic", at, n)
					}
				}()
				Part(rows, make([]uint16, n), make([]uint8, 8), new([4]uint64))
			}()
		}
	}
}

func BenchmarkPart(b *testing.B) {
	defer func(p int) { path = p }(path)
	best := path
	r := rand.New(rand.NewPCG(1, 2))
	bins := make([]uint8, 1<<15)
	for i := range bins {
		bins[i] = uint8(r.Uint32())
	}
	set := [4]uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	for _, n := range []int{4, 8, 12, 16, 24, 32, 64, 256, 4096, 32768} {
		rows, spare := make([]uint16, n), make([]uint16, n)
		for i := range rows {
			rows[i] = uint16(r.IntN(len(bins)))
		}
		for _, p := range []int{inGo, inAVX512} {
			if p > best {
				continue
			}
			b.Run(fmt.Sprintf("%d/%s", n, []string{"go", "", "avx512"}[p]), func(b *testing.B) {
				path = p
				for b.Loop() {
					Part(rows, spare, bins, &set)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
			})
		}
	}
}
