package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
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
	place    int             // of its field in the schema
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

// levels are the levels of a field.
type levels struct {
	field *space.Field
	index *space.LevelIndex
}

func newLevels(f *space.Field) *levels { return &levels{f, space.NewLevelIndex(f)} }

// code returns the code of a text. Where a value may be missing, any usual
// marker says that it is, unless it is a level. Booleans of a format that has
// them are levels that mean the same.
func (l *levels) code(text []byte) int32 {
	c := l.index.Code(text)
	if c != table.Unknown {
		return c
	}
	if l.field.Optional() && space.IsMarker(text) {
		return table.Missing
	}
	if no, yes, ok := l.field.Truth(); ok {
		switch string(text) {
		case "false":
			return no
		case "true":
			return yes
		}
	}
	return table.Unknown
}

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

// start makes c ready for a pass by so many workers over about so many rows.
func (c *column) start(workers int, rows int64) {
	*c = column{
		given: c.given, reading: c.reading, final: c.final, wide: c.wide,
		parts: make([]part, workers),
	}
	for w := range c.parts {
		c.parts[w].times = c.reading.Times.Again()
	}
	c.reserve(rows)
}

// reserve makes room for so many rows.
func (c *column) reserve(rows int64) {
	switch {
	case c.wide:
		c.text = slices.Grow(c.text, int(rows))
	case c.reading.Form == space.AsText:
		c.code = slices.Grow(c.code, int(rows))
	default:
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
	case c.wide:
		dst.keepTexts(v, rows, &p.dict)
	case c.reading.Form == space.AsText:
		dst.readTexts(v, rows, c, &p.dict)
	case c.reading.Form == space.AsTimes:
		dst.readTimes(v, rows, c, &p.times)
	default:
		dst.readNumbers(v, rows, c)
	}
	if c.reading.Form == space.AsNumbers {
		p.distinct.Add(dst.num)
	}
	if c.field != nil && c.field.Kind.Numeric() {
		dst.checkRange(c.field)
	}
}

// add takes over the cells of the next rows.
func (c *column) add(src *cells, rows, worker int, place func(row int) string) {
	switch {
	case c.wide:
		c.text = append(c.text, src.text...)
	case c.reading.Form == space.AsText:
		c.code = append(c.code, src.code...)
		c.runs = append(c.runs, run{worker, rows})
	default:
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
	switch {
	case c.reading.Form != space.AsText, c.field != nil && c.field.Kind == space.ID:
		return
	case c.wide && allDistinct(c.text):
		c.texts = c.text
		return
	case c.wide:
		c.codeTexts()
	}
	if alone := c.onlyWorker(); alone >= 0 { // its codes are in that order already
		c.texts = c.parts[alone].dict.texts
	} else {
		c.translate()
	}
	c.counts = make([]int64, len(c.texts))
	for _, code := range c.code {
		if code >= 0 {
			c.counts[code]++
		}
	}
	c.parts, c.runs = nil, nil
}

// codeTexts codes the texts of a column that turned out not to be wide.
func (c *column) codeTexts() {
	c.parts = make([]part, 1)
	c.code = make([]int32, len(c.text))
	for i, text := range c.text {
		c.code[i] = c.parts[0].dict.codeOf(text)
	}
	c.text, c.wide = nil, false
}

// onlyWorker returns the worker that coded all rows, or -1 if several did.
func (c *column) onlyWorker() int {
	only := 0
	for i, r := range c.runs {
		if i > 0 && r.worker != only {
			return -1
		}
		only = r.worker
	}
	return only
}

// translate turns the codes of the workers into codes of one dictionary.
func (c *column) translate() {
	var all dict
	to := make([][]int32, len(c.parts))
	for w := range c.parts {
		c.parts[w].dict.slots = nil
		to[w] = slices.Repeat([]int32{table.Missing}, len(c.parts[w].dict.texts))
	}
	rows := c.code
	for _, r := range c.runs {
		to, texts := to[r.worker], c.parts[r.worker].dict.texts
		for i, code := range rows[:r.rows] {
			if code < 0 {
				continue
			}
			if to[code] < 0 {
				to[code] = all.codeOf(texts[code])
			}
			rows[i] = to[code]
		}
		rows = rows[r.rows:]
	}
	c.texts = all.texts
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

// settled reports whether c was read in the form that suits all of its cells;
// if not, it makes ready to read it again in a better one.
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

// ticks reads a datetime or duration. Where no schema says how it is written,
// times find out.
func (c *column) ticks(text []byte, times *space.Times) (x float64, ok bool) {
	if c.field == nil {
		return times.Ticks(text, c.reading.How.Unit)
	}
	x, err := c.field.ParseNum(text)
	return x, err == nil
}

// values returns the values of field f, which was inferred for c or given.
func (c *column) values(f *space.Field) (table.Column, error) {
	switch {
	case f.Kind == space.ID:
		return table.Column{Text: c.asTexts()}, nil
	case f.Kind.Coded() && c.reading.Form == space.AsText:
		if c.wide {
			c.codeTexts()
			c.counts = slices.Repeat([]int64{1}, len(c.texts))
		}
		c.recode(f)
		return table.Column{Code: c.code}, nil
	case f.Kind.Coded():
		return table.Column{Code: bitCodes(c.num, f)}, nil
	case c.reading.Form == space.AsText:
		return table.Column{}, fmt.Errorf("column %q was read as text, and is %v", c.name, f.Kind)
	}
	unit := c.reading.How.Unit
	if c.typ != nil {
		unit = c.typ.Unit
	}
	if f.Unit > 0 && unit != f.Unit {
		rescale(c.num, unit, f.Unit)
	}
	return table.Column{Num: c.num}, nil
}

// bitCodes returns the codes of zeros and ones, the numbers of a bool.
func bitCodes(bits []float64, f *space.Field) []int32 {
	var one int32 // its code
	for l, level := range f.Levels {
		if x, err := strconv.ParseFloat(level, 64); err == nil && x == 1 {
			one = int32(l)
		}
	}
	codes := make([]int32, len(bits))
	for i, x := range bits {
		switch x {
		case 0:
			codes[i] = 1 - one
		case 1:
			codes[i] = one
		default:
			codes[i] = table.Missing
		}
	}
	return codes
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
	levels := newLevels(f)
	code := make([]int32, len(c.texts))
	unknown := c.outside
	unknown.Count = 0
	if !f.Optional() {
		unknown.Count = c.null
	}
	for i, text := range c.texts {
		code[i] = levels.code([]byte(text))
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
	if c.wide {
		return c.text
	}
	texts := make([]string, len(c.code))
	for i, code := range c.code {
		if code >= 0 {
			texts[i] = c.texts[code]
		}
	}
	return texts
}
