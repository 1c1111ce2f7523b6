// Package sample makes rows from a model, as many as wanted: in parallel, in
// order, in bounded memory, and any part of the sequence without the rest.
//
// A seed stands for one endless sequence of rows, indexed from 0. A row depends
// on the model, the seed and its index alone: not on the number of workers, the
// range asked for, or where the rows are written.
package sample

import (
	"context"
	"io"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// BlockRows is the number of rows that are made at once, at most: a BlockSampler
// may ask for fewer. Blocks are aligned to the index of the sequence, so that a model
// that has to draw a whole block of rows to know one of them draws no block twice.
const BlockRows = 32768

// Options of a sample.
type Options struct {
	Rows table.Range // the rows of the sequence to make
	Seed uint64      // of the sequence

	// Progress, if set, is told how many rows are written, block by block.
	Progress func(stage string, done, total int64)
}

// Run writes the rows of opt to w, in order, and does not close it. What it
// holds, a block for each of the context's workers, does not grow with the
// number of rows. w does not keep the batches that it is given. A cancelled
// context ends the run with its error.
func Run(ctx context.Context, m mimic.Model, w table.Writer, opt Options) error {
	g, err := newGenerator(m, opt.Rows, opt.Seed)
	if err != nil {
		return err
	}
	p, parallel := w.(table.ParallelWriter)
	type scratch struct {
		whole, block *table.Batch // block is a view of whole
		text         []byte
	}
	own := make([]scratch, par.Workers(ctx))
	block := -1
	next := func() (int, error) {
		if block++; block == g.blocks() {
			return 0, io.EOF
		}
		return block, nil
	}
	generate := func(worker, block int) (err error) {
		s := &own[worker]
		if s.whole == nil {
			s.whole = g.newBatch()
		}
		s.block = g.view(s.whole, block)
		if err = g.fill(s.block); err == nil && parallel {
			s.text, err = p.AppendBatch(s.text[:0], s.block)
		}
		return err
	}
	write := func(worker, _ int) (err error) {
		s := &own[worker]
		if parallel {
			err = p.WriteEncoded(s.text)
		} else {
			err = w.Write(s.block)
		}
		if err == nil && opt.Progress != nil {
			opt.Progress("sample", s.block.First+int64(s.block.N)-opt.Rows.Lo, opt.Rows.Rows())
		}
		return err
	}
	return par.Stream(ctx, next, generate, write)
}

// Table returns rows r of the sequence of the seed in memory. The table's own
// index starts at 0.
func Table(ctx context.Context, m mimic.Model, r table.Range, seed uint64) (*table.Table, error) {
	g, err := newGenerator(m, r, seed)
	if err != nil {
		return nil, err
	}
	all := table.NewBatch(m.Schema(), r.Lo, int(r.Rows()))
	err = par.Do(ctx, g.blocks(), func(i int) error {
		rows := g.rows(i)
		return g.fill(all.Slice(int(rows.Lo-r.Lo), int(rows.Hi-r.Lo)))
	})
	if err != nil {
		return nil, err
	}
	return table.New(all), nil
}
