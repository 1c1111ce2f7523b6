package space

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Layout is how a datetime or a duration is written: text with the tokens of
// strftime, or for a duration one of the named styles.
//
//	%Y %y         year in four digits, in two (69 is 1969, 68 is 2068)
//	%m %b %B      month as number, "Jan", "January" (%^b: "JAN")
//	%d %e         day of the month, %e padded with a space
//	%a %A         weekday, "Mon", "Monday"
//	%H %I %p      hour, hour of twelve, "AM" or "PM" (%P: "am", "pm")
//	%M %S         minute, second
//	%3f           three digits of the fraction of a second (1 to 9)
//	%.f           a point and the fraction without trailing zeros, or nothing
//	%.6f          a point and six digits, or nothing where they are all zero
//	%z %:z        offset from UTC as "+0200", "+02:00"
//	%:::z         the same as short as may be: "+02", "+05:30"
//	%%            a percent sign
//
// Numbers are padded with zeros; %-m, %-d, %-H and %-I are not. A duration may
// have %-d for days, %H or %-H, %M, %S and a fraction; its largest unit has no
// limit. The named styles of durations are
//
//	iso           P1DT2H3.5S, as ISO 8601 has it; parts of no length left out
//	iso-hours     PT26H3.5S, without days, as Java writes it
//	iso-full      P1DT2H0M3.5S, with all parts, as pandas writes it
//	go            26h0m3.5s, 1.5ms, as Go writes it
//	hms dhms      26h3.5s, 1d2h3.5s; parts of no length left out
//	hm            26h0m, 45m
//
// Reading is strict: a layout reads just what it writes (but %:z also reads
// "Z"), so that a column that a layout reads is one that it writes again.
type Layout string

// instant is a point or a span of time: sec seconds and nano nanoseconds, nano
// in [0, 1e9). Datetimes count from 1970-01-01 UTC.
type instant struct {
	sec  int64
	nano int
}

// ticks returns t in units. Of the fraction of a second, what is finer than
// unit is dropped.
func (t instant) ticks(unit time.Duration) float64 {
	if unit >= time.Second {
		return float64(t.sec) / float64(unit/time.Second)
	}
	perSecond := int64(time.Second / unit)
	if n := t.sec * perSecond; n/perSecond == t.sec {
		return float64(n + int64(t.nano)/int64(unit))
	}
	return float64(t.sec) * float64(perSecond) // beyond 2^53, and so beyond any schema
}

// instantAt is the inverse of ticks.
func instantAt(ticks float64, unit time.Duration) instant {
	whole := func(x float64) int64 { return int64(math.Round(max(-1<<62, min(1<<62, x)))) }
	if unit >= time.Second {
		return instant{sec: whole(ticks * float64(unit/time.Second))}
	}
	perSecond := int64(time.Second / unit)
	n := whole(ticks)
	sec := floorDiv(n, perSecond)
	return instant{sec: sec, nano: int(n-sec*perSecond) * int(unit)}
}

func (t instant) before(u instant) bool {
	return t.sec < u.sec || t.sec == u.sec && t.nano < u.nano
}

// parse reads text, all of it, as a value of kind Datetime or Duration. offset
// is the offset from UTC that was written, in seconds.
func (l Layout) parse(kind Kind, text []byte) (t instant, offset int, ok bool) {
	if kind == Duration {
		t, ok = l.parseSpan(text)
		return t, 0, ok
	}
	var m moment
	rest, ok := m.read(l, text)
	if !ok || len(rest) > 0 {
		return instant{}, 0, false
	}
	t, ok = m.instant()
	return t, m.offset, ok
}

// append writes t as a value of kind Datetime, in the zone offset seconds east
// of UTC, or Duration.
func (l Layout) append(dst []byte, kind Kind, t instant, offset int) []byte {
	if kind == Duration {
		return l.appendSpan(dst, t)
	}
	m := momentAt(t, offset)
	return m.append(dst, l)
}

// token is a piece of a layout: a verb with its flag, width and colons, or, if
// verb is 0, a literal byte.
type token struct{ verb, flag, width, colons, literal byte }

// token returns the piece of l that starts at i, and where the next one starts.
func (l Layout) token(i int) (t token, next int) {
	if l[i] != '%' {
		return token{literal: l[i]}, i + 1
	}
	for i++; i < len(l); i++ {
		switch c := l[i]; c {
		case '-', '.', '^':
			t.flag = c
		case ':':
			t.colons++
		case '1', '2', '3', '4', '5', '6', '7', '8', '9':
			t.width = c - '0'
		case '%':
			return token{literal: '%'}, i + 1
		default:
			t.verb = c
			return t, i + 1
		}
	}
	return token{verb: '?'}, i // unfinished; check refuses it
}

// datetimeTokens and durationTokens are the tokens that a layout may have.
const (
	datetimeTokens = " %Y %y %m %-m %b %^b %B %d %-d %e %a %A %H %-H %I %-I %p %P %M %S %z %:z %:::z %% "
	durationTokens = " %-d %H %-H %M %S %% "
)

// partOf says which part of a time a token spells, where several can.
var partOf = map[byte]byte{'y': 'Y', 'b': 'm', 'B': 'm', 'e': 'd', 'A': 'a', 'I': 'H', 'P': 'p'}

// check reports what is wrong with a layout of a datetime or duration: what it
// writes could not be read back.
func (l Layout) check(kind Kind) error {
	if l == "" {
		return fmt.Errorf("a %v has no layout", kind)
	}
	allowed, needed := datetimeTokens, "Ymd"
	if kind == Duration {
		if l.style() != nil {
			return nil
		}
		allowed, needed = durationTokens, ""
	}
	parts := "" // in their order, one letter each
	twelve := false
	for i := 0; i < len(l); {
		t, next := l.token(i)
		spec, rest := string(l[i:next]), l[next:]
		i = next
		if t.verb == 0 {
			continue
		}
		if !isFraction(spec) && !strings.Contains(allowed, " "+spec+" ") {
			return fmt.Errorf("layout %q: a %v has no %q; it may have%sand %%3f %%.f %%.6f", l, kind, spec, allowed)
		}
		part := t.verb
		if p, ok := partOf[part]; ok {
			part = p
		}
		if strings.IndexByte(parts, part) >= 0 {
			return fmt.Errorf("layout %q: %q says what another token has said", l, spec)
		}
		parts += string(part)
		twelve = twelve || t.verb == 'I'
		if end := t.openEnd(kind); end != "" && rest.startsWith(end) {
			return fmt.Errorf("layout %q: the text behind %q could be taken for a part of it; separate them", l, spec)
		}
	}
	for _, part := range needed {
		if !strings.ContainsRune(parts, part) {
			return fmt.Errorf("layout %q does not say year, month and day: add %%Y, %%m and %%d", l)
		}
	}
	if twelve != strings.Contains(parts, "p") {
		return fmt.Errorf("layout %q has one of %%I and %%p without the other", l)
	}
	if kind == Duration {
		if parts == "" {
			return fmt.Errorf("layout %q is no style of durations: one of %s, or tokens such as %%H:%%M:%%S", l, styleNames())
		}
		if !strings.Contains("dHMSf", parts) || parts == "f" || l[0] == '-' {
			return fmt.Errorf("layout %q: a duration is written from its largest unit to its smallest, without gaps", l)
		}
		return nil
	}
	for _, need := range []string{"fS", "SM", "MH", "zM", "pH"} {
		if strings.Contains(parts, need[:1]) && !strings.Contains(parts, need[1:]) {
			return fmt.Errorf("layout %q has %%%c but not %%%c", l, need[0], need[1])
		}
	}
	return nil
}

// openEnd returns the bytes which, behind a token, could be taken for a part of
// it; 'd' stands for any digit.
func (t token) openEnd(kind Kind) string {
	switch {
	case t.verb == 'f' && t.flag == '.':
		return "d."
	case t.verb == 'z' && t.colons == 3:
		return ":"
	case t.flag == '-' || kind == Duration && t.verb != 'f':
		return "d"
	}
	return ""
}

// startsWith reports whether what l writes may start with one of the bytes of
// set, in which 'd' stands for any digit.
func (l Layout) startsWith(set string) bool {
	if l == "" {
		return false
	}
	t, next := l.token(0)
	digits := strings.Contains(set, "d")
	switch {
	case t.verb == 0 && t.literal-'0' < 10:
		return digits
	case t.verb == 0:
		return t.literal != 'd' && strings.IndexByte(set, t.literal) >= 0
	case t.verb == 'f' && t.flag == '.': // or nothing
		return strings.Contains(set, ".") || l[next:].startsWith(set)
	}
	return digits && strings.IndexByte("YymdeHIMSf", t.verb) >= 0
}

// isFraction reports whether a token is "%3f", "%.6f" or "%.f".
func isFraction(spec string) bool {
	digits, ok := strings.CutSuffix(spec[1:], "f")
	if ok && strings.HasPrefix(digits, ".") {
		digits = digits[1:]
		ok = digits == "" || len(digits) == 1
	} else {
		ok = ok && len(digits) == 1
	}
	return ok && (digits == "" || digits[0] >= '1' && digits[0] <= '9')
}

// finest returns the smallest unit that a layout shows.
func (l Layout) finest(kind Kind) time.Duration {
	if s := l.style(); kind == Duration && s != nil {
		if strings.HasSuffix(s.units, "m") {
			return time.Minute
		}
		return time.Nanosecond
	}
	unit := 24 * time.Hour
	for i := 0; i < len(l); {
		var t token
		t, i = l.token(i)
		switch t.verb {
		case 'H', 'I':
			unit = min(unit, time.Hour)
		case 'M', 'z': // offsets move whole hours to odd minutes
			unit = min(unit, time.Minute)
		case 'S':
			unit = min(unit, time.Second)
		case 'f':
			unit = min(unit, fractionUnit(int(t.width)))
		}
	}
	return unit
}

// hasZone reports whether a layout writes offsets.
func (l Layout) hasZone() bool {
	for i := 0; i < len(l); {
		var t token
		if t, i = l.token(i); t.verb == 'z' {
			return true
		}
	}
	return false
}

// fractionUnit returns the unit of the last of so many digits of a second; 0
// digits mean as many as there are.
func fractionUnit(digits int) time.Duration {
	if digits == 0 {
		return time.Nanosecond
	}
	return time.Second / time.Duration(pow10[digits])
}

// zoneSeconds returns the offset east of UTC that "+02:00" means, in seconds;
// 0 for an empty or malformed zone.
func zoneSeconds(zone string) int {
	var m moment
	if rest, ok := m.readOffset([]byte(zone), 1); !ok || len(rest) > 0 {
		return 0
	}
	return m.offset
}

// zoneName is the inverse of zoneSeconds; UTC is empty.
func zoneName(offset int) string {
	if offset == 0 {
		return ""
	}
	m := moment{offset: offset}
	return string(m.appendOffset(nil, 1))
}
