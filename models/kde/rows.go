package kde

import (
	"fmt"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/table"
)

// rowSet is rows in memory, column by column.
type rowSet struct {
	x      [][]float64 // [d][n] positions of numbers, NaN where missing
	codes  [][]uint16  // [e][n] of levels
	weight []float64   // [n]
}

func newRowSet(d, e int) *rowSet {
	return &rowSet{x: make([][]float64, d), codes: make([][]uint16, e)}
}

func (r *rowSet) n() int { return len(r.weight) }

// pick returns the rows at the given indices.
func (r *rowSet) pick(rows []int) *rowSet {
	p := newRowSet(len(r.x), len(r.codes))
	for j, col := range r.x {
		p.x[j] = pick(col, rows)
	}
	for j, col := range r.codes {
		p.codes[j] = pick(col, rows)
	}
	p.weight = pick(r.weight, rows)
	return p
}

func pick[T any](col []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = col[row]
	}
	return out
}

// between returns rows lo … hi-1, which it shares.
func (r *rowSet) between(lo, hi int) *rowSet {
	p := newRowSet(len(r.x), len(r.codes))
	for j, col := range r.x {
		p.x[j] = col[lo:hi]
	}
	for j, col := range r.codes {
		p.codes[j] = col[lo:hi]
	}
	p.weight = r.weight[lo:hi]
	return p
}

// batch returns the rows as a table has them.
func (r *rowSet) batch(f *kernelFit) *table.Batch {
	b := table.NewBatch(f.schema, 0, r.n())
	b.Weight = r.weight
	for k, j := range f.fields.Numeric {
		for i, p := range r.x[k] {
			b.Cols[j].Num[i] = f.fields.Grids[k].Value(p)
		}
	}
	for k, j := range f.fields.Coded {
		f.books[k].Decode(&b.Cols[j], r.codes[k], r.weight)
	}
	return b
}

// gathered are the rows of one pass, in the order in which they were merged.
type gathered struct {
	fit  *kernelFit
	runs []*rowSet
}

func (g *gathered) Add(b *table.Batch) error {
	f := g.fit
	x, err := f.fields.Columns(b)
	if err != nil {
		return err
	}
	var there []int
	for i := range b.N {
		if b.WeightOf(i) != 0 {
			there = append(there, i)
		}
	}
	r := newRowSet(len(x), len(f.books))
	r.weight = make([]float64, len(there))
	for i, row := range there {
		r.weight[i] = b.WeightOf(row)
	}
	for k, col := range x {
		r.x[k] = pick(col, there)
		field := &f.schema.Fields[f.fields.Numeric[k]]
		if i := slices.IndexFunc(r.x[k], func(v float64) bool { return v != v }); i >= 0 && !field.Optional() {
			return fmt.Errorf("row %d: field %q: missing, which the schema does not allow; add a marker to its missing list", b.First+int64(there[i]), field.Name)
		}
	}
	codes := make([]uint16, b.N)
	for k, j := range f.fields.Coded {
		f.books[k].Encode(codes, b.Cols[j])
		r.codes[k] = pick(codes, there)
		if i := slices.Index(r.codes[k], dist.Outside); i >= 0 {
			return fmt.Errorf("row %d: field %q: a value outside the sample space", b.First+int64(there[i]), f.schema.Fields[j].Name)
		}
	}
	g.runs = append(g.runs, r)
	return nil
}

func (g *gathered) Merge(later mimic.Stats) error {
	g.runs = append(g.runs, later.(*gathered).runs...)
	return nil
}

// join returns all rows.
func (g *gathered) join() *rowSet {
	all := newRowSet(len(g.fit.fields.Numeric), len(g.fit.books))
	for _, r := range g.runs {
		for j, col := range r.x {
			all.x[j] = append(all.x[j], col...)
		}
		for j, col := range r.codes {
			all.codes[j] = append(all.codes[j], col...)
		}
		all.weight = append(all.weight, r.weight...)
		*r = rowSet{}
	}
	return all
}
