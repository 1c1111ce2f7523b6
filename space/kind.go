package space

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// Kind says what sort of values a field takes.
type Kind uint8

// The kinds of a field.
const (
	Bool     Kind = iota + 1 // two levels
	Category                 // a finite set of levels without order
	Ordinal                  // levels with an order; declared, never inferred
	Integer                  // whole numbers
	Decimal                  // a grid of Digits decimal digits
	Real                     // real numbers
	Datetime                 // instants, in ticks of Unit since 1970-01-01 UTC
	Duration                 // spans of time, in ticks of Unit
	ID                       // unique to its row; never learned, made from its pattern
	Text                     // free text that repeats enough to be kept as levels
)

var kindNames = [...]string{
	Bool: "bool", Category: "category", Ordinal: "ordinal", Integer: "integer",
	Decimal: "decimal", Real: "real", Datetime: "datetime", Duration: "duration",
	ID: "id", Text: "text",
}

func (k Kind) String() string {
	if k > 0 && int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, error) {
	for k, n := range kindNames {
		if n == name && n != "" {
			return Kind(k), nil
		}
	}
	return 0, fmt.Errorf("unknown kind %q; %s", name, spell.Suggest(name, kindNames[1:]))
}

// Coded reports whether values are codes of Field.Levels (Column.Code).
func (k Kind) Coded() bool { return k == Bool || k == Category || k == Ordinal || k == Text }

// Numeric reports whether values are numbers (Column.Num).
func (k Kind) Numeric() bool { return k >= Integer && k <= Duration }

// Learned reports whether models learn the field: all kinds but ID.
func (k Kind) Learned() bool { return k != ID }
