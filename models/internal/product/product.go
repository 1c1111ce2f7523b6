// Package product is the product of one-column distributions,
//
//	log p(x) = Σ_j log p_j(x_j),
//
// which answers every query exactly, one column at a time. The rungs whose
// fields are independent are products that differ in their θ.
package product

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Product is a product of columns: one for each field that is learned, in the
// order of the schema.
type Product struct {
	schema  *space.Schema
	fields  []int // positions of the learned fields
	columns []dist.Column
}

// New returns the product of columns, one for each learned field of s.
func New(s *space.Schema, columns []dist.Column) Product {
	return Product{s, s.Learned(), columns}
}

// Schema returns the sample space.
func (p Product) Schema() *space.Schema { return p.schema }

// Column returns the distribution of a learned field.
func (p Product) Column(field int) dist.Column {
	return p.columns[slices.Index(p.fields, field)]
}

// LogProb sets dst [n rows] to log p(x).
func (p Product) LogProb(dst []float64, b *table.Batch) error {
	clear(dst)
	for i, j := range p.fields {
		p.columns[i].LogProb(dst, b.Cols[j])
	}
	return nil
}

// chunk is the number of uniform draws that are held at a time, on the stack.
const chunk = 512

// Sample draws the learned columns of dst; field j takes word r of child j of
// the key for row r.
func (p Product) Sample(dst *table.Batch, k rng.Key) error {
	var u [chunk]float64
	for i, j := range p.fields {
		key := k.Child(uint64(j))
		for lo := 0; lo < dst.N; lo += chunk {
			hi := min(lo+chunk, dst.N)
			key.Float64s(u[:hi-lo], dst.First+int64(lo))
			part := dst.Cols[j].Slice(lo, hi)
			p.columns[i].Sample(&part, u[:hi-lo])
		}
	}
	return nil
}

// Condition returns p(x | x in e), another product.
func (p Product) Condition(e space.Evidence) (Product, error) {
	r := Product{p.schema, p.fields, slices.Clone(p.columns)}
	for _, given := range e {
		i := slices.Index(p.fields, given.Field)
		if i < 0 {
			return Product{}, Unlearned(p.schema, given.Field)
		}
		var share float64
		if r.columns[i], share = r.columns[i].Restrict(given); share == 0 {
			return Product{}, fmt.Errorf("field %q: %w", p.schema.Fields[given.Field].Name, mimic.ErrImpossible)
		}
	}
	return r, nil
}

// Unlearned is the error of evidence on a field that no model learns.
func Unlearned(s *space.Schema, field int) error {
	if field < 0 || field >= len(s.Fields) {
		return fmt.Errorf("evidence on field %d of %d", field, len(s.Fields))
	}
	return fmt.Errorf("field %q: no model learns an id: %w", s.Fields[field].Name, mimic.ErrUnsupported)
}

// Marginal returns the product of the named fields alone.
func (p Product) Marginal(names []string) (Product, error) {
	keep, err := Fields(p.schema, names)
	if err != nil {
		return Product{}, err
	}
	s := p.schema.Project(keep)
	var columns []dist.Column
	for _, j := range keep {
		if p.schema.Fields[j].Kind.Learned() {
			columns = append(columns, p.Column(j))
		}
	}
	return New(s, columns), nil
}

// Fields returns the positions of named fields, each of which may be named once.
func Fields(s *space.Schema, names []string) ([]int, error) {
	fields := make([]int, len(names))
	for i, name := range names {
		j := s.Index(name)
		if j < 0 {
			return nil, fmt.Errorf("no field %q in the schema", name)
		}
		if slices.Contains(fields[:i], j) {
			return nil, fmt.Errorf("field %q is named twice", name)
		}
		fields[i] = j
	}
	return fields, nil
}

// Parameters returns the number of free parameters of the code probabilities.
func (p Product) Parameters() (n int64) {
	for _, c := range p.columns {
		n += int64(c.Book.Codes()) - 1
	}
	return n
}

// describedCodes is the number of codes of a field that Describe lists.
const describedCodes = 8

// Describe returns a table for each field of its most probable codes.
func (p Product) Describe() (tables []mimic.Description) {
	for i, j := range p.fields {
		f, c := &p.schema.Fields[j], p.columns[i]
		probability := c.Codes.P()
		order := make([]int, len(probability))
		for k := range order {
			order[k] = k
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(probability[b], probability[a]) })
		t := mimic.Description{Title: "p(" + f.Name + ")", Head: []string{"value", "probability"}}
		for _, k := range order[:min(describedCodes, len(order))] {
			t.Rows = append(t.Rows, []string{c.Book.Label(f, uint16(k)), strconv.FormatFloat(probability[k], 'g', 4, 64)})
		}
		tables = append(tables, t)
	}
	return tables
}

// wired is a Product as it is written.
type wired struct {
	Columns []dist.ColumnWire `cbor:"columns"`
}

// AppendBinary appends θ.
func (p Product) AppendBinary(dst []byte) ([]byte, error) {
	var w wired
	for _, c := range p.columns {
		w.Columns = append(w.Columns, c.Wire())
	}
	return wire.Append(dst, w)
}

// Decode reads what AppendBinary wrote for the same schema.
func Decode(s *space.Schema, blob []byte) (Product, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return Product{}, err
	}
	fields := s.Learned()
	if len(w.Columns) != len(fields) {
		return Product{}, fmt.Errorf("%d columns for %d fields", len(w.Columns), len(fields))
	}
	columns := make([]dist.Column, len(fields))
	for i, j := range fields {
		var err error
		if columns[i], err = dist.NewColumn(&s.Fields[j], w.Columns[i]); err != nil {
			return Product{}, err
		}
	}
	return New(s, columns), nil
}
