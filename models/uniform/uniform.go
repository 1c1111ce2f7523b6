// Package uniform is the lowest rung: the box. Every row within its corners is
// as probable as any other.
//
// A row of d fields has
//
//	p(x) = ∏_j 1/|B_j|,  |B_j| the measure of side j,
//
// and 0 outside the box. Maximum likelihood takes the smallest box that holds
// the rows. Its sides are the domains [Min, Max] of the schema, which is
// inferred from all rows there are, together with what the fit sees, so that no
// row of the sample space is impossible.
//
// Base measure: sides of grid fields and of levels are numbers of values, those
// of reals are lengths.
//
// Missing: a field that may be missing is so with the probability of the
// training rows plus half a row, whatever the rest of the row.
//
// Cost: one pass; O(d) a row, to fit, to score and to sample. All queries are
// exact.
//
// How it fails: it knows nothing but the corners. On a map of cities it spreads
// them over the sea and the poles alike.
//
// Reference: Casella & Berger (2002), Statistical Inference, example 7.2.9.
package uniform

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/models/internal/product"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Kind names the rung.
const Kind = "uniform"

// Family is the family of boxes. It has no options.
type Family struct{}

var _ mimic.Family = Family{}

// Kind returns "uniform".
func (Family) Kind() string { return Kind }

// NewFit starts a fit of one pass.
func (Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	return &boxFit{schema: s, rows: rows}, nil
}

type boxFit struct {
	schema *space.Schema
	rows   int64
	model  *Model
}

func (f *boxFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *boxFit) NewStats() mimic.Stats { return &corners{make([]side, len(f.schema.Fields))} }

// corners are what the rows say of each field.
type corners struct{ sides []side }

type side struct {
	lo, hi           float64 // of the numbers; valid if seen
	seen             bool
	present, missing float64 // rows
}

func (c *corners) Add(b *table.Batch) error {
	for j := range c.sides {
		s, col := &c.sides[j], &b.Cols[j]
		for i, x := range col.Num {
			switch w := b.WeightOf(i); {
			case w == 0:
			case x != x:
				s.missing += w
			default:
				s.present += w
				s.widen(x, x)
			}
		}
		for i, level := range col.Code {
			if level == table.Missing {
				s.missing += b.WeightOf(i)
			} else {
				s.present += b.WeightOf(i)
			}
		}
	}
	return nil
}

func (c *corners) Merge(later mimic.Stats) error {
	for j, l := range later.(*corners).sides {
		s := &c.sides[j]
		s.present += l.present
		s.missing += l.missing
		if l.seen {
			s.widen(l.lo, l.hi)
		}
	}
	return nil
}

func (s *side) widen(lo, hi float64) {
	if !s.seen {
		s.lo, s.hi, s.seen = lo, hi, true
		return
	}
	s.lo, s.hi = min(s.lo, lo), max(s.hi, hi)
}

func (f *boxFit) Step(_ context.Context, total mimic.Stats) error {
	var columns []dist.Column
	for _, j := range f.schema.Learned() {
		column, err := total.(*corners).sides[j].column(&f.schema.Fields[j])
		if err != nil {
			return err
		}
		columns = append(columns, column)
	}
	f.model = &Model{product.New(f.schema, columns)}
	return nil
}

// column returns the uniform distribution over a side of the box.
func (s *side) column(f *space.Field) (c dist.Column, err error) {
	if f.Kind.Coded() {
		c.Book, err = dist.NewLevelBook(f)
	} else {
		wide := *f
		if s.seen {
			wide.Min, wide.Max = min(f.Min, s.lo), max(f.Max, s.hi)
		}
		// Without data, a codebook is uniform over the domain.
		c.Book, _, err = dist.NewNumberBook(&wide, &dist.Sketch{})
	}
	if err != nil {
		return c, err
	}
	p := dist.Uniform(c.Book.Values())
	if _, optional := c.Book.Missing(); optional {
		rate := []float64{0, 0}
		dist.Smooth(rate, []float64{s.present, s.missing}, []float64{0.5, 0.5}, 1)
		for k := range p {
			p[k] *= rate[0]
		}
		p = append(p, rate[1])
		if len(p) == 1 { // a coded field without levels
			p[0] = 1
		}
	}
	if c.Codes, err = dist.NewCategorical(p); err != nil {
		return c, fmt.Errorf("field %q: %w", f.Name, err)
	}
	return c, nil
}

func (f *boxFit) Model() (mimic.Model, error) { return f.model, nil }

// Model is a box.
type Model struct{ product.Product }

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
)

// Kind returns "uniform".
func (m *Model) Kind() string { return Kind }

// Condition returns the box cut down to the evidence.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	p, err := m.Product.Condition(e)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}

// Marginal returns the box of the named fields.
func (m *Model) Marginal(fields []string) (mimic.Model, error) {
	p, err := m.Product.Marginal(fields)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}

// Corner returns the ends of a numeric field's side of the box.
func (m *Model) Corner(field int) (lo, hi float64) { return m.Column(field).Book.Range() }

// Parameters counts two corners a numeric field, and how often each optional
// field is missing.
func (m *Model) Parameters() (n int64) {
	for _, f := range m.Schema().Fields {
		if f.Kind.Numeric() {
			n += 2
		}
		if f.Kind.Learned() && f.Optional() {
			n++
		}
	}
	return n
}

// Describe returns the corners of the box.
func (m *Model) Describe() []mimic.Description {
	box := mimic.Description{Title: "The box", Head: []string{"field", "min", "max"}}
	s := m.Schema()
	for j := range s.Fields {
		if f := &s.Fields[j]; f.Kind.Numeric() {
			lo, hi := m.Corner(j)
			box.Rows = append(box.Rows, []string{f.Name, string(f.AppendNum(nil, lo)), string(f.AppendNum(nil, hi))})
		}
	}
	if box.Rows == nil {
		return nil
	}
	return []mimic.Description{box}
}

// Decode reads the θ of a box over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	p, err := product.Decode(s, blob)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}
