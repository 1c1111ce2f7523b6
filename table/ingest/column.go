package ingest

import (
	"maps"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
)

// column is one column of the dataset: its values in the form in which it is
// read, and what is noticed of them.
type column struct {
	given

	reading space.Reading
	final   bool // the reading was chosen with all cells known
	wide    bool // AsText: hardly a text comes twice; they are kept as they are

	num   []float64
	code  []int32
	text  []string // if wide
	parts []part   // by worker
	runs  []run    // AsText: which worker coded which rows

	numbers  space.Numbers
	markers  map[string]int64
	null     int64
	bad      space.Misfits
	outside  space.Misfits
	quoted   bool
	unquoted bool

	texts  []string // AsText: the distinct ones, by first appearance
	counts []int64  // of texts; nil: each comes once
}

// given is what is known of a column before it is read.
type given struct {
	name     string
	index    int             // among the columns that are read
	position int             // of its field in the schema
	typ      *space.Field    // what typed formats say of it, or nil
	override *space.Override // nil: nothing
	field    *space.Field    // of the schema, or nil: to be inferred
	levels   *levels         // of field, if it is coded
	// sentinels are declared markers of a missing value that look like a value:
	// "-999".
	sentinels []string
}

// sentinels returns the markers that may be values.
func sentinels(markers []string) []string {
	return slices.DeleteFunc(slices.Clone(markers), func(m string) bool { return !strings.ContainsAny(m, "0123456789") })
}

// part is what a worker notices of all its chunks, in any order.
type part struct {
	dict     dict
	distinct space.Distinct
	times    space.Times
}

type run struct{ worker, rows int }

// strict prepares c to be read by its field.
func (c *column) strict() {
	f := c.field
	switch {
	case f.Kind.Coded():
		c.levels = newLevels(f)
	case f.Kind == space.ID:
		c.wide = true
	case (f.Kind == space.Datetime || f.Kind == space.Duration) && c.typ == nil:
		c.reading = space.Reading{Form: space.AsTimes, How: *f}
	default:
		c.reading.Form = space.AsNumbers
	}
	c.final = true
}

// marks reports whether a text that is no value of the column is a marker of a
// missing one.
func (c *column) marks(text []byte) bool {
	if c.field != nil && c.field.IsMissing(text) {
		return true
	}
	return c.override.Marks(text)
}

// isSentinel reports whether a text is missing, though it looks like a value.
func (c *column) isSentinel(text []byte) bool {
	for _, s := range c.sentinels {
		if s == string(text) {
			return true
		}
	}
	return false
}

// required reports whether the schema says that no value of c is missing.
func (c *column) required() bool {
	return c.field != nil && c.field.Kind != space.ID && !c.field.Optional()
}

// start makes c ready for a pass by so many workers, with room for so many rows.
func (c *column) start(workers int, rows int64) {
	*c = column{
		given: c.given, reading: c.reading, final: c.final, wide: c.wide,
		parts: make([]part, workers),
	}
	for w := range c.parts {
		c.parts[w].times = c.reading.Times.Again()
	}
	c.grow(rows)
}

// grow makes room for so many rows, or takes back what is not needed.
func (c *column) grow(rows int64) {
	switch {
	case c.wide:
		c.text = resize(c.text, int(rows))
	case c.reading.Form == space.AsText:
		c.code = resize(c.code, int(rows))
	default:
		c.num = resize(c.num, int(rows))
	}
}

// resize returns s with n values. New memory is not touched, so that what is not
// used of it costs nothing, and what is, is fetched by the workers who use it.
func resize[T any](s []T, n int) []T {
	if n <= len(s) {
		return s[:n]
	}
	more := make([]T, n)
	if len(s) > 0 { // a make with a copy at its heels would clear the rest
		copy(more, s)
	}
	return more
}

// end ends a pass that has read so many rows.
func (c *column) end(rows int64) {
	c.grow(rows)
	c.unify()
}

// read reads the rows of a chunk, the first of which is row at of the dataset.
func (c *column) read(dst *cells, v *Values, at, rows, worker int) {
	dst.reset()
	p := &c.parts[worker]
	switch {
	case c.wide:
		dst.text = c.text[at : at+rows]
		dst.keepTexts(v, &p.dict)
	case c.reading.Form == space.AsText:
		dst.code = c.code[at : at+rows]
		dst.readTexts(v, c, &p.dict)
	default:
		dst.num = c.num[at : at+rows]
		if v.Num != nil {
			dst.readTyped(v, c)
		} else {
			dst.readNumbers(v, c, &p.times)
		}
	}
	switch {
	case c.field == nil && c.reading.Form == space.AsNumbers:
		p.distinct.Add(dst.num)
	case c.field != nil && c.field.Kind.Numeric():
		dst.checkRange(c.field)
	}
}

// add adds up what the next rows tell.
func (c *column) add(src *cells, rows, worker int, place func(row int) string) {
	if len(src.code) > 0 {
		c.runs = append(c.runs, run{worker, rows})
	}
	c.numbers.Merge(&src.numbers)
	for m, n := range src.markers {
		if c.markers == nil {
			c.markers = map[string]int64{}
		}
		c.markers[m] += n
	}
	c.null += src.null
	c.quoted = c.quoted || src.quoted
	c.unquoted = c.unquoted || src.unquoted
	for _, m := range []struct {
		to   *space.Misfits
		from *misfits
	}{{&c.bad, &src.bad}, {&c.outside, &src.outside}} {
		if m.from.count > 0 {
			m.to.Merge(space.Misfits{Count: m.from.count, First: m.from.first, Place: place(m.from.row)})
		}
	}
}

// profile returns what inference needs to know.
func (c *column) profile(rows int64) *space.Profile {
	p := &space.Profile{
		Name: c.name, Form: c.reading.Form, Type: c.typ,
		Cells: rows, Null: c.null, Quoted: c.quoted && !c.unquoted,
		Markers: maps.Clone(c.markers), Bad: c.bad,
		Numbers: c.numbers, Levels: c.texts, Counts: c.counts,
	}
	for w := range c.parts {
		p.Distinct.Merge(&c.parts[w].distinct)
		p.Times.Merge(&c.parts[w].times)
	}
	if c.typ != nil && c.typ.Unit > 0 && c.reading.Form == space.AsNumbers {
		p.Grain = space.Grain(c.num, c.typ.Unit)
	}
	return p
}

// settled reports whether c was read in the way that suits all of its cells; if
// not, it makes ready to read it again in a better one. Ticks that were read in a
// finer unit than is needed are good.
func (c *column) settled(rows int64) bool {
	if c.final {
		return true
	}
	was, now := c.reading, c.profile(rows).Reread(c.override)
	if now.Form == was.Form && (now.Form != space.AsTimes || now.How.Kind == was.How.Kind &&
		now.How.Layout == was.How.Layout && now.How.Unit%was.How.Unit == 0) {
		return true
	}
	c.reading, c.final = now, was.Form == space.AsText
	return false
}

// number reads a number, or a datetime or duration in ticks, the layout of which
// times find out where no schema gives it.
func (c *column) number(text []byte, numbers *space.Numbers, times *space.Times) (x float64, ok bool) {
	switch {
	case c.isSentinel(text):
		return 0, false
	case c.reading.Form == space.AsNumbers:
		return numbers.AddCell(text)
	case c.field == nil:
		return times.Ticks(space.Trim(text), c.reading.How.Unit)
	}
	x, err := c.field.ParseNum(space.Trim(text))
	return x, err == nil
}
