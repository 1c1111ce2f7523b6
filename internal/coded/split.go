package coded

import (
	"cmp"
	"slices"

	"github.com/seed-64d012fb/mimic/rng"
)

// Split takes validation rows out of d: a share of the rows, those with the
// smallest random words of the key, in their order. Neither part is empty where
// there are two rows.
func (d *Data) Split(share float64, k rng.Key) (train, valid *Data) {
	words := make([]uint64, d.N)
	k.Uint64s(words, 0)
	order := make([]int, d.N)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(words[a], words[b]) })
	n := min(max(int(share*float64(d.N)+0.5), 1), max(d.N-1, 0))
	slices.Sort(order[:n])
	slices.Sort(order[n:])
	return d.Select(order[n:]), d.Select(order[:n])
}

// SplitLast takes the last n rows of d for validation.
func (d *Data) SplitLast(n int) (train, valid *Data) {
	order := make([]int, d.N)
	for i := range order {
		order[i] = i
	}
	return d.Select(order[:d.N-n]), d.Select(order[d.N-n:])
}
