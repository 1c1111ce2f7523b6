package space

import (
	"bytes"
	"strconv"
	"strings"
)

// spanStyle is a named way to write a duration as numbers with their units.
type spanStyle struct {
	name  string
	iso   bool   // P1DT2H3M4.5S, else 1d2h3m4.5s
	units string // from the largest, which has no limit, to the smallest; of seconds there may be a fraction
	zeros zeros  // which parts of no length are written
	short bool   // less than a second is written in ms, µs or ns
}

type zeros uint8

const (
	omitted zeros = iota // 1h5s
	inner                // 1h0m5s: those after the first that is not zero
	written              // 0d1h0m5s
)

// durationStyles are the named layouts of durations (see Layout).
var durationStyles = [...]spanStyle{
	{name: "iso", iso: true, units: "DHMS", zeros: omitted},
	{name: "iso-hours", iso: true, units: "HMS", zeros: omitted},
	{name: "iso-full", iso: true, units: "DHMS", zeros: written},
	{name: "go", units: "hms", zeros: inner, short: true},
	{name: "hms", units: "hms", zeros: omitted},
	{name: "dhms", units: "dhms", zeros: omitted},
	{name: "hm", units: "hm", zeros: inner},
}

// style returns the named style that l is, or nil.
func (l Layout) style() *spanStyle {
	if len(l) == 0 || l[0] == '%' {
		return nil
	}
	for i := range durationStyles {
		if s := &durationStyles[i]; s.name == string(l) {
			return s
		}
	}
	return nil
}

func styleNames() string {
	var names []string
	for _, s := range durationStyles {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

// maxSpanSeconds bounds what is read: beyond it no grid is exact.
const maxSpanSeconds = maxExact

// split returns the length of t, and whether t is negative.
func (t instant) split() (length instant, negative bool) {
	switch {
	case t.sec >= 0:
		return t, false
	case t.nano > 0:
		return instant{-(t.sec + 1), 1e9 - t.nano}, true
	}
	return instant{-t.sec, 0}, true
}

// join is the inverse of split.
func (t instant) join(negative bool) instant {
	switch {
	case !negative:
		return t
	case t.nano > 0:
		return instant{-t.sec - 1, 1e9 - t.nano}
	}
	return instant{-t.sec, 0}
}

func (l Layout) parseSpan(text []byte) (t instant, ok bool) {
	if s := l.style(); s != nil {
		return s.parse(text)
	}
	length, negative, rest, ok := l.readSpan(text)
	if !ok || len(rest) > 0 || negative && length == (instant{}) {
		return instant{}, false
	}
	return length.join(negative), true
}

// readSpan takes from text what the template l spells, and returns what is left.
func (l Layout) readSpan(text []byte) (length instant, negative bool, rest []byte, ok bool) {
	rest, negative = bytes.CutPrefix(text, []byte("-"))
	limit := int64(0) // of the next smaller unit; 0 is none
	for i := 0; i < len(l); {
		var k token
		k, i = l.token(i)
		var n int64
		unit := int64(1)
		switch k.verb {
		case 'd':
			n, rest, ok = readCount(rest, 1, 0)
			unit, limit = daySeconds, 24
		case 'H':
			width := 2
			if k.flag == '-' {
				width = 1
			}
			n, rest, ok = readCount(rest, width, limit)
			unit, limit = 3600, 60
		case 'M':
			n, rest, ok = readCount(rest, 2, limit)
			unit, limit = 60, 60
		case 'S':
			n, rest, ok = readCount(rest, 2, limit)
		case 'f':
			length.nano, rest, ok = readFraction(rest, k)
		default:
			ok = len(rest) > 0 && rest[0] == k.literal
			if ok {
				rest = rest[1:]
			}
		}
		if !ok || n > (maxSpanSeconds-length.sec)/unit {
			return instant{}, false, nil, false
		}
		length.sec += n * unit
	}
	return length, negative, rest, true
}

func (l Layout) appendSpan(dst []byte, t instant) []byte {
	t, negative := t.split()
	if s := l.style(); s != nil {
		return s.append(dst, t, negative)
	}
	if negative {
		dst = append(dst, '-')
	}
	left := t.sec // what no larger unit has taken
	for i := 0; i < len(l); {
		var k token
		k, i = l.token(i)
		switch k.verb {
		case 'd':
			dst = strconv.AppendInt(dst, left/daySeconds, 10)
			left %= daySeconds
		case 'H':
			dst = appendNumber(dst, int(left/3600), k.flag)
			left %= 3600
		case 'M':
			dst = appendPadded(dst, int(left/60), 2)
			left %= 60
		case 'S':
			dst = appendPadded(dst, int(left), 2)
		case 'f':
			dst = appendFraction(dst, t.nano, k)
		default:
			dst = append(dst, k.literal)
		}
	}
	return dst
}

// readCount reads a number of at least width digits, padded with zeros to that
// width and no further; below limit, if there is one.
func readCount(text []byte, width int, limit int64) (n int64, rest []byte, ok bool) {
	i := 0
	for i < len(text) && text[i]-'0' < 10 {
		if i == 16 { // more than maxSpanSeconds

			return 0, nil, false
		}
		n = n*10 + int64(text[i]-'0')
		i++
	}
	ok = i >= width && (i == width || text[0] != '0') && (limit == 0 || n < limit)
	return n, text[i:], ok
}

// parse reads text in the style: it must be what append writes.
func (s *spanStyle) parse(text []byte) (t instant, ok bool) {
	rest, negative := bytes.CutPrefix(text, []byte("-"))
	if s.iso {
		if rest, ok = bytes.CutPrefix(rest, []byte("P")); !ok {
			return instant{}, false
		}
	}
	for len(rest) > 0 {
		if s.iso && rest[0] == 'T' {
			rest = rest[1:]
			continue // where it belongs, and once, is checked below
		}
		var n int64
		nano := 0
		if n, rest, ok = readCount(rest, 1, 0); !ok || len(rest) == 0 {
			return instant{}, false
		}
		if nano, rest, ok = readFraction(rest, token{flag: '.'}); !ok || len(rest) == 0 {
			return instant{}, false
		}
		if s.short && n < 1000 {
			if unit, after := cutSubsecond(rest); unit > 0 {
				t.nano += int(n)*unit + nano/(1e9/unit)
				rest = after
				continue
			}
		}
		unit := unitSeconds(rest[0])
		if unit == 0 || unit > 1 && nano > 0 || n > (maxSpanSeconds-t.sec)/unit {
			return instant{}, false
		}
		t.sec += n * unit
		t.nano += nano
		rest = rest[1:]
	}
	var buf [64]byte
	return t.join(negative), bytes.Equal(s.append(buf[:0], t, negative), text)
}

// subseconds are the units in which the style "go" writes less than a second.
var subseconds = [...]struct {
	name string
	nano int
}{{"ms", 1e6}, {"µs", 1e3}, {"ns", 1}}

// cutSubsecond reads the name of such a unit and returns its nanoseconds, or 0.
func cutSubsecond(text []byte) (nano int, rest []byte) {
	for _, u := range subseconds {
		if rest, ok := bytes.CutPrefix(text, []byte(u.name)); ok {
			return u.nano, rest
		}
	}
	return 0, text
}

// unitSeconds returns the seconds of a unit by its letter, or 0.
func unitSeconds(letter byte) int64 {
	switch letter | 0x20 {
	case 'd':
		return daySeconds
	case 'h':
		return 3600
	case 'm':
		return 60
	case 's':
		return 1
	}
	return 0
}

// append writes the length t in the style.
func (s *spanStyle) append(dst []byte, t instant, negative bool) []byte {
	if negative {
		dst = append(dst, '-')
	}
	if s.iso {
		dst = append(dst, 'P')
	}
	if s.short && t.sec == 0 && t.nano > 0 {
		for _, u := range subseconds {
			if t.nano >= u.nano {
				dst = strconv.AppendInt(dst, int64(t.nano/u.nano), 10)
				dst = appendFraction(dst, t.nano%u.nano*(1e9/u.nano), token{flag: '.'})
				return append(dst, u.name...)
			}
		}
	}
	left, some, clock := t.sec, false, false
	for i, name := range []byte(s.units) {
		unit := unitSeconds(name)
		n := left / unit
		left %= unit
		last := i == len(s.units)-1
		show := n != 0 || s.zeros == written || s.zeros == inner && some || last && (t.nano > 0 || !some)
		if !show {
			continue
		}
		if s.iso && unit < daySeconds && !clock {
			dst = append(dst, 'T')
			clock = true
		}
		dst = strconv.AppendInt(dst, n, 10)
		if unit == 1 {
			dst = appendFraction(dst, t.nano, token{flag: '.'})
		}
		dst = append(dst, name)
		some = true
	}
	return dst
}
