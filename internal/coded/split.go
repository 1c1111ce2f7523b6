package coded

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/rng"
)

// A fit that has to choose, such as its size or when to stop, takes validation
// rows out of the rows that it is given: by Split, or by SplitLast where the
// caller says which rows they are.

// HoldOut takes the last rows of d out for validation if last is positive, as
// SplitLast, and otherwise a share of the rows at random, as Split.
func (d *Data) HoldOut(last int64, share float64, k rng.Key) (train, valid *Data) {
	if last > 0 {
		return d.SplitLast(int(min(last, math.MaxInt32)))
	}
	return d.Split(share, k)
}

// Split takes a share of the rows of d out for validation, to the nearest row:
// those with the smallest random words of the key. Both parts keep the order of
// the rows. Neither is empty where d has two rows; a single row is in both.
func (d *Data) Split(share float64, k rng.Key) (train, valid *Data) {
	if d.N < 2 {
		return d, d
	}
	order := k.Perm(d.N)
	n := min(max(int(math.Round(share*float64(d.N))), 1), d.N-1)
	slices.Sort(order[:n])
	slices.Sort(order[n:])
	return d.Select(order[n:]), d.Select(order[:n])
}

// SplitLast takes the last n rows of d out for validation, at least one and not
// all. A single row is in both parts.
func (d *Data) SplitLast(n int) (train, valid *Data) {
	if d.N < 2 {
		return d, d
	}
	n = min(max(n, 1), d.N-1)
	order := make([]int, d.N)
	for i := range order {
		order[i] = i
	}
	return d.Select(order[:d.N-n]), d.Select(order[d.N-n:])
}

// Select returns the rows of d at the given indices, in that order.
func (d *Data) Select(rows []int) *Data {
	s := d.pick(rows)
	s.Rows = make([][]float64, len(d.Rows))
	for j, codes := range s.Codes {
		s.Rows[j] = make([]float64, len(d.Rows[j]))
		for i, c := range codes {
			s.Rows[j][c] += s.WeightOf(i)
		}
	}
	return s
}

// Collapse returns the distinct rows of d in the order in which they first
// appear, each with the sum of the weights of its like.
func (d *Data) Collapse() *Data {
	var (
		at     = make(map[string]int, d.N)
		rows   []int
		weight []float64
		key    = make([]byte, 0, 2*len(d.Codes))
	)
	for i := range d.N {
		key = key[:0]
		for _, codes := range d.Codes {
			key = binary.LittleEndian.AppendUint16(key, codes[i])
		}
		r, met := at[string(key)]
		if !met {
			r = len(rows)
			at[string(key)] = r
			rows, weight = append(rows, i), append(weight, 0)
		}
		weight[r] += d.WeightOf(i)
	}
	c := d.pick(rows)
	c.Weight = weight
	return c
}
