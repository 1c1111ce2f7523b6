package forest

import (
	"fmt"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// book codes the values of a part; *dist.Codebook says what each method does.
type book interface {
	Codes() int
	Missing() (code uint16, ok bool)
	Encode(dst []uint16, col table.Column)
	LogDetail(dst []float64, codes []uint16, col table.Column)
	Decode(col *table.Column, codes []uint16, u []float64)
	Wire() dist.BookWire
}

// restrictBook conditions a book, see dist.Codebook.Restrict.
func restrictBook(b book, g space.Given) (book, []float64) {
	switch b := b.(type) {
	case *dist.Codebook:
		return b.Restrict(g)
	case *groups:
		return b.restrict(g)
	}
	panic("forest: a book of another kind")
}

// column is one factor of the chain: p(code of a part | bins of the parts
// before it).
type column struct {
	part
	book    book
	rows    []float64 // [codes] training rows
	ordered bool      // codes ascend with values, and are many
	missing int       // code of a missing value in an ordered column, or -1

	views      []int // views of this column
	ask        []int32
	directions []int // views of the directions
	trees      []*tree
	line       *line    // nil for none
	tilt       *tilt    // nil for none
	turns      []*tree  // the column's distribution is their mean: each tree once, the line's some times
	borders    *borders // of the later parts of a date; else nil
}

// takeTurns sets the turns of the trees, and those of the line.
func (c *column) takeTurns() {
	c.turns = c.trees
	if c.line != nil {
		c.turns = append(slices.Clone(c.trees), slices.Repeat([]*tree{c.line.tree}, c.line.turns)...)
	}
}

// members returns the different trees that have turns.
func (c *column) members() []*tree {
	if c.line == nil {
		return c.trees
	}
	return append(slices.Clone(c.trees), c.line.tree)
}

// absent is the code of a later part of a missing value, behind all others. It
// is certain, given the first part, so that it has no probability of its own.
func (c *column) absent() uint16 { return uint16(len(c.rows)) }

// detailed reports whether a code leaves something open.
func (c *column) detailed() bool {
	_, grouped := c.book.(*groups)
	return grouped || c.of.Kind.Numeric()
}

const (
	fewCodes   = 12 // up to which numbers are treated as levels
	viewGroups = 250
)

// chainOrder returns the learned fields in the order of the chain: those of few values
// first, which are levels and whole numbers from a range of up to fewCodes, then other
// numbers; each in the order of the schema. What a class tells of a number its column can
// learn from few rows; what numbers tell of a class takes many.
func chainOrder(s *space.Schema) []int {
	return firstThen(s, func(f *space.Field) bool {
		return f.Kind.Coded() || f.Kind == space.Integer && f.Max-f.Min < fewCodes
	})
}

// levelsFirst returns the order of models that do not say theirs.
func levelsFirst(s *space.Schema) []int {
	return firstThen(s, func(f *space.Field) bool { return f.Kind.Coded() })
}

// firstThen returns the learned fields, first those of which first holds.
func firstThen(s *space.Schema, first func(*space.Field) bool) []int {
	var before, after []int
	for j := range s.Fields {
		switch f := &s.Fields[j]; {
		case !f.Kind.Learned():
		case first(f):
			before = append(before, j)
		default:
			after = append(after, j)
		}
	}
	return append(before, after...)
}

// partsIn returns the parts of fields in their order.
func partsIn(s *space.Schema, fields []int) []part {
	var parts []part
	for _, j := range fields {
		if f := &s.Fields[j]; f.Kind.Coded() {
			parts = append(parts, part{field: j, of: *f})
		} else {
			parts = append(parts, partsOf(f, j)...)
		}
	}
	return parts
}

// newColumn returns a column without trees.
func newColumn(p part, b book, rows []float64) (column, error) {
	c := column{part: p, book: b, rows: rows, missing: -1}
	if n := b.Codes(); n == 0 || n >= dist.Outside || n != len(rows) {
		return c, fmt.Errorf("field %q: %d codes", p.of.Name, n)
	}
	if p.of.Kind.Numeric() && b.Codes() > fewCodes {
		c.ordered = true
		if code, ok := b.Missing(); ok {
			c.missing = int(code)
		}
	}
	return c, nil
}

// newViews returns the views of the column at a position of the chain.
func (c *column) newViews(position int) []view {
	bin := make([]uint8, len(c.rows)+1)
	missing, optional := c.book.Missing()
	values := len(c.rows)
	if optional {
		values--
	}
	bins := values
	if values < maxViewBins-1 {
		for k := range values {
			bin[k] = uint8(k)
		}
	} else {
		bins = equalBins(bin, c.rows[:values])
	}
	if optional {
		bin[missing] = uint8(bins)
		bins++
	}
	if c.later() {
		bin[c.absent()] = uint8(bins)
		bins++
	}
	views := []view{{column: position, bin: bin, bins: bins, ordered: c.of.Kind.Numeric() || c.of.Kind == space.Ordinal || c.digit == hour}}
	if months := c.months(); months != nil {
		views = append(views, view{column: position, bin: months, bins: 13})
	}
	return views
}

// equalBins sets bin of each code so that bins have about equal mass, and
// returns their number.
func equalBins(bin []uint8, rows []float64) int {
	total := 0.0
	for _, n := range rows {
		total += n
	}
	sum, at := 0.0, 0
	for k, n := range rows {
		bin[k] = uint8(at)
		sum += n
		if k < len(rows)-1 && sum >= total*float64(at+1)/viewGroups && at < viewGroups-1 {
			at++
		}
	}
	return at + 1
}

// months returns the view of a week as its month, nil for other parts: the
// month of the Thursday of the first week of each code.
func (c *column) months() []uint8 {
	numbers, ok := c.book.(*dist.Codebook)
	if c.digit != week || !ok {
		return nil
	}
	bin := slices.Repeat([]uint8{12}, len(c.rows)+1)
	for k := range numbers.Values() {
		first, _ := numbers.Bounds(uint16(k))
		bin[k] = monthOfWeek(first)
	}
	return bin
}
