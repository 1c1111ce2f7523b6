package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	// guessRows is how many rows the first guess of a column's form looks at.
	guessRows = 4096
	// wideRows is how many different texts in a row make a column wide.
	wideRows = 256
)

// Read reads the inputs as one dataset: rows in the order of inputs. All have
// the same columns, in any order.
func Read(ctx context.Context, inputs []Input, opt Options) (*table.Table, *Report, error) {
	r := &reader{inputs: inputs, opt: opt, report: Report{Files: len(inputs)}}
	if err := r.match(); err != nil {
		return nil, nil, err
	}
	if opt.Schema == nil {
		if err := r.guess(); err != nil {
			return nil, nil, err
		}
	}
	for todo := r.columns; ; {
		if err := r.pass(ctx, todo); err != nil {
			return nil, nil, err
		}
		if todo = slices.DeleteFunc(slices.Clone(todo), func(c *column) bool { return c.settled(r.rows) }); len(todo) == 0 {
			break
		}
	}
	t, err := r.finish(ctx)
	if err != nil {
		return nil, nil, err
	}
	return t, &r.report, nil
}

// reader is one call of Read at work.
type reader struct {
	inputs  []Input
	opt     Options
	report  Report
	columns []*column // to be read: those of the schema, or all that are not dropped
	from    [][]int   // from[i][j] is where input i has columns[j]
	rows    int64     // known after the first pass
}

// guess chooses the forms that the columns are read in first, from the first
// rows of the first input.
func (r *reader) guess() error {
	in := r.inputs[0]
	pass, err := in.Open()
	if err != nil {
		return err
	}
	defer pass.Close()
	b, err := pass.Next()
	if err == io.EOF {
		return fmt.Errorf("%s: there are no rows", in.Name())
	}
	if err != nil {
		return err
	}
	defer b.Release()
	var chunk Chunk
	if err := b.Decode(&chunk, slices.Repeat([]bool{true}, len(in.Columns()))); err != nil {
		return err
	}
	rows := min(chunk.Rows, guessRows)
	var scratch cells
	for j, c := range r.columns {
		c.start(1, int64(rows))
		if c.typ == nil {
			c.read(&scratch, &chunk.Cols[r.from[0][j]], rows, 0)
			c.add(&scratch, rows, 0, func(int) string { return "" })
			c.unify()
		}
		distinct := rows >= wideRows && len(c.texts) == rows
		c.reading = c.profile(int64(rows)).Reread(c.override)
		c.wide = distinct && c.typ == nil && c.reading.Form == space.AsText
	}
	return nil
}

// item is a block on its way through the workers.
type item struct {
	Block
	input int
}

// scratch is the memory of a worker.
type scratch struct {
	chunk Chunk
	cells []cells
}

// pass reads some of the columns, all rows of them.
func (r *reader) pass(ctx context.Context, columns []*column) error {
	var (
		blocks = blocks{inputs: r.inputs}
		own    = make([]scratch, par.Workers(ctx))
		from   = make([][]int, len(r.inputs)) // as r.from, of columns
		want   = make([][]bool, len(r.inputs))
		first  = r.rows == 0 // no pass has been made
		size   = r.size()
		done   int64
		rows   int64
	)
	defer blocks.close()
	for i, in := range r.inputs {
		want[i] = make([]bool, len(in.Columns()))
		for _, c := range columns {
			j := r.from[i][c.index]
			from[i] = append(from[i], j)
			want[i][j] = true
		}
	}
	for _, c := range columns {
		c.start(len(own), r.rows)
	}
	for w := range own {
		own[w].cells = make([]cells, len(columns))
	}
	read := func(worker int, b item) error {
		s := &own[worker]
		if err := b.Decode(&s.chunk, want[b.input]); err != nil {
			return err
		}
		for k, c := range columns {
			c.read(&s.cells[k], &s.chunk.Cols[from[b.input][k]], s.chunk.Rows, worker)
		}
		return nil
	}
	add := func(worker int, b item) error {
		s := &own[worker]
		place := func(row int) string {
			return fmt.Sprintf("%s:%d", r.inputs[b.input].Name(), s.chunk.Line(row))
		}
		done += b.Size()
		if rows == 0 && first && size > 0 {
			// Columns that are grown by copying are in memory twice.
			expected := int64(float64(s.chunk.Rows) * 1.05 * float64(size) / float64(done))
			for _, c := range columns {
				c.reserve(expected)
			}
		}
		for k, c := range columns {
			c.add(&s.cells[k], s.chunk.Rows, worker, place)
		}
		rows += int64(s.chunk.Rows)
		if first {
			r.skipped(b.input, s.chunk.Bad)
		}
		if r.opt.Progress != nil {
			r.opt.Progress("read", done, size)
		}
		b.Release()
		return nil
	}
	if err := par.Stream(ctx, blocks.next, read, add); err != nil {
		return err
	}
	if !first && rows != r.rows {
		return fmt.Errorf("%s changed while it was read: %d rows, then %d", r.inputs[0].Name(), r.rows, rows)
	}
	r.rows = rows
	return par.Do(ctx, len(columns), func(k int) error { columns[k].unify(); return nil })
}

// size returns the size of all inputs, or 0 if it is not known.
func (r *reader) size() (total int64) {
	for _, in := range r.inputs {
		size := in.Size()
		if size == 0 {
			return 0
		}
		total += size
	}
	return total
}

// maxBadListed is how many of the rows that were skipped are reported one by one.
const maxBadListed = 20

func (r *reader) skipped(input int, bad []BadRow) {
	r.report.Skipped += int64(len(bad))
	for _, b := range bad[:min(len(bad), maxBadListed-len(r.report.Bad))] {
		b.Err = fmt.Errorf("%s:%d: %w", r.inputs[input].Name(), b.Line, b.Err)
		r.report.Bad = append(r.report.Bad, b)
	}
}

// blocks hands out the blocks of all inputs in their order.
type blocks struct {
	inputs []Input
	input  int
	open   Pass
}

func (b *blocks) next() (item, error) {
	for {
		if b.open == nil {
			if b.input == len(b.inputs) {
				return item{}, io.EOF
			}
			var err error
			if b.open, err = b.inputs[b.input].Open(); err != nil {
				return item{}, err
			}
		}
		block, err := b.open.Next()
		if err != io.EOF {
			return item{block, b.input}, err
		}
		err = b.open.Close()
		b.open = nil
		b.input++
		if err != nil {
			return item{}, err
		}
	}
}

func (b *blocks) close() {
	if b.open != nil {
		b.open.Close()
	}
}

// finish makes the table of what was read.
func (r *reader) finish(ctx context.Context) (*table.Table, error) {
	if r.rows == 0 && r.opt.Schema == nil {
		return nil, fmt.Errorf("%s: there are no rows", r.inputs[0].Name())
	}
	s := r.opt.Schema
	if s == nil {
		var err error
		if s, err = r.infer(); err != nil {
			return nil, err
		}
	}
	b := &table.Batch{Schema: s, N: int(r.rows), Cols: make([]table.Column, len(s.Fields))}
	err := par.Do(ctx, len(r.columns), func(i int) (err error) {
		c := r.columns[i]
		f := &s.Fields[c.position]
		if c.field != nil && c.bad.Count > 0 {
			return fmt.Errorf("%s: column %q: %q is not a value of kind %v, which the schema says (%d of %d values)",
				c.bad.Place, c.name, c.bad.First, f.Kind, c.bad.Count, r.rows)
		}
		b.Cols[c.position], err = c.values(f)
		return err
	})
	if err != nil {
		return nil, err
	}
	r.report.Rows = r.rows
	return table.New(b), r.unknown()
}

// infer returns the sample space of the columns.
func (r *reader) infer() (*space.Schema, error) {
	profiles := make([]*space.Profile, len(r.columns))
	for j, c := range r.columns {
		profiles[j] = c.profile(r.rows)
	}
	s, err := space.Infer(profiles, r.opt.Overrides)
	if err != nil {
		return nil, err
	}
	s.Dialect = r.inputs[0].Dialect()
	if o := r.opt.Overrides; o != nil && o.Dialect != nil {
		s.Dialect = *o.Dialect
	}
	return s, nil
}

// unknown reports the values outside the sample space, as an error where they
// are not allowed.
func (r *reader) unknown() error {
	var wrong []error
	for _, c := range r.columns {
		if c.outside.Count == 0 {
			continue
		}
		r.report.Unknown = append(r.report.Unknown, Unknown{c.name, c.outside})
		at := ""
		if c.outside.Place != "" {
			at = c.outside.Place + ": "
		}
		wrong = append(wrong, fmt.Errorf("%scolumn %q: %q is outside the sample space that the schema gives (%d of %d values)",
			at, c.name, c.outside.First, c.outside.Count, r.rows))
	}
	if r.opt.AllowUnknown {
		return nil
	}
	return errors.Join(wrong...)
}
