package models

import (
	"slices"

	"github.com/seed-64d012fb/mimic/space"
)

// Auto returns the kinds that a climb which is to find the best model of such
// data tries, in the order in which it does: those that are made for them, and
// those that take hardly any time; first the quick ones, last those that
// improve for as long as they are let. docs/decisions/0085 says why a choice is
// made before any rung is tried.
func Auto(s *space.Schema) []string {
	order := append([]string{}, quick...)
	switch sort := sortOf(s); sort {
	case pictures:
		order = append(order, "mixing", "pixelnet")
	case vectors:
		order = append(order, "forest", "treemix", "mixing", "nade", "blend")
	case numbers:
		order = append(order, "mixture", "forest", "kde")
	default:
		order = append(order, "forest")
	}
	there := Kinds()
	return slices.DeleteFunc(order, func(kind string) bool { return !slices.Contains(there, kind) })
}

// quick are the rungs that take a few passes over any data.
var quick = []string{"uniform", "independent", "gaussian", "chowliu", "naivebayes"}

// sort is a sort of data, which some rungs are made for.
type sort int

const (
	tables   sort = iota // of fields of all kinds
	numbers              // at least half of the fields are numbers
	vectors              // of bits, or of categories of a few levels each
	pictures             // of which there may be a label, too
)

// fewLevels is how many levels a field of a vector has at most.
const fewLevels = 16

func sortOf(s *space.Schema) sort {
	if s.Image != nil {
		return pictures
	}
	small, number, learned := 0, 0, s.Learned()
	for _, j := range learned {
		switch f := &s.Fields[j]; {
		case f.Kind.Numeric():
			number++
		case len(f.Levels) <= fewLevels:
			small++
		}
	}
	switch {
	case len(learned) == 0:
		return tables
	case small == len(learned):
		return vectors
	case 2*number >= len(learned):
		return numbers
	}
	return tables
}
