package ingest

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// cells is one column of one chunk as it is read: where in the column its values
// go, and what is to be noticed of them.
type cells struct {
	num  []float64
	code []int32  // in the dictionary of the worker
	text []string // if the column is wide

	numbers  space.Numbers
	markers  map[string]int64
	null     int64
	bad      misfits // neither number nor marker
	outside  misfits // not in the sample space that was given
	quoted   bool    // some cell is
	unquoted bool    // some cell that is no marker is not
}

// misfits counts cells that do not belong, and remembers the first.
type misfits struct {
	count int64
	row   int // in the chunk
	first string
}

func (m *misfits) add(row int, text []byte) {
	if m.count == 0 {
		m.row, m.first = row, string(text)
	}
	m.count++
}

func (c *cells) reset() {
	clear(c.markers)
	*c = cells{markers: c.markers}
}

// missing notices a cell without a value: null if text is nil, else a marker.
func (c *cells) missing(row int, text []byte, col *column) {
	if text == nil {
		c.null++
	} else {
		if c.markers == nil {
			c.markers = map[string]int64{}
		}
		c.markers[string(text)]++
	}
	if col.required() {
		c.outside.add(row, text)
	}
}

// noNumber notices a cell that is no number or time, and returns what stands for
// it.
func (c *cells) noNumber(row int, text []byte, col *column) float64 {
	if col.marks(text) {
		c.missing(row, text, col)
	} else {
		c.bad.add(row, text)
	}
	return table.NoNumber
}

// notice takes notice of the quotes of a cell, which matter only while it is
// open whether all cells have them.
func (c *cells) notice(s Span, text []byte) {
	if s.Hi&quotedBit != 0 {
		c.quoted = true
	} else if !c.unquoted {
		c.unquoted = !space.IsMarker(text)
	}
}

// readNumbers reads a column of text as numbers or times.
func (c *cells) readNumbers(v *Values, col *column, times *space.Times) {
	for i := range c.num {
		s := v.Spans[i*v.Stride]
		if s == Null {
			c.missing(i, nil, col)
			c.num[i] = table.NoNumber
			continue
		}
		text := s.In(v.Buf)
		c.notice(s, text)
		x, ok := col.number(text, &c.numbers, times)
		if !ok {
			x = c.noNumber(i, text, col)
		}
		c.num[i] = x
	}
}

// readTexts reads a column of text as codes of a dictionary; null is Missing.
func (c *cells) readTexts(v *Values, col *column, d *dict) {
	for i := range c.code {
		s := v.Spans[i*v.Stride]
		if s == Null {
			c.missing(i, nil, col)
			c.code[i] = table.Missing
			continue
		}
		text := s.In(v.Buf)
		c.notice(s, text)
		code, isNew := d.code(text)
		if isNew && col.levels != nil && col.levels.code(text) == table.Unknown {
			c.outside.add(i, text) // where the first such text is, at least one worker is told
		}
		c.code[i] = code
	}
}

// keepTexts reads a column of text as it is; null is empty.
func (c *cells) keepTexts(v *Values, d *dict) {
	for i := range c.text {
		s := v.Spans[i*v.Stride]
		if s == Null {
			s = Span{}
		}
		text := s.In(v.Buf)
		c.notice(s, text)
		c.text[i] = d.keep(text)
	}
}

// readTyped reads a column that came as numbers.
func (c *cells) readTyped(v *Values, col *column) {
	copy(c.num, v.Num)
	var buf [64]byte
	for i, x := range c.num {
		switch {
		case x != x:
			c.missing(i, nil, col)
		case len(col.sentinels) > 0 && col.isSentinel(col.typ.AppendNum(buf[:0], x)):
			c.missing(i, nil, col)
			c.num[i] = table.NoNumber
		case math.IsInf(x, 0):
			c.bad.add(i, fmt.Append(nil, x))
			c.num[i] = table.NoNumber
		default:
			c.numbers.AddValue(x)
		}
	}
}

// checkRange counts the numbers that the field does not have.
func (c *cells) checkRange(f *space.Field) {
	// The numbers are most often known to be fine, all of them.
	if n := &c.numbers; n.Count > 0 && n.Min >= f.Min && n.Max <= f.Max &&
		(n.Whole == n.Count || f.Kind == space.Real || f.Kind == space.Decimal && n.MaxDigits <= f.Digits) {
		return
	}
	for i, x := range c.num {
		if x < f.Min || x > f.Max || x == x && f.Snap(x) != x {
			c.outside.add(i, f.AppendNum(nil, x))
		}
	}
}
