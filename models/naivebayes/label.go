package naivebayes

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// coded is what the first pass gives: the codebook of each learned field, and
// its code distribution in all rows.
type coded struct {
	fields []int // learned
	books  []*dist.Codebook
	p      [][]float64 // [codes] of each field
}

// newCoded makes codebooks of summaries. Code distributions are smoothed toward
// equal probabilities as those of package independent are.
func newCoded(s *space.Schema, all *dist.Summaries) (*coded, error) {
	c := &coded{fields: s.Learned()}
	for _, j := range c.fields {
		book, counts, err := all.Field(j).Codebook()
		if err != nil {
			return nil, err
		}
		even := dist.Uniform(len(counts))
		dist.Smooth(counts, counts, even, dist.Strength([][]float64{counts}, even))
		c.books = append(c.books, book)
		c.p = append(c.p, counts)
	}
	return c, nil
}

// labelFit is the fit with a label: codebooks, then counts in each class.
type labelFit struct {
	schema *space.Schema
	rows   int64
	label  int
	coded  *coded // after the first pass
	model  *Model // after the second
}

func (f *labelFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *labelFit) NewStats() mimic.Stats {
	if f.coded == nil {
		return dist.NewSummaries(f.schema)
	}
	return newClassCounts(f)
}

func (f *labelFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *labelFit) Step(_ context.Context, total mimic.Stats) (err error) {
	if f.coded == nil {
		if f.coded, err = newCoded(f.schema, total.(*dist.Summaries)); err != nil {
			return err
		}
		classes, codes := 0, 0
		for i, j := range f.coded.fields {
			if j == f.label {
				classes = f.coded.books[i].Codes()
			} else {
				codes += f.coded.books[i].Codes()
			}
		}
		return checkCells(classes, codes, "choose a label with fewer values")
	}
	f.model, err = total.(*classCounts).model()
	return err
}

// classCounts are how often each code of each feature comes with each class.
type classCounts struct {
	fit     *labelFit
	classes int
	book    *dist.Codebook // of the label
	prior   []float64
	counts  [][]float64 // [learned fields][classes × codes], at y·codes + code; nil for the label
}

func newClassCounts(f *labelFit) *classCounts {
	c := &classCounts{fit: f, counts: make([][]float64, len(f.coded.fields))}
	for i, j := range f.coded.fields {
		if j == f.label {
			c.book, c.prior = f.coded.books[i], f.coded.p[i]
			c.classes = c.book.Codes()
		}
	}
	for i, j := range f.coded.fields {
		if j != f.label {
			c.counts[i] = make([]float64, c.classes*f.coded.books[i].Codes())
		}
	}
	return c
}

func (c *classCounts) Add(b *table.Batch) error {
	var classes, codes [chunk]uint16
	for lo := 0; lo < b.N; lo += chunk {
		hi := min(lo+chunk, b.N)
		c.book.Encode(classes[:hi-lo], b.Cols[c.fit.label].Slice(lo, hi))
		for i, j := range c.fit.coded.fields {
			if j == c.fit.label {
				continue
			}
			book, counts := c.fit.coded.books[i], c.counts[i]
			n := book.Codes()
			book.Encode(codes[:hi-lo], b.Cols[j].Slice(lo, hi))
			for i, code := range codes[:hi-lo] {
				switch w := b.WeightOf(lo + i); {
				case w == 0:
				case classes[i] == dist.Outside || code == dist.Outside:
					return fmt.Errorf("row %d has values outside the sample space that the first pass did not see", b.First+int64(lo+i))
				default:
					counts[int(classes[i])*n+int(code)] += w
				}
			}
		}
	}
	return nil
}

func (c *classCounts) Merge(later mimic.Stats) error {
	for i, counts := range later.(*classCounts).counts {
		addTo(c.counts[i], counts)
	}
	return nil
}

// model smooths the counts of each class toward the code distribution of all
// rows, by the strength that leave-one-out likelihood chooses for the field.
func (c *classCounts) model() (m *Model, err error) {
	m = &Model{schema: c.fit.schema, label: c.fit.label, book: c.book}
	if m.prior, err = dist.NewCategorical(c.prior); err != nil {
		return nil, fmt.Errorf("label %q: %w", c.fit.schema.Fields[c.fit.label].Name, err)
	}
	for i, j := range c.fit.coded.fields {
		if j == c.fit.label {
			continue
		}
		book, base := c.fit.coded.books[i], c.fit.coded.p[i]
		n := book.Codes()
		groups := make([][]float64, c.classes)
		for y := range groups {
			groups[y] = c.counts[i][y*n : (y+1)*n]
		}
		strength := dist.Strength(groups, base)
		given := make([]*dist.Categorical, c.classes)
		for y, counts := range groups {
			dist.Smooth(counts, counts, base, strength)
			if given[y], err = dist.NewCategorical(counts); err != nil {
				return nil, fmt.Errorf("field %q: %w", c.fit.schema.Fields[j].Name, err)
			}
		}
		m.features = append(m.features, newFeature(j, book, given))
	}
	return m, nil
}
