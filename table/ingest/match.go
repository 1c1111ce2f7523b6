package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
)

// match finds the columns to be read in all inputs, by their names.
func (r *reader) match() error {
	if len(r.inputs) == 0 {
		return errors.New("nothing to read")
	}
	first := r.inputs[0]
	if s := r.opt.Schema; s != nil {
		if err := r.matchSchema(first, s); err != nil {
			return err
		}
	} else if err := r.matchAll(first); err != nil {
		return err
	}
	for _, in := range r.inputs {
		at, err := r.find(in)
		if err != nil {
			return err
		}
		r.from = append(r.from, at)
	}
	return nil
}

// matchSchema takes the columns that a schema names, and notes which others
// there are.
func (r *reader) matchSchema(first Input, s *space.Schema) error {
	names := names(first)
	var lost []string
	for j := range s.Fields {
		f := &s.Fields[j]
		i := slices.Index(names, f.Name)
		switch {
		case i >= 0:
			c := &column{name: f.Name, typ: first.Columns()[i].Type, field: f}
			c.strict()
			r.columns = append(r.columns, c)
		case f.Kind == space.ID:
			r.report.Notes = append(r.report.Notes, fmt.Sprintf("%s has no column %q; it is not needed", first.Name(), f.Name))
		default:
			lost = append(lost, quoteWithNearest(f.Name, names))
		}
	}
	if len(lost) > 0 {
		return fmt.Errorf("%s does not have %s of the schema: %s", first.Name(), plural("column", len(lost)), strings.Join(lost, ", "))
	}
	for _, n := range names {
		if s.Index(n) < 0 {
			r.report.Ignored = append(r.report.Ignored, n)
		}
	}
	return nil
}

// matchAll takes all columns but those that are dropped.
func (r *reader) matchAll(first Input) error {
	names := names(first)
	for _, n := range r.opt.Drop {
		if !slices.Contains(names, n) {
			return fmt.Errorf("%s does not have the column %s that is to be dropped", first.Name(), quoteWithNearest(n, names))
		}
	}
	if o := r.opt.Overrides; o != nil {
		if err := o.Check(names); err != nil {
			return fmt.Errorf("%s: %w", first.Name(), err)
		}
	}
	for i, n := range names {
		if slices.Contains(r.opt.Drop, n) {
			continue
		}
		c := &column{name: n, typ: first.Columns()[i].Type}
		if o := r.opt.Overrides; o != nil {
			c.override = o.Field(n)
		}
		r.columns = append(r.columns, c)
	}
	if len(r.columns) == 0 {
		return fmt.Errorf("%s: no column is left", first.Name())
	}
	return nil
}

// find returns where an input has the columns.
func (r *reader) find(in Input) (at []int, err error) {
	first, columns, names := r.inputs[0], in.Columns(), names(in)
	var lost []string
	for _, c := range r.columns {
		i := slices.Index(names, c.name)
		if i < 0 {
			lost = append(lost, quoteWithNearest(c.name, names))
			continue
		}
		if typ := columns[i].Type; !sameType(typ, c.typ) {
			return nil, fmt.Errorf("column %q is %s in %s, but %s in %s", c.name, typeName(c.typ), first.Name(), typeName(typ), in.Name())
		}
		at = append(at, i)
	}
	if len(lost) > 0 {
		return nil, fmt.Errorf("%s does not have %s of %s: %s", in.Name(), plural("column", len(lost)), first.Name(), strings.Join(lost, ", "))
	}
	for i, n := range names {
		switch {
		case slices.Index(names, n) != i:
			return nil, fmt.Errorf("%s has two columns %q", in.Name(), n)
		case r.opt.Schema == nil && !slices.Contains(r.opt.Drop, n) && len(columns) > 0 &&
			!slices.ContainsFunc(r.columns, func(c *column) bool { return c.name == n }):
			return nil, fmt.Errorf("%s has a column %q that %s does not have", in.Name(), n, first.Name())
		}
	}
	return at, nil
}

func names(in Input) []string {
	names := make([]string, len(in.Columns()))
	for i, c := range in.Columns() {
		names[i] = c.Name
	}
	return names
}

// sameType reports whether columns of two files come in the same form.
func sameType(a, b *space.Field) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Unit == b.Unit && (a.Unit == 0 || a.Kind == b.Kind)
}

func typeName(t *space.Field) string {
	if t == nil {
		return "text"
	}
	return t.Kind.String()
}

func plural(what string, n int) string {
	if n == 1 {
		return what
	}
	return what + "s"
}

// quoteWithNearest quotes a name that was not found, and the name that may have
// been meant.
func quoteWithNearest(name string, names []string) string {
	best, least := "", 1+len(name)/3
	for _, n := range names {
		if d := distance(strings.ToLower(name), strings.ToLower(n)); d <= least && (best == "" || d < least) {
			best, least = n, d
		}
	}
	if best == "" {
		return fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%q (is it %q?)", name, best)
}

// distance returns the edit distance of Levenshtein, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
