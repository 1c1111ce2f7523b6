package gaussian

import (
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// fields sorts the fields of a schema by what becomes of them. Numbers are
// worked on as positions: steps of their grid, or themselves where real.
type fields struct {
	coded   []int       // positions in the schema
	numeric []int       // positions in the schema
	grids   []dist.Grid // [numeric]
}

func newFields(s *space.Schema) fields {
	var f fields
	for j := range s.Fields {
		switch field := &s.Fields[j]; {
		case field.Kind.Coded():
			f.coded = append(f.coded, j)
		case field.Kind.Numeric():
			f.numeric = append(f.numeric, j)
			f.grids = append(f.grids, dist.NewGrid(field, field.Min, field.Max))
		}
	}
	return f
}

// chainOrder returns the order of the chain rule: reals, then grids.
func (f fields) chainOrder() (order []int) {
	for _, real := range []bool{true, false} {
		for k, g := range f.grids {
			if g.Real() == real {
				order = append(order, k)
			}
		}
	}
	return order
}

// positions sets dst [n rows] to the positions of numeric field k in rows
// [lo, lo+n) of b: NaN where the number is missing, and reports the first row
// whose number is not on the grid or not finite, or -1.
func (f fields) positions(dst []float64, b *table.Batch, k, lo int) (odd int) {
	odd = -1
	g := f.grids[k]
	for i, x := range b.Cols[f.numeric[k]].Num[lo : lo+len(dst)] {
		p, on := g.Pos(x)
		dst[i] = p
		if (!on || math.IsInf(x, 0)) && x == x && odd < 0 {
			odd = lo + i
		}
	}
	return odd
}
