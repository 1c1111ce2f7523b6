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
		if c.start(1, int64(rows)); c.typ == nil {
			c.read(&scratch, &chunk.Cols[r.from[0][j]], 0, rows, 0)
			c.add(&scratch, rows, 0, func(int) string { return "" })
			c.unify()
		}
		distinct := rows >= wideRows && len(c.texts) == rows
		c.reading = c.profile(int64(rows)).Reread(c.override)
		c.wide = distinct && c.typ == nil && c.reading.Form == space.AsText
	}
	return nil
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
			return fmt.Errorf("%s: column %q: %q is not a value of kind %v, which the schema says (%d of %d values): correct them, or leave the cells empty where values may be missing",
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
