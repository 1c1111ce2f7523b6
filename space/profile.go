package space

import (
	"math"
	"slices"
	"time"
)

// Form is how the cells of a column are read before its field is known.
type Form uint8

// The forms of reading. Every column can be read as text; the others are
// shortcuts for columns that would have too many distinct texts.
const (
	AsText    Form = iota // distinct texts
	AsNumbers             // float64
	AsTimes               // ticks of a layout
)

// Profile is what inference knows of a column: facts about all of its cells.
// Package ingest collects it.
type Profile struct {
	Name string
	Form Form // which of the parts below is filled
	// Type is what the format says of the column, for columns that come as
	// numbers from a format that has types; or nil.
	Type *Field

	Cells int64 // rows
	Null  int64 // of them without any text, as null in JSON
	// Quoted says that all texts but missing markers are written in quotes.
	Quoted bool

	// Markers counts the usual markers of a missing value (see IsMarker), for
	// forms other than AsText.
	Markers map[string]int64
	Bad     Misfits // cells that are neither marker nor of the form

	Numbers  Numbers       // AsNumbers
	Distinct Distinct      // of them
	Grain    time.Duration // coarsest unit of which they are whole numbers, if Type is a time
	Times    Times         // AsTimes

	// Levels are the distinct texts in the order of their first appearance,
	// markers among them; Counts says how often each occurs, and may be nil if
	// all do once. AsText.
	Levels []string
	Counts []int64
}

// count returns how often level i occurs.
func (p *Profile) count(i int) int64 {
	if p.Counts == nil {
		return 1
	}
	return p.Counts[i]
}

// Misfits are the cells of a column that are not what the others are.
type Misfits struct {
	Count int64
	First string // the first of them
	Place string // where that is: "adult.csv:381"
}

// Merge adds the misfits of later rows.
func (m *Misfits) Merge(later Misfits) {
	if m.Count == 0 {
		*m = later
		return
	}
	m.Count += later.Count
}

// few reports whether m are so few among n cells that they must be mistakes.
func (m *Misfits) few(n int64) bool { return m.Count > 0 && m.Count <= max(1, n/100) && n > fewRows }

// Grain returns the coarsest unit of which all ticks are whole numbers; NaN does
// not count. ticks are ticks of unit.
func Grain(ticks []float64, unit time.Duration) time.Duration {
	for _, u := range units {
		n := float64(u) / float64(unit)
		// Exact below 2^53, and twenty times as fast as math.Mod.
		part := func(x float64) bool { return math.Trunc(x/n)*n != x && x == x }
		if u%unit == 0 && !slices.ContainsFunc(ticks, part) {
			return u
		}
	}
	return unit
}
