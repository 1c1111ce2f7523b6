package space

import "errors"

// Overrides are a person's corrections of inference: a schema file of which
// any part may be left out. What is set holds; the rest is inferred.
type Overrides struct {
	Fields  []Override
	Dialect *Dialect // nil: detected
}

// Override says what is known of one field: the properties in Set, the values
// of which are in Field. Everything else is inferred from the data.
type Override struct {
	Field
	Set Property
	// Range holds the bounds as written, since the bounds of a datetime can be
	// read only when its layout is known; an empty one is taken from the data.
	Range [2]string
}

// Property is a set of the properties of a field.
type Property uint16

// The properties of a field that an override can set.
const (
	SetKind Property = 1 << iota
	SetLevels
	SetQuoted
	SetRange
	SetDigits
	SetFixed
	SetUnit
	SetLayout
	SetZone
	SetMissing
	SetPattern
)

// Has reports whether all properties of p are set.
func (o *Override) Has(p Property) bool { return o != nil && o.Set&p == p }

// UnmarshalOverrides reads a schema file of which any part may be left out.
func UnmarshalOverrides(text []byte) (*Overrides, error) { return nil, errors.New("not yet") }

// Field returns the override of the field of that name, or nil.
func (o *Overrides) Field(name string) *Override { return nil }

// SetKind adds what --type says: "age=category", or
// "day=datetime:%d.%m.%Y" with a layout.
func (o *Overrides) SetKind(arg string) error { return errors.New("not yet") }

// Check returns an error if a field that o names is not among the columns.
func (o *Overrides) Check(columns []string) error { return nil }

// Apply sets the properties that o sets on an inferred field: called when
// inference, which has obeyed Kind, Missing, Layout and Digits, is done.
// Levels that the data have and o does not list are dropped: they are outside
// the sample space. A nil Override changes nothing.
func (o *Override) Apply(f *Field) error { return nil }
