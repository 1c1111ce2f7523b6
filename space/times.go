package space

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Times finds out how a column of datetimes or durations is written, from all
// of its values: 01/02/2024 alone does not say which is the month, but a
// 13/02/2024 somewhere in the column does. The zero Times has seen none. Times
// are a monoid, but for the text that Misfit gives as an example: Merge is
// associative and equals adding the later values.
type Times struct {
	readings []reading // that fit every value seen, the most usual first
	declared bool      // the reading was declared, not detected
	over     bool      // no reading is left; readings are those that were
	count    int64     // values that fitted
	first    string    // the first value
	misfit   string    // a value that left no reading
}

// TimesOf returns Times that admit one declared layout only.
func TimesOf(kind Kind, l Layout) (*Times, error) {
	if err := l.check(kind); err != nil {
		return nil, err
	}
	r := reading{kind: kind, prefix: l, fractions: 1, zones: 1, grain: units[0]}
	return &Times{readings: []reading{r}, declared: true}, nil
}

// Again returns Times that have seen nothing, and admit what t has left only:
// for values that are those of t and more.
func (t *Times) Again() Times {
	return Times{readings: slices.Clone(t.readings), declared: true}
}

// Add narrows the layouts down to those that fit text too (text is no missing
// marker). It reports whether any is left; it is cheap when none is.
func (t *Times) Add(text []byte) bool {
	if t.over {
		return false
	}
	if _, ok := t.narrow(text); !ok {
		t.over, t.misfit = true, string(text)
	}
	return !t.over
}

// Ticks adds text, and returns its value in units as the most usual layout that
// is left reads it. Text that fits no layout is not added, and ok is false.
func (t *Times) Ticks(text []byte, unit time.Duration) (x float64, ok bool) {
	if t.over {
		return 0, false
	}
	v, ok := t.narrow(text)
	return v.ticks(unit), ok
}

// narrow adds text if some reading fits it, and returns what the first does.
func (t *Times) narrow(text []byte) (v instant, ok bool) {
	if t.count == 0 {
		t.first = string(text)
		if !t.declared {
			t.readings = detect(text)
		}
	}
	n := 0 // readings kept; those of the last value stay whole if there is none
	for i := range t.readings {
		if x, ok := t.readings[i].add(text, t.count == 0); ok {
			if n == 0 {
				v = x
			}
			if n < i {
				t.readings[n] = t.readings[i]
			}
			n++
		}
	}
	if n == 0 {
		return v, false
	}
	t.readings = t.readings[:n]
	t.count++
	return v, true
}

// Merge adds what later saw, which is not used afterwards.
func (t *Times) Merge(later *Times) {
	if t.over || later.count == 0 && !later.over {
		return
	}
	if t.count == 0 {
		*t = *later
		return
	}
	var both []reading
	for _, r := range t.readings {
		i := slices.IndexFunc(later.readings, func(q reading) bool { return q.kind == r.kind && q.prefix == r.prefix })
		if i >= 0 && r.merge(&later.readings[i]) {
			both = append(both, r)
		}
	}
	switch {
	case len(both) == 0:
		t.over, t.misfit = true, later.first
	case later.over:
		t.over, t.misfit = true, later.misfit
	default:
		t.readings = both
		t.count += later.count
	}
}

// Misfit returns a value that is written unlike those before it, and the layout
// that they have; ok is false if there is no such value.
func (t *Times) Misfit() (text string, others Layout, ok bool) {
	if !t.over || t.count == 0 && !t.declared {
		return "", "", false
	}
	return t.misfit, t.readings[0].layout(), true
}

// Describe sets f's Kind, Layout, Unit, Zone, Min and Max from the values seen,
// and says in f.Why what is not obvious from them. It reports false, and leaves
// f alone, where no layout fits all values or there were none.
//
// The unit is the coarsest that all values are whole numbers of, but not finer
// than lets the ticks be exact: nanoseconds since 1970 are kept to 256 and so
// become microseconds.
func (t *Times) Describe(f *Field) bool {
	if t.over || t.count == 0 {
		return false
	}
	r := &t.readings[0]
	f.Kind, f.Layout, f.Unit = r.kind, r.layout(), r.grain
	why := []string{fmt.Sprintf("all %d values are written so", t.count)}
	for _, other := range t.readings[1:] {
		if other.kind == r.kind && (other.min != r.min || other.max != r.max) {
			why = append(why, fmt.Sprintf("%s fits them too", other.layout()))
			break
		}
	}
	f.Zone = ""
	if f.Layout.hasZone() {
		if r.offsetVaries {
			why = append(why, "offsets vary: instants are kept, and written in UTC")
		} else {
			f.Zone = zoneName(r.offset)
		}
	}
	for max(-r.min.ticks(f.Unit), r.max.ticks(f.Unit)) > maxExact {
		f.Unit = coarser(f.Unit)
	}
	if f.Unit != r.grain {
		why = append(why, fmt.Sprintf("kept to %s, the finest unit whose ticks are exact", unitName(f.Unit)))
	}
	f.Min, f.Max = r.min.ticks(f.Unit), r.max.ticks(f.Unit)
	f.Why = strings.Join(why, "; ")
	return true
}

// reading is one way to read a column, and what the values are in that reading.
// A fraction of a second and a zone may follow the prefix, in each of the ways
// whose bit is set.
type reading struct {
	kind      Kind
	prefix    Layout
	fractions uint32 // bits are indices of fractionForms
	zones     uint32 // bits are indices of zoneForms

	min, max     instant
	grain        time.Duration // coarsest unit of which all values are whole numbers
	offset       int           // from UTC, of the first value
	offsetVaries bool
}

// layout returns the most usual layout of the reading.
func (r *reading) layout() Layout {
	return r.prefix + fractionForms[firstBit(r.fractions)] + zoneForms[firstBit(r.zones)]
}

// add narrows the reading down to the ways in which text is written too; if there
// is none, r stays as it was.
func (r *reading) add(text []byte, first bool) (t instant, ok bool) {
	t, offset, fractions, zones, ok := r.read(text)
	if !ok || fractions == 0 || zones == 0 {
		return t, false
	}
	r.fractions, r.zones = fractions, zones
	for r.grain > time.Nanosecond && !t.isWhole(r.grain) {
		r.grain = finer(r.grain)
	}
	if first {
		r.min, r.max, r.offset = t, t, offset
		return t, true
	}
	if t.before(r.min) {
		r.min = t
	}
	if r.max.before(t) {
		r.max = t
	}
	r.offsetVaries = r.offsetVaries || offset != r.offset
	return t, true
}

func (r *reading) merge(later *reading) bool {
	r.fractions &= later.fractions
	r.zones &= later.zones
	r.grain = min(r.grain, later.grain)
	if later.min.before(r.min) {
		r.min = later.min
	}
	if r.max.before(later.max) {
		r.max = later.max
	}
	r.offsetVaries = r.offsetVaries || later.offsetVaries || later.offset != r.offset
	return r.fractions != 0 && r.zones != 0
}

// read reads the prefix, and returns which of the forms of the reading the rest
// of text has.
func (r *reading) read(text []byte) (t instant, offset int, fractions, zones uint32, ok bool) {
	if r.kind == Duration {
		t, fractions, ok = r.readDuration(text)
		return t, 0, fractions & r.fractions, r.zones, ok
	}
	var m moment
	rest, ok := m.read(r.prefix, text)
	if !ok {
		return t, 0, 0, 0, false
	}
	nano, fractions, rest := readFractionForms(rest)
	if nano != 0 {
		m.nano = nano
	}
	zones = m.readZoneForms(rest, r.zones)
	t, ok = m.instant()
	return t, m.offset, fractions & r.fractions, zones, ok
}

func (r *reading) readDuration(text []byte) (t instant, fractions uint32, ok bool) {
	if s := r.prefix.style(); s != nil {
		t, ok = s.parse(text)
		return t, 1, ok
	}
	length, negative, rest, ok := r.prefix.readSpan(text)
	if !ok {
		return t, 0, false
	}
	nano, fractions, rest := readFractionForms(rest)
	if nano != 0 {
		length.nano = nano
	}
	return length.join(negative), fractions, len(rest) == 0 && !(negative && length == (instant{}))
}

// fractionForms are the ways to write a fraction of a second, or none; zoneForms
// those to write an offset from UTC. The index is the bit in reading, and the
// lower is preferred.
var (
	fractionForms = [...]Layout{
		"", ".%1f", ".%2f", ".%3f", ".%4f", ".%5f", ".%6f", ".%7f", ".%8f", ".%9f",
		"", ",%1f", ",%2f", ",%3f", ",%4f", ",%5f", ",%6f", ",%7f", ",%8f", ",%9f",
		"%.3f", "%.6f", "%.9f", "%.f",
	}
	zoneForms = [...]Layout{"", "Z", " UTC", " GMT", "%:z", " %:z", "%z", " %z", "%:::z"}
)

const (
	commaForms    = 10                // index of the forms with a comma, by digits
	optionalForms = 20                // index of "%.3f" "%.6f" "%.9f"
	trimmedForm   = optionalForms + 3 // index of "%.f"
)

// readFractionForms reads a fraction and returns the bits of the forms that it
// may have been written in.
func readFractionForms(text []byte) (nano int, forms uint32, rest []byte) {
	if len(text) == 0 || text[0] != '.' && text[0] != ',' {
		return 0, 1 | 0b1111<<optionalForms, text
	}
	n := 0
	for n < 9 && n+1 < len(text) && text[n+1]-'0' < 10 {
		n++
	}
	if n == 0 {
		return 0, 0, text
	}
	digits, rest, _ := readDigits(text[1:], n)
	if text[0] == ',' {
		return digits * int(fractionUnit(n)), 1 << (commaForms + n), rest
	}
	forms = 1 << n
	if digits != 0 && n%3 == 0 {
		forms |= 1 << (optionalForms + n/3 - 1)
	}
	if digits%10 != 0 {
		forms |= 1 << trimmedForm
	}
	return digits * int(fractionUnit(n)), forms, rest
}

// readZoneForms reads all of text as an offset and returns the bits of those of
// the forms that it may have been written in.
func (m *moment) readZoneForms(text []byte, forms uint32) (fit uint32) {
	if len(text) == 0 {
		return forms & 1
	}
	for forms &^= 1; forms != 0; forms &= forms - 1 {
		i := firstBit(forms)
		var zone moment
		if rest, ok := zone.read(zoneForms[i], text); ok && len(rest) == 0 {
			fit |= 1 << i
			m.offset = zone.offset
		}
	}
	return fit
}

// dateLayouts are the dates that are detected; a year of two digits only where
// it stands last, and 20240131 only with a time behind it.
var dateLayouts = [...]Layout{
	"%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%-m-%-d", "%Y/%-m/%-d", "%Y.%-m.%-d",
	"%m/%d/%Y", "%d/%m/%Y", "%-m/%-d/%Y", "%-d/%-m/%Y", "%m/%d/%y", "%d/%m/%y", "%-m/%-d/%y", "%-d/%-m/%y",
	"%d.%m.%Y", "%-d.%-m.%Y", "%d.%m.%y", "%d-%m-%Y", "%m-%d-%Y", "%-d-%-m-%Y", "%-m-%-d-%Y",
	"%d-%b-%Y", "%d-%b-%y", "%-d-%b-%Y", "%-d-%b-%y", "%d-%^b-%Y", "%d-%^b-%y", "%d/%b/%Y",
	"%d %b %Y", "%-d %b %Y", "%d %B %Y", "%-d %B %Y", "%-d. %B %Y",
	"%b %d, %Y", "%b %-d, %Y", "%B %d, %Y", "%B %-d, %Y", "%b %d %Y", "%b %e %Y",
	"%a, %d %b %Y", "%a, %-d %b %Y", "%A, %d %B %Y", "%A, %-d %B %Y", "%A, %B %-d, %Y",
	"%a %b %d %H:%M:%S %Y", "%a %b %e %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y",
}

// clockLayouts are the times of day that may follow a date.
var clockLayouts = [...]Layout{
	"%H:%M:%S", "%H:%M", "%-H:%M:%S", "%-H:%M",
	"%I:%M:%S %p", "%-I:%M:%S %p", "%I:%M %p", "%-I:%M %p",
	"%I:%M:%S %P", "%-I:%M:%S %P", "%I:%M %P", "%-I:%M %P",
}

// spanLayouts are the durations that are detected, and times of day, which are
// durations since midnight.
var spanLayouts = [...]Layout{
	"%H:%M:%S", "%-H:%M:%S", "%H:%M", "%-H:%M", "%-d days %H:%M:%S",
	"iso", "iso-hours", "iso-full", "go", "hms", "dhms", "hm",
}

// detect returns all readings of one value.
func detect(text []byte) []reading {
	var found []reading
	try := func(kind Kind, prefix Layout) {
		r := reading{kind: kind, prefix: prefix, fractions: 1, zones: 1, grain: units[0]}
		if strings.HasSuffix(string(prefix), "%S") {
			r.fractions = 1<<len(fractionForms) - 1
		}
		if kind == Datetime && prefix.finest(kind) < 24*time.Hour && !prefix.hasZone() {
			r.zones = 1<<len(zoneForms) - 1
		}
		trial := r
		if _, ok := trial.add(text, true); ok {
			found = append(found, r)
		}
	}
	for _, date := range dateLayouts {
		var m moment
		rest, ok := m.read(date, text)
		if !ok {
			continue
		}
		if try(Datetime, date); len(rest) == 0 {
			continue
		}
		for _, between := range []Layout{"T", " ", ", ", ":"} {
			if _, ok := m.read(between, rest); ok {
				for _, clock := range clockLayouts {
					try(Datetime, date+between+clock)
				}
			}
		}
	}
	try(Datetime, "%Y%m%dT%H%M%S")
	for _, span := range spanLayouts {
		try(Duration, span)
	}
	return found
}
