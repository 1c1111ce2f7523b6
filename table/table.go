package table

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/space"
)

// BlockRows is the number of rows in a block: reductions run over blocks that
// are aligned to the global row index, and merge in a fixed binary tree over
// block numbers, so that results are the same bits for any number of workers.
const BlockRows = 4096

// Range is the half-open range of global row indices [Lo, Hi).
type Range struct{ Lo, Hi int64 }

// Rows returns the number of rows in the range.
func (r Range) Rows() int64 { return r.Hi - r.Lo }

// Source is a dataset that can be read any number of times, by several
// goroutines at once.
type Source interface {
	Schema() *space.Schema
	Rows() int64
	// Batch returns the rows of r. The caller does not change it.
	Batch(r Range) (*Batch, error)
}

// Table is a Source in memory: one batch that starts at row 0.
type Table struct{ all Batch }

var _ Source = (*Table)(nil)

// New returns a table over the columns of b, which it keeps.
func New(b *Batch) *Table {
	t := &Table{all: *b}
	t.all.First = 0
	return t
}

// Schema returns the sample space of the rows.
func (t *Table) Schema() *space.Schema { return t.all.Schema }

// Rows returns the number of rows.
func (t *Table) Rows() int64 { return int64(t.all.N) }

// All returns all rows as one batch, a view.
func (t *Table) All() *Batch { b := t.all; return &b }

// Batch returns the rows of r as a view.
func (t *Table) Batch(r Range) (*Batch, error) {
	if r.Lo < 0 || r.Hi < r.Lo || r.Hi > t.Rows() {
		return nil, fmt.Errorf("rows %d:%d of a table of %d rows", r.Lo, r.Hi, t.Rows())
	}
	return t.all.Slice(int(r.Lo), int(r.Hi)), nil
}

// Select returns a table of the rows at the given indices, in that order.
func (t *Table) Select(rows []int) *Table {
	b := NewBatch(t.all.Schema, 0, len(rows))
	for j := range b.Cols {
		from, to := t.all.Cols[j], &b.Cols[j]
		switch {
		case from.Num != nil:
			gather(to.Num, from.Num, rows)
		case from.Code != nil:
			gather(to.Code, from.Code, rows)
		case from.Text != nil:
			gather(to.Text, from.Text, rows)
		default:
			*to = Column{}
		}
	}
	if t.all.Weight != nil {
		b.Weight = make([]float64, len(rows))
		gather(b.Weight, t.all.Weight, rows)
	}
	return New(b)
}

func gather[T any](dst, src []T, rows []int) {
	for i, r := range rows {
		dst[i] = src[r]
	}
}
