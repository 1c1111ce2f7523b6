package space

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// Overrides are a person's corrections of inference: a schema file of which
// any part may be left out. What is set holds; the rest is inferred.
type Overrides struct {
	Fields  []Override
	Dialect *Dialect       // nil: detected
	Rules   []string       // see Schema.Rules
	Image   *ImageOverride // nil: the columns are no pixels
}

// Override says what is known of one field: the properties in Set, the values
// of which are in Field. Everything else is inferred from the data.
type Override struct {
	Field
	Set Property
	// Range holds the bounds as written, since the bounds of a datetime can be
	// read only when its layout is known; an empty one is taken from the data.
	Range [2]string

	line int // of the schema file; 0 if it comes from elsewhere
}

// Has reports whether all properties of p are set.
func (o *Override) Has(p Property) bool { return o != nil && o.Set&p == p }

// Field returns the override of the field of that name, or nil.
func (o *Overrides) Field(name string) *Override {
	for i := range o.Fields {
		if o.Fields[i].Name == name {
			return &o.Fields[i]
		}
	}
	return nil
}

// SetKind adds what --type says: "age=category", or "day=datetime:%d.%m.%Y" with
// a layout. It goes before what a schema file says of the field, as far as the
// kind has no use for it.
func (o *Overrides) SetKind(arg string) error {
	at := strings.LastIndexByte(arg, '=')
	if at <= 0 {
		return fmt.Errorf("%s does not say COLUMN=KIND, such as age=category", arg)
	}
	name, kindName := arg[:at], arg[at+1:]
	kindName, layout, hasLayout := strings.Cut(kindName, ":")
	kind, err := ParseKind(kindName)
	if err != nil {
		return fmt.Errorf("%s: %w", arg, err)
	}
	if hasLayout {
		if kind != Datetime && kind != Duration {
			return fmt.Errorf("%s: %s %v has no layout", arg, article(kind), kind)
		}
		if err := Layout(layout).check(kind); err != nil {
			return fmt.Errorf("%s: %w", arg, err)
		}
	}
	f := o.Field(name)
	if f == nil {
		o.Fields = append(o.Fields, Override{Field: Field{Name: name}})
		f = &o.Fields[len(o.Fields)-1]
	}
	f.Kind = kind
	f.Set |= SetKind
	for _, p := range properties {
		if !p.of(kind) {
			f.Set &^= p.set
		}
	}
	if hasLayout {
		f.Layout = Layout(layout)
		f.Set |= SetLayout
	}
	return nil
}

// ErrNoColumn reports a name that is no column's.
var ErrNoColumn = errors.New("the data have no such column")

// Check returns an error, which wraps ErrNoColumn, if a field that o names is not among
// the columns.
func (o *Overrides) Check(columns []string) error {
	if o == nil {
		return nil
	}
	has := make(map[string]bool, len(columns))
	for _, c := range columns {
		has[c] = true
	}
	for i := range o.Fields {
		if f := &o.Fields[i]; !has[f.Name] {
			return f.wrap(fmt.Errorf("%w; %s", ErrNoColumn, spell.Suggest(f.Name, columns)))
		}
	}
	return nil
}

// Apply sets the properties that o sets on an inferred field: called when
// inference, which has obeyed Kind, Missing, Layout and Digits, is done. It is
// an error if the data do not lie within the levels or the range that o sets,
// and if the field is not sound. A nil Override sets nothing.
func (o *Override) Apply(f *Field) error {
	if o != nil {
		if err := o.apply(f); err != nil {
			return o.wrap(err)
		}
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("column %q: %w", f.Name, err)
	}
	return nil
}

func (o *Override) apply(f *Field) error {
	for _, p := range properties {
		if !o.Has(p.set) {
			continue
		}
		if !p.of(f.Kind) {
			return fmt.Errorf("it is %s %v, which has no %s", article(f.Kind), f.Kind, p.key)
		}
		if err := p.apply(f, o); err != nil {
			return err
		}
	}
	return nil
}

// OverrideError says where an override stands that cannot hold.
type OverrideError struct {
	Line  int // of the schema file; 0 if it comes from elsewhere
	Field string
	Err   error
}

func (e *OverrideError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("schema line %d: field %q: %v", e.Line, e.Field, e.Err)
	}
	return fmt.Sprintf("field %q: %v", e.Field, e.Err)
}

func (e *OverrideError) Unwrap() error { return e.Err }

// wrap adds to an error where the override stands.
func (o *Override) wrap(err error) error { return &OverrideError{o.line, o.Name, err} }

// complete returns the field that o describes without any data.
func (o *Override) complete() (Field, error) {
	f := Field{Name: o.Name, Min: math.Inf(1), Max: math.Inf(-1)} // the range of no data
	if !o.Has(SetKind) {
		return f, o.wrap(fmt.Errorf("no kind is given"))
	}
	if o.Has(SetLayout) {
		f.Unit = o.Layout.finest(o.Kind)
	}
	for _, p := range properties {
		required := SetLevels | SetRange | SetLayout | SetPattern
		if o.Kind == Decimal {
			required |= SetDigits
		}
		if p.set&required != 0 && p.of(o.Kind) && !o.Has(p.set) {
			return f, o.wrap(fmt.Errorf("%s %v needs %s", article(o.Kind), o.Kind, p.key))
		}
	}
	if o.Has(SetRange) && (o.Range[0] == "" || o.Range[1] == "") {
		return f, o.wrap(fmt.Errorf("an end of its range is left out"))
	}
	if err := o.apply(&f); err != nil {
		return f, o.wrap(err)
	}
	if !f.Kind.Numeric() {
		f.Min, f.Max = 0, 0
	}
	return f, nil
}

func applyLevels(f *Field, o *Override) error {
	listed := make(map[string]bool, len(o.Levels))
	for _, l := range o.Levels {
		listed[l] = true
	}
	for _, l := range f.Levels {
		if !listed[l] {
			return fmt.Errorf("the data have %q, which is not among its levels; %s", l, spell.Suggest(l, o.Levels))
		}
	}
	f.Levels = o.Levels
	return nil
}

func applyDigits(f *Field, o *Override) error {
	if f.Kind == Decimal && f.Digits > o.Digits {
		return fmt.Errorf("the data have %d digits after the point, more than %d", f.Digits, o.Digits)
	}
	f.Digits = o.Digits
	return nil
}

// applyUnit changes the unit, and the bounds with it.
func applyUnit(f *Field, o *Override) error {
	if finest := f.Layout.finest(f.Kind); o.Unit < finest {
		return fmt.Errorf("unit %s is finer than the layout %q shows, which is %s", unitName(o.Unit), f.Layout, unitName(finest))
	}
	if f.Min <= f.Max {
		if f.Unit < o.Unit {
			return fmt.Errorf("the data are finer than unit %s: they have %s", unitName(o.Unit), unitName(f.Unit))
		}
		f.Min, f.Max = instantAt(f.Min, f.Unit).ticks(o.Unit), instantAt(f.Max, f.Unit).ticks(o.Unit)
	}
	f.Unit = o.Unit
	return nil
}

func applyRange(f *Field, o *Override) error {
	seen := *f
	for i, end := range []*float64{&f.Min, &f.Max} {
		if o.Range[i] == "" {
			continue
		}
		var err error
		if *end, err = f.ParseNum([]byte(o.Range[i])); err != nil {
			return fmt.Errorf("its range: %w", err)
		}
	}
	if o.Range[0] != "" && o.Range[1] != "" && f.Min > f.Max {
		return fmt.Errorf("range [%s, %s] is empty", o.Range[0], o.Range[1])
	}
	if seen.Min < f.Min || seen.Max > f.Max {
		return fmt.Errorf("the data go from %s to %s, beyond its range [%s, %s]",
			f.bound(seen.Min), f.bound(seen.Max), f.bound(f.Min), f.bound(f.Max))
	}
	return nil
}
