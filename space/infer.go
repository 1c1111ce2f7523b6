package space

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// manyLevels is how many levels a column may have whether they repeat or not.
	manyLevels = 1000
	// fewRows is when values that are all distinct may be so by chance.
	fewRows = 20
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
	s.inferConstantBits(columns, o)
	if o != nil && o.Image != nil {
		var err error
		if s.Image, err = o.Image.apply(s.Fields); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// inferConstantBits makes columns of zeros alone, or of ones, bits among bits,
// where most columns are: the other value is one that the rows did not show, and
// rows to come may have it.
func (s *Schema) inferConstantBits(columns []*Profile, o *Overrides) {
	var constant []*Field
	bits, others := 0, 0
	for j, p := range columns {
		f := &s.Fields[j]
		switch {
		case f.Kind == Bool && slices.Equal(f.Levels, []string{"0", "1"}):
			bits++
		case f.Kind == Integer && p.Type == nil && o.of(p.Name) == nil && f.Min == f.Max && (f.Min == 0 || f.Min == 1) && f.Digits == 0:
			constant = append(constant, f)
		case f.Kind.Learned():
			others++
		}
	}
	if bits <= others {
		return
	}
	for _, f := range constant {
		f.Kind, f.Levels = Bool, []string{"0", "1"}
		f.Why = fmt.Sprintf("only %.0f, among columns of 0 and 1", f.Min)
		f.Min, f.Max = 0, 0
	}
}

// of is Field that may be called without overrides.
func (o *Overrides) of(name string) *Override {
	if o == nil {
		return nil
	}
	return o.Field(name)
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
	missing := p.missing(o)
	p.Markers = missing
	f.Missing = p.markers()
	f.Levels = p.Levels // which may be many: they are copied only where they stay
	if len(missing) > 0 {
		f.Levels = slices.DeleteFunc(slices.Clone(p.Levels), func(l string) bool { return missing[l] > 0 })
	}
	n := p.Cells - p.Null // cells that have a level
	for _, count := range missing {
		n -= count
	}
	bytes, words := 0, len(f.Levels) // in all levels
	for _, l := range f.Levels {
		bytes += len(l)
		words += strings.Count(l, " ")
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
		f.Kind, f.Why = o.Kind, "declared; "+count(levels, "different text")
	case levels == 0:
		f.Kind, f.Why = Category, "no values at all"
	case isTruth(f.Levels):
		f.Levels = sortedLevels(f.Levels)
		f.Kind, f.Why = Bool, fmt.Sprintf("only %s and %s", f.Levels[0], f.Levels[1])
	case levels >= fewRows && n < 2*int64(levels) && areGrouped(f.Levels):
		return p.errorf("%q is a text, not a number, because of the marks between its thousands (there are %d different ones in %d rows): "+
			"take the marks out, or use --type %s=id to have such texts made up", f.Levels[slices.IndexFunc(f.Levels, isGrouped)], levels, n, p.Name)
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

// areGrouped reports whether levels are numbers, some with marks between their
// thousands.
func areGrouped(levels []string) bool {
	some := false
	for _, l := range levels {
		if isGrouped(l) {
			some = true
		} else if _, ok := parseNumber([]byte(strings.Replace(l, ",", ".", 1))); !ok {
			return false
		}
	}
	return some
}

// isGrouped reports whether text is a number whose thousands are set apart:
// 1,234.56 or 1.234,56 or 1 234 567.
func isGrouped(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	if i := strings.IndexFunc(digits, notDigit); i > 0 && i <= 3 {
		mark, size := utf8.DecodeRuneInString(digits[i:])
		if !strings.ContainsRune(",.' \u00a0\u202f", mark) {
			return false
		}
		groups := strings.Split(digits[i+size:], string(mark))
		last := len(groups) - 1
		if j := strings.IndexAny(groups[last], ".,"); j >= 0 { // a fraction
			if strings.ContainsFunc(groups[last][j+1:], notDigit) {
				return false
			}
			groups[last] = groups[last][:j]
		}
		return !slices.ContainsFunc(groups, func(g string) bool { return len(g) != 3 || strings.ContainsFunc(g, notDigit) })
	}
	return false
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

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
