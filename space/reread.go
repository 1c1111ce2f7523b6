package space

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	// fewLevels is how many texts are looked at for one that is a time.
	fewLevels = 100
	// fewNumbers is how many distinct numbers may be names of categories.
	fewNumbers = 20
	// fewDates is how many distinct numbers may be dates, as 20240131, by chance:
	// of those with such a year one in 27 is.
	fewDates = 5
)

// compactDate is the layout of dates that are whole numbers too.
const compactDate Layout = "%Y%m%d"

// Reading is how the cells of a column are read.
type Reading struct {
	Form Form
	// AsTimes: the Kind, Layout and Unit to read the cells by, and Times that
	// read them, and have seen nothing yet.
	How   Field
	Times Times
}

// Reread returns how the column is to be read before it can be inferred: as it
// was, unless the cells have shown that to be wrong. What was read as text is
// known wholly: the reading that Reread gives for it is final.
//
// A reading that is right for some of the rows is a good guess for all of them.
func (p *Profile) Reread(o *Override) (r Reading) {
	declared, isDeclared := o.Form()
	switch {
	case isDeclared && declared != AsTimes:
		r.Form = declared
	case !isDeclared && !o.Has(SetLayout) && p.areCompactDates(o, &r):
		r.Form = AsTimes
	case p.Type != nil, p.Form == AsNumbers && p.mostlyNumbers() && !p.maybeID():
		r.Form = AsNumbers
	case p.Form == AsText && !isDeclared && p.numbersAreWanted(o):
		r.Form = AsNumbers
	case p.Form == AsTimes && p.Bad.Count == 0 && p.Times.Describe(&r.How):
		r.Form, r.Times = AsTimes, p.Times.Again()
	case p.Form == AsText && p.mostlyTimes(o, &r):
		r.Form = AsTimes
	}
	if r.Form == AsTimes {
		// Not coarser than the layout shows, whatever the values are so far.
		r.How.Unit = min(r.How.Unit, max(r.How.Layout.finest(r.How.Kind), time.Microsecond))
	}
	return r
}

// Form returns the form in which the kind that o declares is read; ok is false
// where it declares none.
func (o *Override) Form() (form Form, ok bool) {
	switch {
	case !o.Has(SetKind):
		return AsText, false
	case o.Kind == Datetime || o.Kind == Duration:
		return AsTimes, true
	case o.Kind.Numeric():
		return AsNumbers, true
	}
	return AsText, true
}

// Declares reports whether o says that text is a marker of a missing value,
// whatever it may be else: "-999".
func (o *Override) Declares(text string) bool {
	return o.Has(SetMissing) && slices.Contains(o.Missing, text)
}

// Marks reports whether text is a marker of a missing value in a column of
// numbers or times: those that o declares, else the usual ones.
func (o *Override) Marks(text []byte) bool {
	if o.Has(SetMissing) {
		return o.IsMissing(text)
	}
	return IsMarker(text)
}

// NewTimes returns Times that admit the layout that o declares, or any.
func (o *Override) NewTimes() Times {
	if !o.Has(SetLayout) {
		return Times{}
	}
	for _, kind := range []Kind{Datetime, Duration} {
		if t, err := TimesOf(kind, o.Layout); err == nil && (!o.Has(SetKind) || o.Kind == kind) {
			return *t
		}
	}
	return Times{}
}

// mostlyNumbers reports whether the column is one of numbers: the cells that
// are none are so few, and the numbers so many, that they must be mistakes.
func (p *Profile) mostlyNumbers() bool {
	n, exact := p.Distinct.Count()
	return p.Numbers.Count > 0 && !p.Numbers.Padded && !p.Numbers.Large &&
		(p.Bad.Count == 0 || p.Bad.few(p.Cells) && (n > fewNumbers || !exact))
}

// numbersAreWanted reports whether a column that was read as text should have
// been read as numbers. Zeros and ones are levels just as well, in half the
// memory.
func (p *Profile) numbersAreWanted(o *Override) bool {
	q := &Profile{Name: p.Name, Form: AsNumbers, Cells: p.Cells}
	var first []string // the first three numbers
	for i, l := range p.Levels {
		if o.Declares(l) {
			continue
		}
		switch x, ok := q.Numbers.AddCell([]byte(l)); {
		case ok:
			q.Distinct.Add([]float64{x})
			if len(first) < 3 {
				first = append(first, l)
			}
		case !o.Marks([]byte(l)):
			if q.Bad.Count += p.count(i); !q.Bad.few(p.Cells) {
				return false
			}
		}
	}
	isID := int64(len(p.Levels)) == p.Cells && q.maybeID()
	return q.mostlyNumbers() && !isID && !isTruth(first)
}

// areCompactDates reports whether the numbers of a column, read as text or as
// numbers, are all dates as 20240131, of the years from 1900 to 2099, and more of
// them than would be by chance; and sets how they are read. Of many numbers it
// knows some: the reading will show whether the others are dates too.
func (p *Profile) areCompactDates(o *Override, r *Reading) bool {
	if p.Type != nil || p.Form == AsTimes {
		return false
	}
	times, _ := TimesOf(Datetime, compactDate)
	isDate := func(text []byte) bool {
		return len(text) == len("20240131") && (text[0] == '1' && text[1] == '9' || text[0] == '2' && text[1] == '0') && times.Add(text)
	}
	n, repeats := 0, false
	if p.Form == AsText {
		for _, l := range p.Levels {
			switch {
			case o.Declares(l):
			case isDate([]byte(l)):
				n++
			case !o.Marks([]byte(l)):
				return false
			}
		}
		repeats = int64(n) < p.Cells
	} else {
		if p.Bad.Count > 0 || p.Numbers.Odd || p.Numbers.MaxDigits > 0 {
			return false
		}
		var buf [24]byte
		for _, x := range p.Distinct.slots {
			if x != x {
				continue
			}
			if !isDate(appendReal(buf[:0], x)) {
				return false
			}
			n++
		}
		repeats = p.Distinct.Repeats()
	}
	r.Times = times.Again()
	return n >= fewDates && (repeats || !namesID(p.Name)) && times.Describe(&r.How)
}

// mostlyTimes reports whether nearly all texts are datetimes or durations, or
// are declared to be, and sets how they are read.
func (p *Profile) mostlyTimes(o *Override, r *Reading) bool {
	_, isDeclared := o.Form()
	times := o.NewTimes()
	var bad Misfits
	some := false
	for i, l := range p.Levels {
		if o.Declares(l) {
			continue
		}
		if _, ok := times.Ticks(Trim([]byte(l)), time.Second); ok {
			some = true
		} else if !o.Marks([]byte(l)) {
			bad.Count += p.count(i)
			if hopeless := !some && i >= fewLevels; !isDeclared && (hopeless || !bad.few(p.Cells)) {
				return false
			}
		}
	}
	r.Times = times.Again()
	return times.Describe(&r.How)
}

// maybeID reports whether the numbers of a column are such that they are its
// IDs if they are unique: a count from 0 or 1, or whole numbers by the name of
// an ID. No other numbers are, be they as different as they may: populations
// and prices are measurements.
func (p *Profile) maybeID() bool {
	n := &p.Numbers
	whole := n.Count > 0 && n.Count == p.Cells && n.Whole == n.Count && n.MaxDigits == 0 && !n.Odd
	counts := n.Sequence && (n.First == 0 || n.First == 1) && n.Count >= fewRows
	return whole && !p.Distinct.Repeats() && n.Count > 1 && (counts || namesID(p.Name))
}

// namesID reports whether a column is called an ID: "id", "user_id", "PatientId".
func namesID(name string) bool {
	for _, word := range words(name) {
		switch word {
		case "id", "ids", "uuid", "guid", "key", "index", "idx", "rowid", "rownum":
			return true
		}
	}
	return false
}

// words splits a name as "user_id" or "userID" into its words, in small letters.
func words(name string) []string {
	var (
		out   []string
		start int
		prev  rune
	)
	cut := func(end int) {
		if end > start {
			out = append(out, strings.ToLower(name[start:end]))
		}
		start = end
	}
	for i, r := range name {
		switch {
		case !unicode.IsLetter(r):
			cut(i)
			start = i + len(string(r))
		case unicode.IsUpper(r) && unicode.IsLower(prev):
			cut(i)
		}
		prev = r
	}
	cut(len(name))
	return out
}
