package ingest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// column is one column of the dataset: its values in the form in which it is
// read, and what is noticed of them.
type column struct {
	name     string
	typ      *space.Field    // what typed formats say of it, or nil
	override *space.Override // nil: nothing
	field    *space.Field    // of the schema, or nil: to be inferred
	levels   *levels         // of field, if it is coded

	form  space.Form
	how   space.Field // AsTimes: what it is read by
	final bool        // form was chosen with all cells known

	num   []float64
	code  []int32
	parts []part // by worker
	runs  []run  // AsText: which worker coded which rows

	numbers  space.Numbers
	markers  map[string]int64
	null     int64
	bad      space.Misfits
	outside  space.Misfits
	quoted   bool
	unquoted bool

	texts  []string // AsText: the distinct ones, by first appearance
	counts []int64  // of texts
}

// part is what a worker notices of all its chunks, in any order.
type part struct {
	dict     dict
	distinct space.Distinct
	times    space.Times
}

type run struct{ worker, rows int }

// levels are the levels of a schema's field.
type levels struct {
	*space.LevelIndex
	optional bool
}

// Code returns the code of a text. Where a value may be missing, any usual
// marker says that it is, unless it is a level.
func (l *levels) Code(text []byte) int32 {
	c := l.LevelIndex.Code(text)
	if c == table.Unknown && l.optional && space.IsMarker(text) {
		return table.Missing
	}
	return c
}

// strict prepares c to be read by its field.
func (c *column) strict() {
	f := c.field
	switch {
	case f.Kind.Coded():
		c.form, c.levels = space.AsText, &levels{space.NewLevelIndex(f), f.Optional()}
	case f.Kind == space.ID:
		c.form = space.AsText
	case f.Kind == space.Datetime || f.Kind == space.Duration:
		c.form, c.how = space.AsTimes, *f
	default:
		c.form = space.AsNumbers
	}
	if c.typ != nil && c.form == space.AsTimes {
		c.form = space.AsNumbers
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

// required reports whether the schema says that no value of c is missing.
func (c *column) required() bool {
	return c.field != nil && c.field.Kind != space.ID && !c.field.Optional()
}

// start makes c ready for a pass by so many workers over about so many rows.
func (c *column) start(workers int, rows int64) {
	*c = column{
		name: c.name, typ: c.typ, override: c.override, field: c.field, levels: c.levels,
		form: c.form, how: c.how, final: c.final,
		parts: make([]part, workers),
	}
	for w := range c.parts {
		c.parts[w].times = c.override.NewTimes()
	}
	c.reserve(rows)
}

// reserve makes room for so many rows.
func (c *column) reserve(rows int64) {
	if c.form == space.AsText {
		c.code = slices.Grow(c.code, int(rows))
	} else {
		c.num = slices.Grow(c.num, int(rows))
	}
}

// read reads the rows of a chunk.
func (c *column) read(dst *cells, v *Values, rows, worker int) {
	dst.reset()
	p := &c.parts[worker]
	switch {
	case v.Num != nil:
		dst.readTyped(v, rows, c, &p.dict)
	case c.form == space.AsText:
		dst.readTexts(v, rows, c, &p.dict)
	case c.form == space.AsTimes:
		dst.readTimes(v, rows, c, &p.times)
	default:
		dst.readNumbers(v, rows, c)
	}
	if c.form == space.AsNumbers {
		p.distinct.Add(dst.num)
	}
	if c.field != nil && c.field.Kind.Numeric() {
		dst.checkRange(c.field)
	}
}

// add takes over the cells of the next rows.
func (c *column) add(src *cells, rows, worker int, place func(row int) string) {
	if c.form == space.AsText {
		c.code = append(c.code, src.code...)
		c.runs = append(c.runs, run{worker, rows})
	} else {
		c.num = append(c.num, src.num...)
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

// unify gives the texts of all workers one code each, in the order of their
// first appearance, and counts them.
func (c *column) unify() {
	if c.form != space.AsText {
		return
	}
	var all dict
	translate := make([][]int32, len(c.parts))
	alone := -1 // the only worker that has coded anything
	for w := range c.parts {
		switch n := len(c.parts[w].dict.texts); {
		case n == 0:
		case alone < 0 && len(all.texts) == 0:
			alone = w
		default:
			alone = len(c.parts)
		}
		c.parts[w].dict.slots = nil
	}
	if alone < len(c.parts) { // its codes are in the order already
		if alone >= 0 {
			c.texts = c.parts[alone].dict.texts
		}
		c.counts = make([]int64, len(c.texts))
		for _, code := range c.code {
			if code >= 0 {
				c.counts[code]++
			}
		}
		c.parts, c.runs = nil, nil
		return
	}
	for w := range translate {
		translate[w] = slices.Repeat([]int32{-1}, len(c.parts[w].dict.texts))
	}
	at := 0
	for _, r := range c.runs {
		to, texts := translate[r.worker], c.parts[r.worker].dict.texts
		rows := c.code[at : at+r.rows]
		for i, code := range rows {
			if code < 0 {
				continue
			}
			u := to[code]
			if u < 0 {
				u = all.codeOf(texts[code])
				to[code] = u
				if int(u) == len(c.counts) {
					c.counts = append(c.counts, 0)
				}
			}
			rows[i] = u
			c.counts[u]++
		}
		at += r.rows
	}
	c.texts, c.parts, c.runs = all.texts, nil, nil
}

// profile returns what inference needs to know.
func (c *column) profile(rows int64) *space.Profile {
	p := &space.Profile{
		Name: c.name, Form: c.form, Type: c.typ,
		Cells: rows, Null: c.null, Quoted: c.quoted && !c.unquoted,
		Markers: maps.Clone(c.markers), Bad: c.bad,
		Numbers: c.numbers, Levels: c.texts, Counts: c.counts,
	}
	for w := range c.parts {
		p.Distinct.Merge(&c.parts[w].distinct)
		p.Times.Merge(&c.parts[w].times)
	}
	if c.typ != nil && c.typ.Unit > 0 && c.form == space.AsNumbers {
		p.Grain = space.Grain(c.num, c.typ.Unit)
	}
	return p
}

// settled reports whether c was read in the form that suits all of its cells;
// if not, it makes ready to read it again in a better one.
func (c *column) settled(rows int64) bool {
	if c.final {
		return true
	}
	form, how := c.profile(rows).Reread(c.override)
	if form == c.form && (form != space.AsTimes ||
		how.Kind == c.how.Kind && how.Layout == c.how.Layout && how.Unit%c.how.Unit == 0) {
		return true
	}
	c.final = c.form == space.AsText
	c.form, c.how = form, how
	return false
}

// values returns the values of field f, which was inferred for c or given.
func (c *column) values(f *space.Field) (table.Column, error) {
	switch {
	case f.Kind == space.ID:
		return table.Column{Text: c.asTexts()}, nil
	case f.Kind.Coded() && c.form == space.AsText:
		c.recode(f)
		return table.Column{Code: c.code}, nil
	case f.Kind.Coded():
		code := make([]int32, len(c.num))
		for i, x := range c.num {
			code[i] = int32(x) // a bit
			if x != x {
				code[i] = table.Missing
			}
		}
		return table.Column{Code: code}, nil
	case c.form == space.AsText:
		return table.Column{}, fmt.Errorf("column %q was read as text, and is %v", c.name, f.Kind)
	}
	unit := c.how.Unit
	if c.typ != nil {
		unit = c.typ.Unit
	}
	if f.Unit > 0 && unit != f.Unit {
		rescale(c.num, unit, f.Unit)
	}
	return table.Column{Num: c.num}, nil
}

// rescale turns ticks of one unit into ticks of another, of which one is a
// multiple of the other.
func rescale(ticks []float64, from, to time.Duration) {
	if from < to {
		n := float64(to / from)
		for i := range ticks {
			ticks[i] /= n
		}
		return
	}
	n := float64(from / to)
	for i := range ticks {
		ticks[i] *= n
	}
}

// recode turns codes of c.texts into codes of f, and counts the texts that are
// none of its levels.
func (c *column) recode(f *space.Field) {
	index := levels{space.NewLevelIndex(f), f.Optional()}
	code := make([]int32, len(c.texts))
	unknown := c.outside
	unknown.Count = 0
	if !f.Optional() {
		unknown.Count = c.null
	}
	for i, text := range c.texts {
		code[i] = index.Code([]byte(text))
		if code[i] == table.Unknown {
			if unknown.Count == 0 && unknown.Place == "" {
				unknown.First = text
			}
			unknown.Count += c.counts[i]
		}
	}
	c.outside = unknown
	for i, from := range c.code {
		if from >= 0 {
			c.code[i] = code[from]
		}
	}
}

// asTexts returns the cells themselves.
func (c *column) asTexts() []string {
	if len(c.texts) == len(c.code) {
		return c.texts // each once, in the order of first appearance: that of rows
	}
	texts := make([]string, len(c.code))
	for i, code := range c.code {
		if code >= 0 {
			texts[i] = c.texts[code]
		}
	}
	return texts
}
