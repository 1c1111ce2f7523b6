package forest

import (
	"math"
	"time"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// A date is learned as the digits of its calendar: the week, the day of the
// week, the hour and the ticks within the hour, one after the other, so that a
// rhythm of days and hours is seen whatever the years it spans. Together the
// digits are the date, and p(date) = p(week)·p(day|week)·p(hour|…)·p(rest|…).

// digit says which part of a field's value a column holds.
type digit uint8

const (
	whole   digit = iota // the value itself
	week                 // weeks since the one of 1970-01-01, starting on Mondays
	weekday              // 0 is Monday
	hour
	rest // ticks within the hour
)

// part is a field, or a digit of a date.
type part struct {
	field int
	digit digit
	of    space.Field // what the part's values are; for whole, the field itself
	clock clock
}

// later reports whether the part follows another of its field.
func (p *part) later() bool { return p.digit > week }

// clock counts the ticks of a date field.
type clock struct{ day, hour float64 } // ticks of each; hour is 0 where days are the finest

// partsOf returns the parts of a numeric field.
func partsOf(f *space.Field, field int) []part {
	const day = 24 * time.Hour
	if f.Kind != space.Datetime || f.Unit <= 0 || f.Unit > day || day%f.Unit != 0 {
		return []part{{field: field, of: *f}}
	}
	c := clock{day: float64(day / f.Unit)}
	if time.Hour%f.Unit == 0 {
		c.hour = float64(time.Hour / f.Unit)
	}
	number := func(d digit, name string, lo, hi float64) part {
		return part{field, d, space.Field{Name: f.Name + " (" + name + ")", Kind: space.Integer, Min: lo, Max: hi}, c}
	}
	levels := func(d digit, name string, n int) part {
		return part{field, d, space.Field{Name: f.Name + " (" + name + ")", Kind: space.Ordinal, Levels: make([]string, n)}, c}
	}
	weeks := number(week, "week", c.digitOf(f.Min, week), c.digitOf(f.Max, week))
	weeks.of.Missing = f.Missing
	parts := []part{weeks, levels(weekday, "weekday", 7)}
	parts[1].of.Kind = space.Category
	switch {
	case c.hour == 0 && c.day > 1: // ticks of some hours: all of a day are told apart
		parts = append(parts, levels(hour, "time of day", int(c.day)))
	case c.hour > 0:
		parts = append(parts, levels(hour, "hour", 24))
		if c.hour > 1 {
			parts = append(parts, number(rest, "within the hour", 0, c.hour-1))
		}
	}
	return parts
}

// hourTicks returns the ticks of one value of the hour digit.
func (c clock) hourTicks() float64 { return max(c.hour, 1) }

// digitOf returns a digit of an instant.
func (c clock) digitOf(ticks float64, d digit) float64 {
	day := math.Floor(ticks / c.day)
	switch d {
	case week:
		return math.Floor((day + 3) / 7) // 1970-01-01 was a Thursday
	case weekday:
		return day + 3 - 7*math.Floor((day+3)/7)
	case hour:
		return math.Floor((ticks - day*c.day) / c.hourTicks())
	case rest:
		return math.Mod(ticks-day*c.day, c.hourTicks())
	}
	return ticks
}

// worth returns the ticks that a digit stands for: their sum over the digits of
// an instant is the instant.
func (c clock) worth(v float64, d digit) float64 {
	switch d {
	case week:
		return (v*7 - 3) * c.day
	case weekday:
		return v * c.day
	case hour:
		return v * c.hourTicks()
	}
	return v
}

func monthOfWeek(week float64) uint8 {
	thursday := time.Unix(int64(week)*7*86400, 0).UTC()
	return uint8(thursday.Month() - 1)
}

// digits returns the part's own column of a column of its field; the result
// uses scratch, which it may grow.
func (p *part) digits(col table.Column, scratch *table.Column) table.Column {
	if p.digit == whole {
		return col
	}
	n := len(col.Num)
	if p.of.Kind.Numeric() {
		if cap(scratch.Num) < n {
			scratch.Num = make([]float64, n)
		}
		num := scratch.Num[:n]
		for i, t := range col.Num {
			switch num[i] = math.Inf(1); { // is outside whatever there is
			case t != t:
				num[i] = t
			case t == math.Trunc(t) && !math.IsInf(t, 0):
				num[i] = p.clock.digitOf(t, p.digit)
			}
		}
		return table.Column{Num: num}
	}
	if cap(scratch.Code) < n {
		scratch.Code = make([]int32, n)
	}
	code := scratch.Code[:n]
	for i, t := range col.Num {
		switch {
		case t != t:
			code[i] = table.Missing
		case math.IsInf(t, 0):
			code[i] = table.Unknown
		default:
			code[i] = int32(p.clock.digitOf(t, p.digit))
		}
	}
	return table.Column{Code: code}
}

// encode sets dst [n rows] to the codes of a column of the field, and absent
// where a later part has no value.
func (c *column) encode(dst []uint16, col table.Column, scratch *table.Column) table.Column {
	own := c.digits(col, scratch)
	c.book.Encode(dst, own)
	if c.later() {
		for i, t := range col.Num {
			if t != t {
				dst[i] = c.absent()
			}
		}
	}
	return own
}

// A date outside [Min, Max] is outside the sample space, though its digits are
// not: in the first and the last week, day and hour not every digit goes.
// borders has the distributions of a later part where the digits before it are
// those of Min, of Max, or of both.
type borders struct {
	of  [3]limit  // by state - 1
	min []float64 // the digits of Min before this part, week first
	max []float64
}

// limit restricts a column to a part of its values: share [codes] is the
// probability of that part given the code, book codes its values.
type limit struct {
	share []float64
	book  book
}

const (
	atMin = 1 << iota // all digits so far are those of Min
	atMax
)

// newBorders returns the borders of a later part of a date field.
func newBorders(c *column, f *space.Field) *borders {
	codes, ok := c.book.(*dist.Codebook)
	if !c.later() || !ok {
		return nil
	}
	b := &borders{}
	lo, hi := c.clock.digitOf(f.Min, c.digit), c.clock.digitOf(f.Max, c.digit)
	for state := atMin; state <= atMin|atMax; state++ {
		from, to := 0., math.MaxInt32*1.
		if state&atMin != 0 {
			from = lo
		}
		if state&atMax != 0 {
			to = hi
		}
		given := space.Given{Ranges: []space.Interval{{Min: from, Max: to}}}
		if !codes.Numeric() {
			for k := from; k <= min(to, float64(len(c.rows)-1)); k++ {
				given.Codes = append(given.Codes, int32(k))
			}
		}
		restricted, share := codes.Restrict(given)
		b.of[state-1] = limit{share, restricted}
	}
	for d := week; d < c.digit; d++ {
		b.min = append(b.min, c.clock.digitOf(f.Min, d))
		b.max = append(b.max, c.clock.digitOf(f.Max, d))
	}
	return b
}

// state says which border an instant of the given ticks is at, before this
// part's digit.
func (b *borders) state(c clock, ticks float64) int {
	state := atMin | atMax
	for i := range b.min {
		v := c.digitOf(ticks, week+digit(i))
		if v != b.min[i] {
			state &^= atMin
		}
		if v != b.max[i] {
			state &^= atMax
		}
		if state == 0 {
			break
		}
	}
	return state
}
