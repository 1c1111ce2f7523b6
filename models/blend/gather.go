package blend

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// gathered are the rows themselves, in batches that are joined at the end.
type gathered struct{ batches []*table.Batch }

func (g *gathered) Add(b *table.Batch) error {
	g.batches = append(g.batches, b)
	return nil
}

func (g *gathered) Merge(later mimic.Stats) error {
	g.batches = append(g.batches, later.(*gathered).batches...)
	return nil
}

// heldOut is the share of the rows that is held out where the caller holds out
// none.
const heldOut = .1

// arrange returns the rows, those that are held out last, and the latter alone. A
// single row is both. Rows of weight 0 are left out.
func (g *gathered) arrange(s *space.Schema, validation int64, seed uint64) (all, valid *table.Table) {
	joined := g.join(s)
	n := joined.N
	if n < 2 {
		all = table.New(joined)
		return all, all
	}
	if validation > 0 {
		held := min(int(min(validation, math.MaxInt32)), n-1)
		return table.New(joined), table.New(joined.Slice(n-held, n))
	}
	kept, out := fit.SplitRows(n, heldOut, seed)
	all = table.New(joined).Select(append(kept, out...))
	return all, table.New(all.All().Slice(len(kept), n))
}

// join returns the rows of weight above 0 as one batch, without IDs.
func (g *gathered) join(s *space.Schema) *table.Batch {
	all := &table.Batch{Schema: s, Cols: make([]table.Column, len(s.Fields))}
	weighted := slices.ContainsFunc(g.batches, func(b *table.Batch) bool { return b.Weight != nil })
	for _, b := range g.batches {
		kept := kept(b)
		all.N += len(kept)
		for _, i := range kept {
			if weighted {
				all.Weight = append(all.Weight, b.WeightOf(i))
			}
		}
		for j := range all.Cols {
			c, from := &all.Cols[j], b.Cols[j]
			switch k := s.Fields[j].Kind; {
			case k.Coded():
				c.Code = appendAt(c.Code, from.Code, kept)
			case k.Numeric():
				c.Num = appendAt(c.Num, from.Num, kept)
			}
		}
	}
	return all
}

// kept returns the rows of b that have a weight.
func kept(b *table.Batch) []int {
	rows := make([]int, 0, b.N)
	for i := range b.N {
		if b.WeightOf(i) > 0 {
			rows = append(rows, i)
		}
	}
	return rows
}

func appendAt[T any](dst, src []T, at []int) []T {
	for _, i := range at {
		dst = append(dst, src[i])
	}
	return dst
}
