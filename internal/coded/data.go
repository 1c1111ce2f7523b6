// Package coded is what the rungs over codes share: a dataset with one small
// code a cell, the fit that makes it, and the model that a distribution over
// codes becomes once every code has its codebook.
package coded

import (
	"context"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Data is a dataset in codes: two bytes a cell, column by column. It holds the
// learned fields of the schema only.
type Data struct {
	Schema *space.Schema
	Fields []int            // [learned fields], position in Schema
	Books  []*dist.Codebook // [learned fields]
	Rows   [][]float64      // [learned fields][codes], the rows with each code
	Codes  [][]uint16       // [learned fields][rows]
	Weight []float64        // [rows], nil for once each
	N      int              // rows
}

// WeightOf returns the weight of row i.
func (d *Data) WeightOf(i int) float64 {
	if d.Weight == nil {
		return 1
	}
	return d.Weight[i]
}

// Total returns the sum of the weights.
func (d *Data) Total() float64 {
	if d.Weight == nil {
		return float64(d.N)
	}
	sum := 0.0
	for _, w := range d.Weight {
		sum += w
	}
	return sum
}

// pick returns the rows of d at the given indices, in that order.
func (d *Data) pick(rows []int) *Data {
	p := *d
	p.N = len(rows)
	p.Codes = make([][]uint16, len(d.Codes))
	for j, codes := range d.Codes {
		p.Codes[j] = make([]uint16, len(rows))
		for i, r := range rows {
			p.Codes[j][i] = codes[r]
		}
	}
	if d.Weight != nil {
		p.Weight = make([]float64, len(rows))
		for i, r := range rows {
			p.Weight[i] = d.Weight[r]
		}
	}
	return &p
}

// fit makes Data in two passes, one for the codebooks and one that codes the
// rows, and then the model in one step.
type fit struct {
	data   Data
	rows   int64
	pass   int
	finish func(context.Context, *Data) (mimic.Model, Refit, error)
	model  mimic.Model
	refit  Refit
}

// Refit returns a model that has learned from the rows held out, too; see
// mimic.Refitter.
type Refit func(context.Context) (mimic.Model, error)

var _ mimic.Refitter = (*fit)(nil)

// NewFit returns the fit of a family that needs all rows in memory, coded: it
// makes the Data and hands it to finish, which returns the model.
func NewFit(s *space.Schema, rows int64, finish func(context.Context, *Data) (mimic.Model, error)) (mimic.Fit, error) {
	return NewRefitter(s, rows, func(ctx context.Context, d *Data) (mimic.Model, Refit, error) {
		m, err := finish(ctx, d)
		return m, nil, err
	})
}

// NewRefitter returns the fit of a family that holds rows of the Data out, and what
// learns from them in the end; nil where nothing is held out.
func NewRefitter(s *space.Schema, rows int64, finish func(context.Context, *Data) (mimic.Model, Refit, error)) (mimic.Refitter, error) {
	return &fit{data: Data{Schema: s, Fields: s.Learned()}, rows: rows, finish: finish}, nil
}

func (f *fit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.pass < 2 }

func (f *fit) NewStats() mimic.Stats {
	if f.pass == 0 {
		return dist.NewSummaries(f.data.Schema)
	}
	return &gathered{data: &f.data}
}

func (f *fit) Step(ctx context.Context, total mimic.Stats) (err error) {
	f.pass++
	switch s := total.(type) {
	case *dist.Summaries:
		for _, j := range f.data.Fields {
			book, rows, err := s.Field(j).Codebook()
			if err != nil {
				return err
			}
			f.data.Books = append(f.data.Books, book)
			f.data.Rows = append(f.data.Rows, rows)
		}
	case *gathered:
		s.concatenate()
		f.model, f.refit, err = f.finish(ctx, &f.data)
	}
	return err
}

func (f *fit) Model() (mimic.Model, error) { return f.model, nil }

// Refit implements mimic.Refitter.
func (f *fit) Refit(ctx context.Context) (mimic.Model, error) {
	if f.refit == nil {
		return f.model, nil
	}
	return f.refit(ctx)
}

// gathered are the statistics of the second pass: the rows themselves, in
// codes, as a list of runs that is joined at the end.
type gathered struct {
	data *Data
	runs []run
}

type run struct {
	n      int
	codes  [][]uint16
	weight []float64
}

func (g *gathered) Add(b *table.Batch) error {
	r := run{n: b.N, codes: make([][]uint16, len(g.data.Fields)), weight: b.Weight}
	for i, j := range g.data.Fields {
		r.codes[i] = make([]uint16, b.N)
		g.data.Books[i].Encode(r.codes[i], b.Cols[j])
	}
	g.runs = append(g.runs, r)
	return nil
}

func (g *gathered) Merge(later mimic.Stats) error {
	g.runs = append(g.runs, later.(*gathered).runs...)
	return nil
}

// concatenate moves the rows into the data, without those of weight 0.
func (g *gathered) concatenate() {
	d := g.data
	weighted := false
	total := 0
	for _, r := range g.runs {
		total += r.n
		weighted = weighted || r.weight != nil
	}
	d.Codes = make([][]uint16, len(d.Fields))
	for j := range d.Codes {
		d.Codes[j] = make([]uint16, 0, total)
		for i := range g.runs {
			d.Codes[j] = append(d.Codes[j], g.runs[i].codes[j]...)
			g.runs[i].codes[j] = nil
		}
	}
	d.N = total
	if !weighted {
		return
	}
	weight := make([]float64, 0, total)
	for _, r := range g.runs {
		for i := range r.n {
			w := 1.0
			if r.weight != nil {
				w = r.weight[i]
			}
			weight = append(weight, w)
		}
	}
	d.Weight = weight
	var present []int
	for i, w := range weight {
		if w > 0 {
			present = append(present, i)
		}
	}
	if len(present) < total {
		*d = *d.pick(present)
	}
}
