package normal

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Fields sorts the fields of a schema by what becomes of them. Numbers are
// worked on as positions: steps of their grid, or themselves where real.
type Fields struct {
	Coded   []int       // positions in the schema
	Numeric []int       // positions in the schema
	Grids   []dist.Grid // [numeric]
}

// NewFields sorts the fields of s.
func NewFields(s *space.Schema) Fields {
	var f Fields
	for j := range s.Fields {
		switch field := &s.Fields[j]; {
		case field.Kind.Coded():
			f.Coded = append(f.Coded, j)
		case field.Kind.Numeric():
			f.Numeric = append(f.Numeric, j)
			f.Grids = append(f.Grids, dist.NewGrid(field, field.Min, field.Max))
		}
	}
	return f
}

// Books returns the codebooks of the coded fields of s, which need no rows.
func (f Fields) Books(s *space.Schema) ([]*dist.Codebook, error) {
	var books []*dist.Codebook
	for _, j := range f.Coded {
		book, err := dist.NewLevelBook(&s.Fields[j])
		if err != nil {
			return nil, err
		}
		if book.Codes() == 0 {
			return nil, fmt.Errorf("field %q has no levels", s.Fields[j].Name)
		}
		books = append(books, book)
	}
	return books, nil
}

// Order returns the order of the chain rule: reals, then grids.
func (f Fields) Order() (order []int) {
	for _, real := range []bool{true, false} {
		for k, g := range f.Grids {
			if g.Real() == real {
				order = append(order, k)
			}
		}
	}
	return order
}

// Positions sets dst [n rows] to the positions of numeric field k in rows
// [lo, lo+n) of b: NaN where the number is missing, and reports the first row
// whose number is not on the grid or not finite, or -1.
func (f Fields) Positions(dst []float64, b *table.Batch, k, lo int) (odd int) {
	odd = -1
	g := f.Grids[k]
	for i, x := range b.Cols[f.Numeric[k]].Num[lo : lo+len(dst)] {
		p, on := g.Pos(x)
		dst[i] = p
		if (!on || math.IsInf(x, 0)) && x == x && odd < 0 {
			odd = lo + i
		}
	}
	return odd
}

// Columns returns the positions [d][n] of the numbers of b, NaN where missing.
// The error names a number that its field cannot have.
func (f Fields) Columns(b *table.Batch) ([][]float64, error) {
	x := make([][]float64, len(f.Numeric))
	for k, j := range f.Numeric {
		x[k] = make([]float64, b.N)
		if odd := f.Positions(x[k], b, k, 0); odd >= 0 && b.WeightOf(odd) != 0 {
			return nil, fmt.Errorf("row %d: field %q: %v is not a value of a %v", b.First+int64(odd), b.Schema.Fields[j].Name, b.Cols[j].Num[odd], b.Schema.Fields[j].Kind)
		}
	}
	return x, nil
}

// CheckDomains reports a numeric field whose domain is not a finite interval.
func (f Fields) CheckDomains(s *space.Schema) error {
	for _, j := range f.Numeric {
		if field := &s.Fields[j]; !(field.Max-field.Min >= 0) || math.IsInf(field.Max-field.Min, 0) {
			return fmt.Errorf("field %q: the domain [%v, %v] is not a finite interval", field.Name, field.Min, field.Max)
		}
	}
	return nil
}
