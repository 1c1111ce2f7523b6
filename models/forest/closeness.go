package forest

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/near"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
)

const closeRows = 2000

// Closeness returns the share of 2,000 sampled rows that are nearer to a
// training row than to any of as many held-out rows, ties counting one half:
// one half is what rows that nobody has seen would have, more says that the
// samples cling to the training rows. It is the price of Family.Sharp. Its
// standard error is .011. It is NaN where there are no rows to compare with.
//
// Distances are sums over fields: of a number, the difference over the range of
// the training rows; of a level, 1 where it differs; of a missing value, 1 from
// any value.
func (m *Model) Closeness(ctx context.Context, train, held *table.Table, seed uint64) (float64, error) {
	n := int(min(train.Rows(), held.Rows()))
	if n == 0 {
		return math.NaN(), nil
	}
	made, err := sample.Table(ctx, m, table.Range{Hi: closeRows}, seed)
	if err != nil {
		return 0, err
	}
	r := newRanges(train.All())
	q := r.rows(made.All())
	var dist [2][]near.Neighbor
	for i, real := range []*table.Table{train, held} {
		// As many of both, spread over the table.
		at := make([]int, n)
		for k := range at {
			at[k] = int(int64(k) * real.Rows() / int64(n))
		}
		ix := near.New(r.rows(real.Select(at).All()), near.Manhattan)
		if dist[i], err = ix.Query(ctx, q, 1, nil); err != nil {
			return 0, err
		}
	}
	nearer := 0.0
	for i, a := range dist[0] {
		switch b := dist[1][i]; {
		case a.Dist < b.Dist:
			nearer++
		case a.Dist == b.Dist:
			nearer += .5
		}
	}
	return nearer / closeRows, nil
}

// ranges are the ranges of the numbers of the training rows.
type ranges []struct{ lo, span float64 }

func newRanges(b *table.Batch) ranges {
	r := make(ranges, len(b.Cols))
	for j, c := range b.Cols {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, x := range c.Num {
			if x == x {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
		if r[j].span = 1; hi > lo {
			r[j].lo, r[j].span = lo, hi-lo
		}
	}
	return r
}

// rows returns the learned fields of b in units of the ranges.
func (r ranges) rows(b *table.Batch) near.Rows {
	rows := near.Rows{N: b.N}
	for j, c := range b.Cols {
		switch {
		case c.Code != nil:
			rows.Code = append(rows.Code, c.Code)
		case c.Num != nil:
			x := make([]float64, b.N)
			for i, v := range c.Num[:b.N] {
				x[i] = (v - r[j].lo) / r[j].span
			}
			rows.Num = append(rows.Num, x)
		}
	}
	return rows
}
