package fit

import (
	"context"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// node is a place in the merge tree: it covers blocks index<<level up to, not
// including, (index+1)<<level. Blocks are numbered from global row 0.
type node struct {
	level uint
	index int64
}

func (n node) sibling() node { return node{n.level, n.index ^ 1} }
func (n node) parent() node  { return node{n.level + 1, n.index >> 1} }
func (n node) left() bool    { return n.index&1 == 0 }

// reduce collects the statistics of rows r of src: one Stats a block, merged in
// the binary tree whose leaves are the block numbers. The shape of the tree
// depends on r alone, so the result is the same bits for any number of workers.
//
// A worker that completes a block climbs the tree as long as the other half of
// the parent is there, and leaves its statistics behind where it is not.
// Blocks start in order, so at most workers·log₂(blocks) Stats wait at a time,
// and log₂(blocks) of them when no block lags.
//
// done, if not nil, is told of the rows of each block, by one call at a time.
func reduce[S mimic.Stats](ctx context.Context, src table.Source, r table.Range, fresh func() S, done func(rows int64)) (total S, err error) {
	if r.Rows() <= 0 {
		return fresh(), ctx.Err()
	}
	first := r.Lo / table.BlockRows
	last := (r.Hi - 1) / table.BlockRows
	inRange := func(n node) bool {
		return n.index<<n.level <= last && (n.index+1)<<n.level > first
	}

	var mu sync.Mutex
	waiting := map[node]S{}
	// meet leaves s behind at n, or takes the statistics of its sibling.
	meet := func(n node, s S) (other S, met bool) {
		mu.Lock()
		defer mu.Unlock()
		if other, met = waiting[n.sibling()]; met {
			delete(waiting, n.sibling())
		} else {
			waiting[n] = s
		}
		return other, met
	}

	err = par.Do(ctx, int(last-first)+1, func(i int) error {
		n := node{0, first + int64(i)}
		rows := table.Range{
			Lo: max(r.Lo, n.index*table.BlockRows),
			Hi: min(r.Hi, (n.index+1)*table.BlockRows),
		}
		b, err := src.Batch(rows)
		if err != nil {
			return err
		}
		s := fresh()
		if err := s.Add(b); err != nil {
			return err
		}
		if done != nil {
			mu.Lock()
			done(rows.Rows())
			mu.Unlock()
		}
		for ; n.index<<n.level > first || (n.index+1)<<n.level <= last; n = n.parent() {
			if !inRange(n.sibling()) {
				continue
			}
			other, met := meet(n, s)
			if !met {
				return nil
			}
			if !n.left() {
				s, other = other, s
			}
			if err := s.Merge(other); err != nil {
				return err
			}
		}
		total = s
		return nil
	})
	return total, err
}
