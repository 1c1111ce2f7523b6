package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/internal/spell"
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
	for i, c := range r.columns {
		c.index = i
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
	index := index(first)
	var lost []string
	for j := range s.Fields {
		f := &s.Fields[j]
		i, ok := index[f.Name]
		switch {
		case ok:
			c := &column{given: given{
				name: f.Name, position: j, typ: first.Columns()[i].Type, field: f, sentinels: sentinels(f.Missing),
			}}
			c.strict()
			r.columns = append(r.columns, c)
		case f.Kind == space.ID:
			r.report.Notes = append(r.report.Notes, fmt.Sprintf("%s has no column %q; it is not needed", first.Name(), f.Name))
		default:
			lost = append(lost, f.Name)
		}
	}
	switch {
	case r.opt.AllowAbsent && len(r.columns) > 0:
		r.report.Absent = lost
	case len(lost) > 0:
		return fmt.Errorf("%s does not have all columns of the schema: %s", first.Name(), suggest(lost, first))
	}
	for _, n := range names(first) {
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
			return fmt.Errorf("%s: %w to drop: %s", first.Name(), space.ErrNoColumn, suggest([]string{n}, first))
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
		c := &column{given: given{name: n, position: len(r.columns), typ: first.Columns()[i].Type}}
		if o := r.opt.Overrides; o != nil {
			if c.override = o.Field(n); c.override.Has(space.SetMissing) {
				c.sentinels = sentinels(c.override.Missing)
			}
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
	first, columns, index := r.inputs[0], in.Columns(), index(in)
	taken := make(map[string]bool, len(r.columns))
	var lost []string
	for _, c := range r.columns {
		taken[c.name] = true
		i, ok := index[c.name]
		if !ok {
			lost = append(lost, c.name)
			continue
		}
		if typ := columns[i].Type; !sameType(typ, c.typ) {
			return nil, fmt.Errorf("column %q is %s in %s, but %s in %s", c.name, typeName(c.typ), first.Name(), typeName(typ), in.Name())
		}
		at = append(at, i)
	}
	if len(lost) > 0 {
		return nil, fmt.Errorf("%s does not have all columns of %s: %s", in.Name(), first.Name(), suggest(lost, in))
	}
	for i, c := range columns {
		if index[c.Name] != i {
			return nil, fmt.Errorf("%s has two columns %q", in.Name(), c.Name)
		}
		if r.opt.Schema == nil && !taken[c.Name] && !slices.Contains(r.opt.Drop, c.Name) {
			return nil, fmt.Errorf("%s has a column %q that %s does not have", in.Name(), c.Name, first.Name())
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

// index returns where the columns of an input are, by name.
func index(in Input) map[string]int {
	at := make(map[string]int, len(in.Columns()))
	for i, c := range in.Columns() {
		at[c.Name] = i
	}
	return at
}

// maxLost is how many of the columns that are missed an error names.
const maxLost = 5

// suggest names the columns that an input does not have, and what may have been
// meant.
func suggest(lost []string, in Input) string {
	there := names(in)
	said, strange := make([]string, min(len(lost), maxLost)), false
	for i := range said {
		said[i] = strconv.Quote(lost[i])
		if near := spell.Nearest(lost[i], there); near != "" {
			said[i] += fmt.Sprintf(" (did you mean %q?)", near)
		} else {
			strange = true
		}
	}
	text := strings.Join(said, ", ")
	if more := len(lost) - len(said); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	if strange {
		text += "; " + spell.There(there)
	}
	return text
}
