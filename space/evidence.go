package space

import "slices"

// Evidence is what is known of a row: the row lies in the product of the given
// sets. Fields that are not named are free. One Given a field.
type Evidence []Given

// Given restricts one field to a set of values: the union of its parts.
type Given struct {
	Field   int        // position in Schema.Fields
	Codes   []int32    // admitted codes of a coded kind, ascending
	Ranges  []Interval // admitted ranges of a numeric kind, disjoint and ascending
	Missing bool       // missing is admitted
}

// All reports whether g admits every value of its field f, so that it says
// nothing.
func (g *Given) All(f *Field) bool {
	switch {
	case f.Optional() && !g.Missing:
		return false
	case f.Kind.Numeric():
		return slices.ContainsFunc(g.Ranges, func(r Interval) bool { return r.Min <= f.Min && f.Max <= r.Max })
	case f.Kind.Coded():
		for k := range f.Levels {
			if !slices.Contains(g.Codes, int32(k)) {
				return false
			}
		}
		return g.Missing || len(f.Levels) > 0
	}
	return false
}

// Interval is a closed range of a numeric kind, in the field's unit. An end may
// be infinite.
type Interval struct{ Min, Max float64 }
