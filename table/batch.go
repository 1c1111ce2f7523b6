// Package table holds observations: columns of floats or dictionary codes, in
// batches that know the global index of their first row. Batches are the only
// form in which rows are fitted, scored and sampled.
package table

import (
	"math"

	"github.com/seed-64d012fb/mimic/space"
)

// Codes of a coded column that are no level. A missing number is NaN.
const (
	Missing int32 = -1 // no value
	Unknown int32 = -2 // a value that the schema does not list: outside the sample space
)

// NoNumber is the missing value of a numeric column.
var NoNumber = math.NaN()

// Column is one field of a batch. Just one of the slices is set, by the kind
// of the field: Num for numeric kinds, Code for coded kinds, Text for IDs.
// An ID column may be left nil where IDs are not needed.
type Column struct {
	Num  []float64
	Code []int32
	Text []string
}

// Batch is a run of consecutive rows [n rows, d columns].
type Batch struct {
	Schema *space.Schema
	First  int64     // global index of the first row
	N      int       // number of rows
	Cols   []Column  // one for each field of Schema
	Weight []float64 // [n rows], how often each row counts; nil means once
}

// NewBatch returns a batch of n rows with all columns allocated.
func NewBatch(s *space.Schema, first int64, n int) *Batch {
	b := &Batch{Schema: s, First: first, N: n, Cols: make([]Column, len(s.Fields))}
	for j := range s.Fields {
		switch k := s.Fields[j].Kind; {
		case k.Coded():
			b.Cols[j].Code = make([]int32, n)
		case k.Numeric():
			b.Cols[j].Num = make([]float64, n)
		default:
			b.Cols[j].Text = make([]string, n)
		}
	}
	return b
}

// Slice returns rows lo … hi-1 of b, counted from b's first row, as a view.
func (b *Batch) Slice(lo, hi int) *Batch {
	s := &Batch{Schema: b.Schema, First: b.First + int64(lo), N: hi - lo, Cols: make([]Column, len(b.Cols))}
	for j, c := range b.Cols {
		s.Cols[j] = c.Slice(lo, hi)
	}
	if b.Weight != nil {
		s.Weight = b.Weight[lo:hi:hi]
	}
	return s
}

// Slice returns values lo … hi-1 of c as a view.
func (c Column) Slice(lo, hi int) Column {
	var s Column
	switch {
	case c.Num != nil:
		s.Num = c.Num[lo:hi:hi]
	case c.Code != nil:
		s.Code = c.Code[lo:hi:hi]
	case c.Text != nil:
		s.Text = c.Text[lo:hi:hi]
	}
	return s
}

// WeightOf returns the weight of row i.
func (b *Batch) WeightOf(i int) float64 {
	if b.Weight == nil {
		return 1
	}
	return b.Weight[i]
}

// Within reports whether value i is in the domain of the field: one of its
// levels, a number on its grid and in its range, or missing where it may be.
func (c Column) Within(f *space.Field, i int) bool {
	if c.Code != nil {
		code := c.Code[i]
		return code >= 0 && int(code) < len(f.Levels) || code == Missing && f.Optional()
	}
	if c.Num != nil {
		x := c.Num[i]
		return x >= f.Min && x <= f.Max && f.Snap(x) == x || math.IsNaN(x) && f.Optional()
	}
	return true // an ID
}
