package condition

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// ImputeOptions of Impute; the zero value is a good default.
type ImputeOptions struct {
	Seed uint64
	// Draw numbers the imputation: several are several draws of every gap, so
	// that what is computed from each shows how much the gaps leave open.
	//
	// Reference: Rubin (1987), Multiple imputation for nonresponse in surveys.
	Draw uint64

	// Progress, if set, is told how many rows are written.
	Progress func(stage string, done, total int64)
}

// Gaps counts what Impute filled.
type Gaps struct {
	Rows   int64 // rows with a gap
	Filled int64 // cells
	Left   int64 // cells of fields that never had a value in training: still missing
	Exact  int64 // rows whose draw was exact
	// Poor counts the rows whose draw was worth fewer than 16 equally likely
	// candidates, and Least is what the worst was worth (+Inf if all were exact).
	Poor  int64
	Least float64
}

// Impute writes the rows of src to w with their missing cells drawn from their
// distribution given the known cells of the row, which stay as they are, bit by
// bit. A row's draw depends on the seed, the draw and the row's index alone. It
// does not close w.
//
// A model that is no mimic.Imputer is asked for the exact conditional of each
// row that has a gap, or, where it knows of none, for weighted draws.
func Impute(ctx context.Context, m mimic.Model, src table.Source, w table.Writer, opt ImputeOptions) (Gaps, error) {
	gaps := Gaps{Least: math.Inf(1)}
	filler, ok := m.(mimic.Imputer)
	if !ok {
		exact, _ := m.(mimic.Conditioner)
		draws, _ := m.(mimic.Proposer)
		if exact == nil && draws == nil {
			return gaps, fmt.Errorf("filling gaps by %s: %w", m.Kind(), mimic.ErrUnsupported)
		}
		filler = rowByRow{exact, draws, m.Schema()}
	}
	key := rng.New(opt.Seed).Child(opt.Draw)
	rows := src.Rows()
	// A wave of blocks is filled side by side and written in order.
	wave := int64(4 * par.Workers(ctx))
	filled := make([]*table.Batch, wave)
	counts := make([]Gaps, wave)
	for first := int64(0); first < rows; first += wave * table.BlockRows {
		blocks := min(wave, (rows-first+table.BlockRows-1)/table.BlockRows)
		err := par.Do(ctx, int(blocks), func(i int) (err error) {
			lo := first + int64(i)*table.BlockRows
			b, err := src.Batch(table.Range{Lo: lo, Hi: min(lo+table.BlockRows, rows)})
			if err == nil {
				filled[i], counts[i], err = fillBlock(filler, b, key)
			}
			return err
		})
		if err != nil {
			return gaps, fmt.Errorf("fill gaps by %s: %w", m.Kind(), err)
		}
		for i := range blocks {
			if err := w.Write(filled[i]); err != nil {
				return gaps, err
			}
			gaps.add(counts[i])
			if opt.Progress != nil {
				opt.Progress("impute", min(first+(i+1)*table.BlockRows, rows), rows)
			}
		}
	}
	return gaps, nil
}

func (g *Gaps) add(h Gaps) {
	g.Rows += h.Rows
	g.Filled += h.Filled
	g.Left += h.Left
	g.Exact += h.Exact
	g.Poor += h.Poor
	g.Least = min(g.Least, h.Least)
}

// fillBlock returns a copy of b without gaps.
func fillBlock(filler mimic.Imputer, b *table.Batch, key rng.Key) (*table.Batch, Gaps, error) {
	g := Gaps{Least: math.Inf(1)}
	c := *b
	c.Cols = append([]table.Column(nil), b.Cols...)
	before := make([]int, b.N) // gaps of each row
	for j := range c.Cols {
		n := countMissing(before, b.Cols[j])
		g.Filled += n
		if n > 0 {
			c.Cols[j].Num = append([]float64(nil), b.Cols[j].Num...)
			c.Cols[j].Code = append([]int32(nil), b.Cols[j].Code...)
		}
	}
	if g.Filled == 0 {
		return b, g, nil
	}
	effective := make([]float64, b.N)
	if err := filler.Impute(&c, effective, key); err != nil {
		return nil, g, err
	}
	for j := range c.Cols {
		g.Left += countMissing(make([]int, b.N), c.Cols[j])
	}
	g.Filled -= g.Left
	for i, n := range before {
		switch e := effective[i]; {
		case n == 0:
			continue
		case math.IsInf(e, 1):
			g.Exact++
		case e < enoughEffective:
			g.Poor++
		}
		g.Rows++
		g.Least = min(g.Least, effective[i])
	}
	return &c, g, nil
}

// countMissing adds 1 to each row [n rows] without a value, and returns how many
// there are.
func countMissing(rows []int, c table.Column) (n int64) {
	for i, x := range c.Num {
		if x != x {
			rows[i]++
			n++
		}
	}
	for i, k := range c.Code {
		if k == table.Missing {
			rows[i]++
			n++
		}
	}
	return n
}

// rowByRow fills gaps by the exact conditional of each row, or where there is none by
// weighted draws.
type rowByRow struct {
	exact  mimic.Conditioner // or nil
	draws  mimic.Proposer    // or nil
	schema *space.Schema
}

func (f rowByRow) Impute(b *table.Batch, effective []float64, k rng.Key) error {
	one := newBatch(f.schema, 0, 1)
	draws := &weighedDraws{p: f.draws, schema: f.schema}
	for i := range b.N {
		effective[i] = math.Inf(1)
		e, gaps := known(f.schema, b, i)
		if len(gaps) == 0 {
			continue
		}
		from, at, key := one, 0, k.Child(uint64(b.First)+uint64(i))
		err := f.drawExactly(one, e, key)
		if errors.Is(err, mimic.ErrUnsupported) && f.draws != nil {
			from, at, effective[i], err = draws.draw(e, key)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", b.First+int64(i), err)
		}
		for _, j := range gaps {
			if c := b.Cols[j]; c.Num != nil {
				c.Num[i] = from.Cols[j].Num[at]
			} else {
				c.Code[i] = from.Cols[j].Code[at]
			}
		}
	}
	return nil
}

// drawExactly sets the only row of dst to a draw from the conditional, where that is
// exact.
func (f rowByRow) drawExactly(dst *table.Batch, e space.Evidence, k rng.Key) error {
	if f.exact == nil {
		return mimic.ErrUnsupported
	}
	m, err := f.exact.Condition(e)
	if err != nil {
		return err
	}
	s, ok := m.(mimic.Sampler)
	if !ok {
		return fmt.Errorf("samples of %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	return s.Sample(dst, k)
}

// known returns what row i of b tells, that its gaps have values included, and
// the fields of its gaps.
func known(s *space.Schema, b *table.Batch, i int) (e space.Evidence, gaps []int) {
	for j := range s.Fields {
		f, c := &s.Fields[j], b.Cols[j]
		g := space.Given{Field: j}
		switch {
		case !f.Kind.Learned():
			continue
		case c.Num != nil && c.Num[i] == c.Num[i]:
			g.Ranges = []space.Interval{{Min: c.Num[i], Max: c.Num[i]}}
		case c.Num != nil:
			g.Ranges = []space.Interval{{Min: math.Inf(-1), Max: math.Inf(1)}}
			gaps = append(gaps, j)
		case c.Code[i] != table.Missing:
			g.Codes = []int32{c.Code[i]}
		case len(f.Levels) == 0:
			g.Missing = true // there is nothing to fill it with
		default:
			for k := range f.Levels {
				g.Codes = append(g.Codes, int32(k))
			}
			gaps = append(gaps, j)
		}
		e = append(e, g)
	}
	return e, gaps
}
