package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// levels are the levels of a field.
type levels struct {
	field *space.Field
	index *space.LevelIndex
}

func newLevels(f *space.Field) *levels { return &levels{f, space.NewLevelIndex(f)} }

// code returns the code of a text. Where a value may be missing, any usual
// marker says that it is, unless it is a level.
func (l *levels) code(text []byte) int32 {
	c := l.index.Code(text)
	if c == table.Unknown && l.field.Optional() && space.IsMarker(text) {
		return table.Missing
	}
	return c
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
	case f.Kind == space.Ordinal: // a pixel: its code is its value
		codes := make([]int32, len(c.num))
		for i, x := range c.num {
			codes[i] = int32(x)
		}
		c.num = nil
		return table.Column{Code: codes}, nil
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
