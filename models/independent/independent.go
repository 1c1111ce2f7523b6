// Package independent is the rung of independent fields: every column has a
// distribution of its own, and none knows of another.
//
//	p(x) = ∏_j p(x_j) = ∏_j p(c_j)·p(x_j | c_j),
//
// where c_j is the code of x_j in the column's codebook (package dist): a level,
// an atom, or a bin of about a 256th of the rows. Maximum likelihood counts the
// codes. Counts are smoothed toward equal counts, as if some more rows had been
// spread over the codes; how many maximises the leave-one-out likelihood of the
// column, and is half a row at least. See dist.Codebook for the smoothing within
// a code.
//
// Base measure: mass on levels and grids, density among reals, with atoms as
// wide as a float64 is exact.
//
// Missing: a code like any other.
//
// Cost: one pass; O(d) a row, to fit, to score and to sample; O(SketchCap) of
// memory a numeric column. All queries are exact.
//
// How it fails: it has every column right and every pair wrong. What a pair of
// fields has in common, in nats of mutual information, is what it loses.
//
// Reference: Kullback (1959), Information Theory and Statistics, chapter 8;
// Good (1953) and Zhai & Lafferty (2002) for the smoothing, see dist.
package independent

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
const Kind = "independent"

// Family is the family of independent fields.
type Family struct {
	// Smoothing is the number of rows that are spread evenly over a column's
	// codes; 0 chooses it for each column by leave-one-out likelihood.
	Smoothing float64
}

var _ mimic.Family = Family{}

// Kind returns "independent".
func (Family) Kind() string { return Kind }

// NewFit starts a fit of one pass.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if !(o.Smoothing >= 0) {
		return nil, fmt.Errorf("smoothing by %v rows: want 0 (chosen by leave-one-out) or more", o.Smoothing)
	}
	return &columnsFit{options: o, schema: s, rows: rows}, nil
}

type columnsFit struct {
	options Family
	schema  *space.Schema
	rows    int64
	model   *Model
}

func (f *columnsFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *columnsFit) NewStats() mimic.Stats { return dist.NewSummaries(f.schema) }

func (f *columnsFit) Step(_ context.Context, total mimic.Stats) error {
	var columns []dist.Column
	for _, j := range f.schema.Learned() {
		book, counts, err := total.(*dist.Summaries).Field(j).Codebook()
		if err != nil {
			return err
		}
		even := dist.Uniform(len(counts))
		strength := f.options.Smoothing
		if strength == 0 {
			strength = dist.Strength([][]float64{counts}, even)
		}
		dist.Smooth(counts, counts, even, strength)
		codes, err := dist.NewCategorical(counts)
		if err != nil {
			return fmt.Errorf("field %q: %w", f.schema.Fields[j].Name, err)
		}
		columns = append(columns, dist.Column{Book: book, Codes: codes})
	}
	f.model = &Model{product.New(f.schema, columns)}
	return nil
}

func (f *columnsFit) Model() (mimic.Model, error) { return f.model, nil }

// Model is a product of columns.
type Model struct{ product.Product }

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
)

// Kind returns "independent".
func (m *Model) Kind() string { return Kind }

// Condition returns the product of the columns given the evidence.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	p, err := m.Product.Condition(e)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}

// Marginal returns the product of the named columns.
func (m *Model) Marginal(fields []string) (mimic.Model, error) {
	p, err := m.Product.Marginal(fields)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}

// Decode reads the θ of independent columns over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	p, err := product.Decode(s, blob)
	if err != nil {
		return nil, err
	}
	return &Model{p}, nil
}
