package space

import (
	"bytes"
	"strings"
)

// moment is a datetime in its parts, as a layout spells them.
type moment struct {
	year, month, day     int
	hour, minute, second int
	nano                 int
	offset               int  // seconds east of UTC
	twelve               byte // 0: hour of 24; 'a', 'p': hour of twelve, AM or PM
	weekday              int  // 1 for Sunday … 7; 0: not written
}

// momentAt returns the parts of t in the zone offset seconds east of UTC.
func momentAt(t instant, offset int) moment {
	local := t.sec + int64(offset)
	days := floorDiv(local, daySeconds)
	second := int(local - days*daySeconds)
	m := moment{
		hour: second / 3600, minute: second / 60 % 60, second: second % 60,
		nano: t.nano, offset: offset, weekday: weekday(days) + 1,
	}
	m.year, m.month, m.day = civilFromDays(days)
	return m
}

// instant returns what the parts stand for; it fails if they are no datetime
// between the years 1 and 9999.
func (m *moment) instant() (t instant, ok bool) {
	if m.year < 1 || m.year > 9999 || m.month < 1 || m.month > 12 || m.day < 1 || m.day > daysIn(m.year, m.month) ||
		m.hour > 23 || m.minute > 59 || m.second > 59 {
		return instant{}, false
	}
	days := daysFromCivil(m.year, m.month, m.day)
	if m.weekday != 0 && m.weekday != weekday(days)+1 {
		return instant{}, false
	}
	hour := m.hour
	if m.twelve != 0 {
		if hour < 1 || hour > 12 {
			return instant{}, false
		}
		hour %= 12
		if m.twelve == 'p' {
			hour += 12
		}
	}
	local := days*daySeconds + int64(hour*3600+m.minute*60+m.second)
	return instant{local - int64(m.offset), m.nano}, true
}

// read takes from text what layout l spells, and returns what is left.
func (m *moment) read(l Layout, text []byte) (rest []byte, ok bool) {
	i := 0
	if strings.HasPrefix(string(l), isoDate) { // so nearly all datetimes start
		if !m.readISODate(text) {
			return nil, false
		}
		i, text = len(isoDate), text[len("2024-01-31"):]
	}
	for i < len(l) {
		if c := l[i]; c != '%' { // as token does, but faster
			if len(text) == 0 || text[0] != c {
				return nil, false
			}
			text = text[1:]
			i++
			continue
		}
		var t token
		t, i = l.token(i)
		switch t.verb {
		case 'Y':
			m.year, text, ok = readDigits(text, 4)
		case 'y':
			m.year, text, ok = readDigits(text, 2)
			m.year += 1900
			if m.year < 1969 {
				m.year += 100
			}
		case 'm':
			m.month, text, ok = readNumber(text, t.flag)
		case 'd':
			m.day, text, ok = readNumber(text, t.flag)
		case 'e':
			pad := byte(0)
			if len(text) > 0 && text[0] == ' ' {
				pad, text = '-', text[1:]
			}
			m.day, text, ok = readNumber(text, pad)
			ok = ok && (pad == 0) == (m.day > 9)
		case 'b':
			m.month, text, ok = readName(text, monthNames[:], 3, t.flag == '^')
		case 'B':
			m.month, text, ok = readName(text, monthNames[:], 0, false)
		case 'a':
			m.weekday, text, ok = readName(text, weekdayNames[:], 3, false)
		case 'A':
			m.weekday, text, ok = readName(text, weekdayNames[:], 0, false)
		case 'H', 'I':
			if strings.HasPrefix(string(l[i:]), isoClock) && t.flag == 0 {
				if ok = m.readISOClock(text); ok {
					i, text = i+len(isoClock), text[len("23:59:59"):]
				}
				break
			}
			m.hour, text, ok = readNumber(text, t.flag)
		case 'p', 'P':
			m.twelve, text, ok = readHalf(text, t.verb)
		case 'M':
			m.minute, text, ok = readDigits(text, 2)
		case 'S':
			m.second, text, ok = readDigits(text, 2)
		case 'f':
			m.nano, text, ok = readFraction(text, t)
		case 'z':
			text, ok = m.readOffset(text, t.colons)
		default:
			ok = t.verb == 0 && len(text) > 0 && text[0] == t.literal
			if ok {
				text = text[1:]
			}
		}
		if !ok {
			return nil, false
		}
	}
	return text, true
}

// isoDate and isoClock, which follows an hour, are layouts of fixed width: they
// are read at once.
const (
	isoDate  = "%Y-%m-%d"
	isoClock = ":%M:%S"
)

func (m *moment) readISODate(text []byte) (ok bool) {
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return false
	}
	century, wrong0 := twoDigits(text[0], text[1])
	year, wrong1 := twoDigits(text[2], text[3])
	month, wrong2 := twoDigits(text[5], text[6])
	day, wrong3 := twoDigits(text[8], text[9])
	m.year, m.month, m.day = 100*century+year, month, day
	return wrong0|wrong1|wrong2|wrong3 < 0x80
}

func (m *moment) readISOClock(text []byte) (ok bool) {
	if len(text) < 8 || text[2] != ':' || text[5] != ':' {
		return false
	}
	hour, wrong0 := twoDigits(text[0], text[1])
	minute, wrong1 := twoDigits(text[3], text[4])
	second, wrong2 := twoDigits(text[6], text[7])
	m.hour, m.minute, m.second = hour, minute, second
	return wrong0|wrong1|wrong2 < 0x80
}

// twoDigits returns the number of two digits; the highest bit of wrong is set
// if they are none.
func twoDigits(a, b byte) (n int, wrong byte) {
	a, b = a-'0', b-'0'
	return 10*int(a) + int(b), a | b | 9 - a | 9 - b
}

// append writes the parts as layout l spells them.
func (m *moment) append(dst []byte, l Layout) []byte {
	for i := 0; i < len(l); {
		if c := l[i]; c != '%' {
			dst = append(dst, c)
			i++
			continue
		}
		var t token
		t, i = l.token(i)
		switch t.verb {
		case 'Y':
			dst = appendPadded(dst, m.year, 4)
		case 'y':
			dst = appendPadded(dst, m.year%100, 2)
		case 'm':
			dst = appendNumber(dst, m.month, t.flag)
		case 'd':
			dst = appendNumber(dst, m.day, t.flag)
		case 'e':
			if m.day < 10 {
				dst = append(dst, ' ')
			}
			dst = appendPadded(dst, m.day, 1)
		case 'b':
			dst = append(dst, monthNames[m.month-1][:3]...)
			if t.flag == '^' {
				capitals(dst[len(dst)-3:])
			}
		case 'B':
			dst = append(dst, monthNames[m.month-1]...)
		case 'a':
			dst = append(dst, weekdayNames[m.weekday-1][:3]...)
		case 'A':
			dst = append(dst, weekdayNames[m.weekday-1]...)
		case 'H':
			dst = appendNumber(dst, m.hour, t.flag)
		case 'I':
			dst = appendNumber(dst, (m.hour+11)%12+1, t.flag)
		case 'p', 'P':
			half := "AM"
			if m.hour >= 12 {
				half = "PM"
			}
			dst = append(dst, half...)
			if t.verb == 'P' {
				small(dst[len(dst)-2:])
			}
		case 'M':
			dst = appendPadded(dst, m.minute, 2)
		case 'S':
			dst = appendPadded(dst, m.second, 2)
		case 'f':
			dst = appendFraction(dst, m.nano, t)
		case 'z':
			dst = m.appendOffset(dst, t.colons)
		default:
			dst = append(dst, t.literal)
		}
	}
	return dst
}

// readDigits reads just n digits.
func readDigits(text []byte, n int) (x int, rest []byte, ok bool) {
	if len(text) < n {
		return 0, nil, false
	}
	if n == 2 {
		a, b := text[0]-'0', text[1]-'0'
		return int(a)*10 + int(b), text[2:], a < 10 && b < 10
	}
	for _, c := range text[:n] {
		if c-'0' > 9 {
			return 0, nil, false
		}
		x = x*10 + int(c-'0')
	}
	return x, text[n:], true
}

// readNumber reads two digits, or with the flag '-' one or two without a
// leading zero (a single 0 is a number).
func readNumber(text []byte, flag byte) (x int, rest []byte, ok bool) {
	if flag != '-' {
		return readDigits(text, 2)
	}
	if len(text) > 1 && text[0] != '0' && text[1]-'0' < 10 {
		return readDigits(text, 2)
	}
	return readDigits(text, 1)
}

// readName reads one of the names, or their first letters, and returns its
// number, from 1.
func readName(text []byte, names []string, letters int, inCapitals bool) (number int, rest []byte, ok bool) {
	var buf [9]byte // the longest names are September and Wednesday
	for i, name := range names {
		if letters > 0 {
			name = name[:letters]
		}
		spelt := append(buf[:0], name...)
		if inCapitals {
			capitals(spelt)
		}
		if bytes.HasPrefix(text, spelt) {
			return i + 1, text[len(spelt):], true
		}
	}
	return 0, nil, false
}

// readHalf reads AM or PM, in small letters for the verb 'P'.
func readHalf(text []byte, verb byte) (half byte, rest []byte, ok bool) {
	if len(text) < 2 {
		return 0, nil, false
	}
	am, pm := "AM", "PM"
	if verb == 'P' {
		am, pm = "am", "pm"
	}
	switch string(text[:2]) {
	case am:
		return 'a', text[2:], true
	case pm:
		return 'p', text[2:], true
	}
	return 0, nil, false
}

// readFraction reads the digits of a fraction of a second.
func readFraction(text []byte, t token) (nano int, rest []byte, ok bool) {
	if t.flag != '.' {
		nano, rest, ok = readDigits(text, int(t.width))
		return nano * int(fractionUnit(int(t.width))), rest, ok
	}
	if len(text) == 0 || text[0] != '.' {
		return 0, text, true
	}
	text = text[1:]
	width := int(t.width)
	if width == 0 {
		for width < len(text) && width < 9 && text[width]-'0' < 10 {
			width++
		}
		if width == 0 || text[width-1] == '0' {
			return 0, nil, false
		}
	}
	nano, rest, ok = readDigits(text, width)
	return nano * int(fractionUnit(width)), rest, ok && nano != 0
}

func appendFraction(dst []byte, nano int, t token) []byte {
	width := int(t.width)
	if t.flag == '.' {
		if nano/int(fractionUnit(width)) == 0 {
			return dst
		}
		dst = append(dst, '.')
	}
	if width > 0 {
		return appendPadded(dst, nano/int(fractionUnit(width)), width)
	}
	dst = appendPadded(dst, nano, 9)
	return bytes.TrimRight(dst, "0")
}

// readOffset reads an offset from UTC: "+0200", with one colon "+02:00" or
// "Z", with three "+02" or "+05:30".
func (m *moment) readOffset(text []byte, colons byte) (rest []byte, ok bool) {
	if colons == 1 && len(text) > 0 && text[0] == 'Z' {
		m.offset = 0
		return text[1:], true
	}
	if len(text) == 0 || text[0] != '+' && text[0] != '-' {
		return nil, false
	}
	hours, rest, ok := readDigits(text[1:], 2)
	if !ok {
		return nil, false
	}
	minutes := 0
	switch {
	case colons == 0:
		minutes, rest, ok = readDigits(rest, 2)
	case len(rest) > 0 && rest[0] == ':':
		minutes, rest, ok = readDigits(rest[1:], 2)
		ok = ok && (colons == 1 || minutes != 0)
	default:
		ok = colons == 3
	}
	if !ok || hours > 23 || minutes > 59 {
		return nil, false
	}
	m.offset = hours*3600 + minutes*60
	if text[0] == '-' {
		m.offset = -m.offset
	}
	return rest, true
}

func (m *moment) appendOffset(dst []byte, colons byte) []byte {
	sign, minutes := byte('+'), m.offset/60
	if minutes < 0 {
		sign, minutes = '-', -minutes
	}
	dst = append(dst, sign)
	dst = appendPadded(dst, minutes/60, 2)
	if colons == 3 && minutes%60 == 0 {
		return dst
	}
	if colons > 0 {
		dst = append(dst, ':')
	}
	return appendPadded(dst, minutes%60, 2)
}

// appendNumber appends two digits, or with the flag '-' as few as may be.
func appendNumber(dst []byte, x int, flag byte) []byte {
	if flag == '-' {
		return appendPadded(dst, x, 1)
	}
	return appendPadded(dst, x, 2)
}

// appendPadded appends x >= 0 with at least width digits.
func appendPadded(dst []byte, x, width int) []byte {
	x = max(x, 0) // years before 0, which no schema has
	if width == 2 && x < 100 {
		return append(dst, byte('0'+x/10), byte('0'+x%10))
	}
	var buf [20]byte
	at := len(buf)
	for x > 0 || at == len(buf) && width > 0 {
		at--
		buf[at] = byte('0' + x%10)
		x /= 10
	}
	for range width - (len(buf) - at) {
		dst = append(dst, '0')
	}
	return append(dst, buf[at:]...)
}

func capitals(letters []byte) {
	for i := range letters {
		letters[i] &^= 0x20
	}
}

func small(letters []byte) {
	for i := range letters {
		letters[i] |= 0x20
	}
}
