package fit

import (
	"errors"
	"fmt"
	"math/bits"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"pgregory.net/rapid"
)

// rowsOnly is a source of that many rows without columns.
type rowsOnly int64

func (rowsOnly) Schema() *space.Schema { return &space.Schema{} }
func (n rowsOnly) Rows() int64         { return int64(n) }
func (n rowsOnly) Batch(r table.Range) (*table.Batch, error) {
	if r.Lo < 0 || r.Hi > int64(n) || r.Lo >= r.Hi {
		return nil, fmt.Errorf("rows %v of %d", r, n)
	}
	return &table.Batch{Schema: &space.Schema{}, First: r.Lo, N: int(r.Rows())}, nil
}

// shape writes down how rows came together: "[lo:hi)" for a batch, "(a b)" for
// a merge. Unlike a sum, no two orders of merging give the same.
type shape struct {
	text string
	live *atomic.Int64 // how many shapes wait, if not nil
	peak *atomic.Int64
}

func (s *shape) Add(b *table.Batch) error {
	s.text += fmt.Sprintf("[%d:%d)", b.First, b.First+int64(b.N))
	for range b.First / table.BlockRows % 7 { // let others overtake
		runtime.Gosched()
	}
	if s.live != nil {
		now := s.live.Add(1)
		for old := s.peak.Load(); now > old && !s.peak.CompareAndSwap(old, now); old = s.peak.Load() {
		}
	}
	return nil
}

func (s *shape) Merge(later mimic.Stats) error {
	s.text = "(" + s.text + " " + later.(*shape).text + ")"
	if s.live != nil {
		s.live.Add(-1)
	}
	return nil
}

// tree is the merge tree as its definition has it, from the root downwards.
func tree(r table.Range, level uint, index int64) string {
	lo := max(r.Lo, index<<level*table.BlockRows)
	hi := min(r.Hi, (index+1)<<level*table.BlockRows)
	if lo >= hi {
		return ""
	}
	if level == 0 {
		return fmt.Sprintf("[%d:%d)", lo, hi)
	}
	a, b := tree(r, level-1, 2*index), tree(r, level-1, 2*index+1)
	if a == "" || b == "" {
		return a + b
	}
	return "(" + a + " " + b + ")"
}

func TestReduceIsTheTree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Int64Range(0, 200_000).Draw(t, "lo")
		r := table.Range{Lo: lo, Hi: lo + rapid.OneOf(
			rapid.Int64Range(0, 10), rapid.Int64Range(0, 10*table.BlockRows), rapid.Int64Range(0, 200*table.BlockRows),
		).Draw(t, "rows")}
		for _, workers := range []int{1, 2, 3, 8} {
			ctx := par.WithWorkers(t.Context(), workers)
			s, err := reduce(ctx, rowsOnly(r.Hi), r, func() *shape { return new(shape) }, nil)
			if err != nil {
				t.Fatal(err)
			}
			if want := tree(r, 40, 0); s.text != want {
				t.Fatalf("%d workers:\n%s, want\n%s", workers, s.text, want)
			}
		}
	})
}

// TestReduceBounded holds the promise of how many Stats wait at a time.
func TestReduceBounded(t *testing.T) {
	const blocks = 1000
	for _, workers := range []int{1, 3, 8} {
		var live, peak atomic.Int64
		fresh := func() *shape { return &shape{live: &live, peak: &peak} }
		r := table.Range{Hi: blocks * table.BlockRows}
		if _, err := reduce(par.WithWorkers(t.Context(), workers), rowsOnly(r.Hi), r, fresh, nil); err != nil {
			t.Fatal(err)
		}
		if limit := int64(workers * bits.Len(blocks)); peak.Load() > limit {
			t.Errorf("%d workers: %d Stats at a time, more than %d", workers, peak.Load(), limit)
		}
	}
}

// failing fails to add or to merge at one row.
type failing struct{ add, merge, first int64 }

var errPlanted = errors.New("planted")

func (f *failing) Add(b *table.Batch) error {
	f.first = b.First
	if f.add == b.First {
		return errPlanted
	}
	return nil
}

func (f *failing) Merge(later mimic.Stats) error {
	if later.(*failing).first == f.merge {
		return errPlanted
	}
	return nil
}

func TestReduceFails(t *testing.T) {
	r := table.Range{Hi: 50 * table.BlockRows}
	for _, workers := range []int{1, 2, 8} {
		ctx := par.WithWorkers(t.Context(), workers)
		for what, s := range map[string]failing{
			"add":   {add: 20 * table.BlockRows, merge: -1},
			"merge": {add: -1, merge: 20 * table.BlockRows},
		} {
			_, err := reduce(ctx, rowsOnly(r.Hi), r, func() *failing { c := s; return &c }, nil)
			if !errors.Is(err, errPlanted) {
				t.Errorf("%d workers, %s: %v", workers, what, err)
			}
		}
		_, err := reduce(ctx, rowsOnly(r.Hi-1), r, func() *shape { return new(shape) }, nil)
		if err == nil {
			t.Errorf("%d workers: no error from a source that has too few rows", workers)
		}
	}
}
