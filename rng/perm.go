package rng

import (
	"cmp"
	"slices"
)

// Perm returns 0 … n-1 in a random order: that of the key's first n words, the
// smallest first.
func (k Key) Perm(n int) []int {
	words := make([]uint64, n)
	k.Uint64s(words, 0)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := cmp.Compare(words[a], words[b]); c != 0 {
			return c
		}
		return a - b
	})
	return order
}

// Some returns m of 0 … n-1 at random, in ascending order.
func (k Key) Some(m, n int) []int {
	some := k.Perm(n)[:m]
	slices.Sort(some)
	return some
}
