package fit

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Split holds out a share of the rows. Whether a row is held out depends on the
// seed, its index and the number of rows alone: each row has a random word, and
// the held-out rows are those with the smallest words, as many as make the
// share exact to the nearest row. Both parts keep the order of the rows.
//
// With two rows or more and a share between 0 and 1, exclusive, neither part is
// empty. A share of 0 or less holds out nothing; 1 or more, everything.
func Split(src *table.Table, share float64, seed uint64) (train, held *table.Table) {
	kept, out := SplitRows(int(src.Rows()), share, seed)
	if len(out) == 0 {
		return src, src.Select(nil)
	}
	return src.Select(kept), src.Select(out)
}

// SplitRows returns which of n rows Split trains on and which it holds out, in
// ascending order.
func SplitRows(n int, share float64, seed uint64) (train, held []int) {
	k := heldRows(n, share)
	words := make([]uint64, n)
	rng.New(seed).Uint64s(words, 0)
	cut := uint64(0)
	if k > 0 {
		cut = kthSmallest(slices.Clone(words), k-1)
	}
	train, held = make([]int, 0, n-k), make([]int, 0, k)
	for i, w := range words {
		if w <= cut && len(held) < k {
			held = append(held, i)
		} else {
			train = append(train, i)
		}
	}
	return train, held
}

// heldRows returns how many of n rows are held out.
func heldRows(n int, share float64) int {
	switch {
	case !(share > 0) || n == 0:
		return 0
	case share >= 1:
		return n
	case n == 1:
		return 0
	}
	return min(max(int(math.Round(share*float64(n))), 1), n-1)
}

// kthSmallest returns the element of w that sorting would put at k. It reorders
// w, whose elements are in random order, in linear time.
//
// Reference: Hoare (1961), Algorithm 65: Find.
func kthSmallest(w []uint64, k int) uint64 {
	for lo, hi := 0, len(w)-1; lo < hi; {
		pivot := w[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for w[i] < pivot {
				i++
			}
			for pivot < w[j] {
				j--
			}
			if i <= j {
				w[i], w[j] = w[j], w[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return w[k]
		}
	}
	return w[k]
}
