// Package space describes the sample space: the set of all values that an
// observation can take, as named fields, each with a kind, a domain and a base
// measure. It is inferred from data, written to a file that a person can edit,
// and read back.
package space

import (
	"math"
	"time"
)

// Schema is a sample space: the fields of a row, in their order, and how the
// rows were written, so that samples can be written the same way.
type Schema struct {
	Fields  []Field
	Dialect Dialect
	// Rules are expressions that every row obeys; package rules reads them.
	Rules []string
	// Image says which fields are the pixels of a picture; nil for none.
	Image *Image
}

// Dialect is how a text file of rows was written.
type Dialect struct {
	Delimiter string // "," ";" "\t" "|"; empty means ","
	NoHeader  bool   // rows only, no line of names
	CRLF      bool   // lines end in \r\n
	BOM       bool   // the file starts with a UTF-8 byte-order mark
	Spaced    bool   // a space follows each delimiter: "39, State-gov, 77516"
	// DecimalComma says that numbers are written "1,5". Values and levels are
	// kept with a point; and a text "1.5" among them with a comma.
	DecimalComma bool
}

// Field is one column of the sample space.
//
// The base measure follows from the kind: counting measure on levels and on
// grids (LogProb is the log of a mass), Lebesgue measure on Real (a density in
// the data's own unit). ID fields have none: they add nothing to LogProb.
type Field struct {
	Name string
	Kind Kind

	// Levels of a coded kind as they are written; a value's code is its index.
	Levels []string
	// Quoted levels or values are always written in quotes.
	Quoted bool

	// Min and Max bound a numeric kind, both included, in the field's unit.
	Min, Max float64
	// Digits after the decimal point: the grid of Decimal is 10^-Digits.
	// Fixed says that trailing zeros are written ("1.50"); an Integer may have
	// them too ("1.0"), and is a whole number nevertheless.
	Digits int
	Fixed  bool
	// Unit is the tick of Datetime and Duration: values are whole numbers of it.
	Unit time.Duration
	// Layout is how a Datetime or Duration is written.
	Layout Layout
	// Zone is the offset, "+02:00" or "-03:30", in which a Datetime is written
	// whose layout shows offsets; empty means UTC. Values are instants, so that
	// an offset that varies from row to row is not kept.
	Zone string

	// Missing lists the markers of a missing value, the first of which is
	// written; an empty list means that the field is never missing. The empty
	// string is a marker like any other.
	Missing []string

	// Pattern makes the values of an ID field (see FillIDs).
	Pattern string

	// Storage is the type of the column in a file format that has types, such
	// as "int32" or "timestamp[us,UTC]" in Parquet; empty means the usual one of
	// the kind. It is how a value is written, not what it can be.
	Storage string

	// Why says in a few words why inference chose the kind; a comment only.
	Why string
}

// Optional reports whether a value may be missing.
func (f *Field) Optional() bool { return len(f.Missing) > 0 }

// Step returns the distance between neighbours on the field's grid, in the
// field's unit: 1 for whole numbers and ticks, 10^-Digits for decimals, 0 for
// reals and for kinds that are not numeric.
func (f *Field) Step() float64 {
	switch f.Kind {
	case Integer, Datetime, Duration:
		return 1
	case Decimal:
		return math.Pow10(-f.Digits)
	}
	return 0
}

// Snap returns the grid value nearest to x, bit-equal to what reading its text
// gives; a real is returned as it is.
func (f *Field) Snap(x float64) float64 {
	switch f.Kind {
	case Integer, Datetime, Duration:
		return math.Round(x)
	case Decimal:
		scale := math.Pow10(f.Digits)
		return gridSteps(x, scale) / scale
	}
	return x
}

// gridSteps returns the whole number n for which n/scale is nearest to x. The
// product x·scale is rounded, and so may miss it by one where n is so large that
// its last bit is a half.
func gridSteps(x, scale float64) float64 {
	n := math.Round(x * scale)
	if math.Abs(n) < 1<<50 {
		return n
	}
	for _, m := range [...]float64{n - 1, n + 1} {
		if math.Abs(m/scale-x) < math.Abs(n/scale-x) {
			return m
		}
	}
	return n
}

// Index returns the position of the field of that name, or -1.
func (s *Schema) Index(name string) int {
	for j := range s.Fields {
		if s.Fields[j].Name == name {
			return j
		}
	}
	return -1
}

// Learned returns the positions of the fields that models learn, in order.
func (s *Schema) Learned() []int {
	var fields []int
	for j := range s.Fields {
		if s.Fields[j].Kind.Learned() {
			fields = append(fields, j)
		}
	}
	return fields
}

// Project returns the schema of some of the fields, by position, in the order
// given. It has the picture if they have all its pixels, as they were in a row.
func (s *Schema) Project(fields []int) *Schema {
	p := &Schema{Dialect: s.Dialect, Fields: make([]Field, len(fields)), Image: s.Image.project(fields)}
	for i, j := range fields {
		p.Fields[i] = s.Fields[j]
	}
	return p
}
