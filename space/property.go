package space

import (
	"slices"
	"strconv"
)

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
	SetStorage
)

// property is a key of a field in a schema file.
type property struct {
	key string
	set Property
	// of reports whether fields of a kind have the property.
	of func(Kind) bool
	// read takes the value from the file.
	read func(o *Override, v node) error
	// write returns the value as YAML, nil if it goes without saying.
	write func(f *Field) []byte
	// apply sets the property of f to that of o.
	apply func(f *Field, o *Override) error
}

func anyKind(Kind) bool { return true }
func isOf(kinds ...Kind) func(Kind) bool {
	return func(k Kind) bool { return slices.Contains(kinds, k) }
}

// properties are the keys of a field in the order in which they are written;
// those that say what a number means come before the range, which is made of
// numbers.
var properties = []property{
	{
		key: "kind", set: SetKind, of: anyKind,
		read: func(o *Override, v node) error {
			text, err := v.text()
			if err != nil {
				return err
			}
			if o.Kind, err = ParseKind(text); err != nil {
				return v.errorf("%v", err)
			}
			return nil
		},
		write: func(f *Field) []byte { return []byte(f.Kind.String()) },
		apply: func(f *Field, o *Override) error { f.Kind = o.Kind; return nil },
	},
	{
		key: "levels", set: SetLevels, of: Kind.Coded,
		read:  func(o *Override, v node) (err error) { o.Levels, err = v.texts(); return err },
		write: func(f *Field) []byte { return appendList(nil, f.Levels) },
		apply: applyLevels,
	},
	{
		key: "digits", set: SetDigits, of: isOf(Integer, Decimal),
		read: func(o *Override, v node) error {
			text, err := v.text()
			if err != nil {
				return err
			}
			if o.Digits, err = strconv.Atoi(text); err != nil || o.Digits < 0 || o.Digits >= len(pow10) {
				return v.errorf("%q is no number of digits after the point: 0 to %d", text, len(pow10)-1)
			}
			return nil
		},
		write: func(f *Field) []byte {
			if f.Kind == Integer && f.Digits == 0 {
				return nil
			}
			return strconv.AppendInt(nil, int64(f.Digits), 10)
		},
		apply: applyDigits,
	},
	flagProperty("fixed", SetFixed, isOf(Integer, Decimal), func(f *Field) *bool { return &f.Fixed }),
	{
		key: "layout", set: SetLayout, of: isOf(Datetime, Duration),
		read: func(o *Override, v node) error {
			text, err := v.text()
			o.Layout = Layout(text)
			return err
		},
		write: func(f *Field) []byte { return appendScalar(nil, string(f.Layout)) },
		apply: func(f *Field, o *Override) error { f.Layout = o.Layout; return nil },
	},
	{
		key: "unit", set: SetUnit, of: isOf(Datetime, Duration),
		read: func(o *Override, v node) error {
			text, err := v.text()
			if err != nil {
				return err
			}
			if o.Unit, err = parseUnit(text); err != nil {
				return v.errorf("%v", err)
			}
			return nil
		},
		write: func(f *Field) []byte { return appendScalar(nil, unitName(f.Unit)) },
		apply: applyUnit,
	},
	{
		key: "zone", set: SetZone, of: isOf(Datetime),
		read: func(o *Override, v node) error {
			text, err := v.text()
			if err != nil {
				return err
			}
			if err := checkZone(text); err != nil {
				return v.errorf("%v", err)
			}
			o.Zone = text
			return nil
		},
		write: func(f *Field) []byte {
			if f.Zone == "" {
				return nil
			}
			return appendScalar(nil, f.Zone)
		},
		apply: func(f *Field, o *Override) error { f.Zone = o.Zone; return nil },
	},
	{
		key: "range", set: SetRange, of: Kind.Numeric,
		read: func(o *Override, v node) error {
			ends, err := v.list()
			if err != nil {
				return err
			}
			if len(ends) != 2 {
				return v.errorf("a range has two ends: [min, max]")
			}
			for i, e := range ends {
				if e.isNull() {
					continue // from the data
				}
				if o.Range[i], err = e.text(); err != nil {
					return err
				}
			}
			return nil
		},
		write: func(f *Field) []byte {
			return slices.Concat([]byte("["), f.bound(f.Min), []byte(", "), f.bound(f.Max), []byte("]"))
		},
		apply: applyRange,
	},
	{
		key: "pattern", set: SetPattern, of: isOf(ID),
		read:  func(o *Override, v node) (err error) { o.Pattern, err = v.text(); return err },
		write: func(f *Field) []byte { return appendScalar(nil, f.Pattern) },
		apply: func(f *Field, o *Override) error { f.Pattern = o.Pattern; return nil },
	},
	{
		key: "missing", set: SetMissing, of: anyKind,
		read: func(o *Override, v node) (err error) { o.Missing, err = v.texts(); return err },
		write: func(f *Field) []byte {
			if len(f.Missing) == 0 {
				return nil
			}
			return appendList(nil, f.Missing)
		},
		apply: func(f *Field, o *Override) error { f.Missing = o.Missing; return nil },
	},
	{
		key: "storage", set: SetStorage, of: anyKind,
		read: func(o *Override, v node) (err error) { o.Storage, err = v.text(); return err },
		write: func(f *Field) []byte {
			if f.Storage == "" {
				return nil
			}
			return appendScalar(nil, f.Storage)
		},
		apply: func(f *Field, o *Override) error { f.Storage = o.Storage; return nil },
	},
	flagProperty("quoted", SetQuoted, anyKind, func(f *Field) *bool { return &f.Quoted }),
}

// bound returns a bound of f as YAML: dates in quotes, so that all readers
// take them for texts.
func (f *Field) bound(x float64) []byte {
	text := f.AppendNum(nil, x)
	if f.Kind == Datetime || f.Kind == Duration {
		return appendScalar(nil, string(text))
	}
	return text
}

// flagProperty is a property that is true or false, and false if not said.
func flagProperty(key string, set Property, of func(Kind) bool, flag func(*Field) *bool) property {
	return property{
		key: key, set: set, of: of,
		read: func(o *Override, v node) (err error) { *flag(&o.Field), err = v.flag(); return err },
		write: func(f *Field) []byte {
			if !*flag(f) {
				return nil
			}
			return []byte("true")
		},
		apply: func(f *Field, o *Override) error { *flag(f) = *flag(&o.Field); return nil },
	}
}

func propertyOf(key string) *property {
	for i := range properties {
		if properties[i].key == key {
			return &properties[i]
		}
	}
	return nil
}

func propertyKeys() []string {
	keys := []string{"name"}
	for _, p := range properties {
		keys = append(keys, p.key)
	}
	return keys
}
