package space

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
)

const (
	// What people write has at most gridDigits digits after the point, or a
	// mantissa below maxMantissa; longer numbers come out of a computation, and
	// are real.
	gridDigits  = 9
	maxMantissa = 1e12
	// manyLevels is how many levels a column may have whether they repeat or not.
	manyLevels = 1000
	// fewLevels is how many texts are looked at for one that is a time.
	fewLevels = 100
	// fewRows is when values that are all distinct may be so by chance.
	fewRows = 20
	// fewNumbers is how many distinct numbers may be names of categories.
	fewNumbers = 20
	// proseWords and proseLength are the average length of what is no name.
	proseWords, proseLength = 5, 60
)

// Infer returns the sample space of a dataset from the profiles of its columns,
// and what a person knows of them better; o may be nil. The error names every
// column that no kind fits, and says what to do about it.
//
// Levels are in the order of their text, or of their value where all are
// numbers: the order of rows does not matter.
func Infer(columns []*Profile, o *Overrides) (*Schema, error) {
	s := &Schema{Fields: make([]Field, len(columns))}
	if o != nil {
		s.Rules = o.Rules
	}
	var wrong []error
	for j, p := range columns {
		f, err := p.infer(o.of(p.Name))
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		s.Fields[j] = f
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return s, nil
}

// of is Field that may be called without overrides.
func (o *Overrides) of(name string) *Override {
	if o == nil {
		return nil
	}
	return o.Field(name)
}

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
// been read as numbers.
func (p *Profile) numbersAreWanted(o *Override) bool {
	q := &Profile{Name: p.Name, Form: AsNumbers, Cells: p.Cells}
	for i, l := range p.Levels {
		if o.Declares(l) {
			continue
		}
		switch x, ok := q.Numbers.AddCell([]byte(l)); {
		case ok:
			q.Distinct.Add([]float64{x})
		case !o.Marks([]byte(l)):
			if q.Bad.Count += p.count(i); !q.Bad.few(p.Cells) {
				return false
			}
		}
	}
	unique := int64(len(p.Levels)) == p.Cells
	return q.mostlyNumbers() && !(unique && q.maybeID())
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

// infer returns the field of the column, read in the form that Reread gives.
func (p *Profile) infer(o *Override) (f Field, err error) {
	f = Field{Name: p.Name, Quoted: p.Quoted, Missing: p.markers()}
	switch p.Form {
	case AsNumbers:
		err = p.inferNumbers(&f, o)
	case AsTimes:
		err = p.inferTimes(&f, o)
	default:
		err = p.inferLevels(&f, o)
	}
	if err != nil {
		return Field{}, err
	}
	return f, o.Apply(&f)
}

// markers returns the markers of a missing value that were seen, the most
// frequent first.
func (p *Profile) markers() []string {
	seen := slices.SortedFunc(maps.Keys(p.Markers), func(a, b string) int {
		return cmp.Or(cmp.Compare(p.Markers[b], p.Markers[a]), cmp.Compare(a, b))
	})
	if len(seen) == 0 && p.Null > 0 {
		return []string{""}
	}
	return seen
}

func (p *Profile) errorf(format string, args ...any) error {
	return fmt.Errorf("column %q: "+format, append([]any{p.Name}, args...)...)
}

// misfit is the error of a column with a few cells that are not like the others.
func (p *Profile) misfit(what string) error {
	return fmt.Errorf("%s: column %q: %q is not %s (%d of %d values; use --type %s=category to keep them)",
		p.Bad.Place, p.Name, p.Bad.First, what, p.Bad.Count, p.Cells, p.Name)
}

func (p *Profile) inferNumbers(f *Field, o *Override) error {
	n := &p.Numbers
	switch {
	case p.Bad.Count > 0:
		return p.misfit("a number")
	case p.Type != nil && (p.Type.Kind == Datetime || p.Type.Kind == Duration):
		return p.inferTicks(f)
	case n.Count == 0 && o.Has(SetKind):
		return p.errorf("declared %v, but it has no values at all", o.Kind)
	case n.Count == 0:
		f.Kind, f.Why = Category, "no values at all"
		return nil
	case p.Type == nil && !o.Has(SetKind) && n.areBits(&p.Distinct):
		f.Kind = Bool
		f.Levels = []string{string(appendDecimal(nil, 0, n.MaxDigits, true)), string(appendDecimal(nil, 1, n.MaxDigits, true))}
		f.Why = fmt.Sprintf("only %s and %s", f.Levels[0], f.Levels[1])
		return nil
	}
	f.Kind, f.Digits, f.Fixed = n.grid()
	if f.Kind == Integer && p.Type != nil && p.Type.Kind == Real {
		f.Digits, f.Fixed = 1, true // they stay what they were: 1.0
	}
	f.Min, f.Max = n.Min, n.Max
	f.Why = n.describe(&p.Distinct)
	if o.Has(SetKind) && o.Kind != f.Kind {
		return p.declare(f, o)
	}
	return nil
}

// declare makes f of the numeric kind that o declares.
func (p *Profile) declare(f *Field, o *Override) error {
	switch {
	case o.Kind == Integer:
		return p.errorf("declared integer, but it has fractions: %s (use --type %s=decimal or real)", f.Why, p.Name)
	case o.Kind == Decimal && f.Kind == Real && !o.Has(SetDigits):
		return p.errorf("declared decimal, but it has no grid: %s (declare its digits, or use --type %s=real)", f.Why, p.Name)
	}
	f.Kind = o.Kind
	if f.Kind == Decimal {
		f.Digits = p.Numbers.MaxDigits
	}
	return nil
}

// grid returns the kind of numbers, and how many digits after the point they
// are written with.
//
// Whole numbers are integers, however few they be: models give a value with a
// real share of the rows a mass of its own, so that calling it a category would
// add nothing, and lose the order.
func (n *Numbers) grid() (kind Kind, digits int, fixed bool) {
	largest := max(-n.Min, n.Max)
	switch {
	case n.Whole == n.Count && largest <= maxExact:
		if n.MinDigits == n.MaxDigits { // 12, or 12.0 where all are so
			return Integer, n.MaxDigits, n.MaxDigits > 0
		}
		return Integer, 0, false
	case n.MaxDigits < len(pow10) && largest*pow10[n.MaxDigits] <= maxExact && (n.MaxDigits <= gridDigits || n.Mantissa < maxMantissa):
		return Decimal, n.MaxDigits, n.TrailingZero && n.MinDigits == n.MaxDigits
	}
	return Real, 0, false
}

// areBits reports whether the numbers are 0 and 1, written in one way.
func (n *Numbers) areBits(d *Distinct) bool {
	distinct, _ := d.Count()
	return distinct == 2 && n.Min == 0 && n.Max == 1 && n.Whole == n.Count && n.MinDigits == n.MaxDigits && !n.Odd
}

// describe says what the numbers are: "74 distinct whole numbers 17..90".
func (n *Numbers) describe(d *Distinct) string {
	distinct, exact := d.Count()
	many := count(distinct, "distinct number")
	if !exact {
		many = "more than " + many
	}
	kind, digits, _ := n.grid()
	how := "with up to " + count(n.MaxDigits, "decimal")
	switch kind {
	case Integer:
		many, how = strings.Replace(many, "distinct", "distinct whole", 1), ""
	case Decimal:
		how = "with " + count(digits, "decimal")
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s..%s %s", many, appendReal(nil, n.Min), appendReal(nil, n.Max), how))
}

// count returns "1 level", "2 levels".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// inferTicks describes times that came as ticks from a format with types.
func (p *Profile) inferTicks(f *Field) error {
	f.Kind, f.Unit, f.Layout, f.Zone = p.Type.Kind, p.Grain, p.Type.Layout, p.Type.Zone
	ticks := float64(p.Grain / p.Type.Unit) // in one of f's, exactly
	f.Min, f.Max = p.Numbers.Min/ticks, p.Numbers.Max/ticks
	f.Why = "the file says so"
	if f.Layout == "" {
		f.Layout = usualLayout(f.Kind, f.Unit)
	}
	return nil
}

// usualLayout returns how times that were never text are written.
func usualLayout(kind Kind, unit time.Duration) Layout {
	switch {
	case kind == Duration:
		return "iso"
	case unit >= 24*time.Hour:
		return "%Y-%m-%d"
	case unit >= time.Second:
		return "%Y-%m-%d %H:%M:%S"
	case unit >= time.Millisecond:
		return "%Y-%m-%d %H:%M:%S.%3f"
	}
	return "%Y-%m-%d %H:%M:%S.%6f"
}

func (p *Profile) inferTimes(f *Field, o *Override) error {
	p.Times.Describe(f)
	switch {
	case p.Bad.Count > 0:
		return p.misfit(fmt.Sprintf("written as %q", f.Layout))
	case o.Has(SetKind) && f.Kind != o.Kind:
		return p.errorf("declared %v, but it is a %v written as %q", o.Kind, f.Kind, f.Layout)
	}
	return nil
}

func (p *Profile) inferLevels(f *Field, o *Override) error {
	isMissing := missingAmong(p.Levels)
	if o.Has(SetMissing) {
		isMissing = o.Declares
	}
	var (
		n       int64 // cells that have a level
		bytes   int   // in all levels
		words   int   // in all levels
		missing = map[string]int64{}
	)
	for i, l := range p.Levels {
		if isMissing(l) {
			missing[l] = p.count(i)
			continue
		}
		n += p.count(i)
		bytes += len(l)
		words += 1 + strings.Count(l, " ")
	}
	p.Markers = missing
	f.Missing = p.markers()
	f.Levels = p.Levels // which may be many: they are copied only where they stay
	if len(missing) > 0 {
		f.Levels = slices.DeleteFunc(slices.Clone(p.Levels), func(l string) bool { return missing[l] > 0 })
	}
	levels := len(f.Levels)
	prose := words > proseWords*levels || bytes > proseLength*levels
	unique := int64(levels) == p.Cells

	switch {
	case o.Has(SetKind) && o.Kind.Numeric() && levels == 0:
		return p.errorf("declared %v, but it has no values at all", o.Kind)
	case o.Has(SetKind) && o.Kind.Numeric():
		return p.errorf("declared %v, but %q is none", o.Kind, f.Levels[0])
	case o.Has(SetKind) && o.Kind == Bool && levels > 2:
		return p.errorf("declared bool, but it has %d levels", levels)
	case o.Has(SetKind):
		f.Kind, f.Why = o.Kind, fmt.Sprintf("declared; %d different texts in %d rows", levels, n)
	case levels == 0:
		f.Kind, f.Why = Category, "no values at all"
	case isTruth(f.Levels):
		f.Kind, f.Why = Bool, fmt.Sprintf("only %s and %s", f.Levels[0], f.Levels[1])
	case unique && !prose && (levels >= fewRows || levels > 1 && namesID(p.Name)):
		f.Kind, f.Why = ID, fmt.Sprintf("%d rows, no two alike", levels)
	case levels > manyLevels && n < 2*int64(levels), unique && prose && levels >= fewRows:
		return p.errorf("free text that does not repeat (%d different texts in %d rows, such as %.60q) cannot be learned: "+
			"use --type %s=id to have it made up, or leave it out with --drop %s", levels, n, f.Levels[0], p.Name, p.Name)
	case prose:
		f.Kind, f.Why = Text, fmt.Sprintf("free text, but only %d different ones in %d rows", levels, n)
	default:
		f.Kind, f.Why = Category, count(levels, "level")
	}
	if f.Kind == ID {
		f.Pattern = InferIDPattern(f.Levels)
		f.Levels = nil
	} else {
		f.Levels = sortedLevels(f.Levels)
	}
	return nil
}

// sortedLevels returns levels in the order of their text, bytewise, or of their
// value where all are numbers.
func sortedLevels(levels []string) []string {
	levels = slices.Clone(levels)
	values := make(map[string]float64, len(levels))
	for _, l := range levels {
		x, ok := parseNumber([]byte(l))
		if !ok {
			slices.Sort(levels)
			return levels
		}
		values[l] = x
	}
	slices.SortFunc(levels, func(a, b string) int {
		return cmp.Or(cmp.Compare(values[a], values[b]), cmp.Compare(a, b))
	})
	return levels
}
