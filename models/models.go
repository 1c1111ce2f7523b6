// Package models is the ladder: the list of all rungs, so that nothing else
// needs to know of a particular one.
package models

import (
	"fmt"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// Options are what a caller can ask of any rung without knowing which it is. A
// rung takes what concerns it and ignores the rest; the zero value is every
// rung's default.
type Options struct {
	Label string `json:"label,omitempty"` // the field that a rung with a label explains; empty means none
	Seed  uint64 `json:"seed"`            // of what a rung draws while it fits, such as where EM starts
	Sharp bool   `json:"sharp,omitempty"` // closer to the data, and to its rows
	// Discriminate is the weight of telling the label, beside likelihood.
	Discriminate float64 `json:"discriminate,omitempty"`
	// Validation is how many of the last rows are there to choose by, such as a
	// size or when to stop: what is chosen has not learned from them before it is
	// refitted (mimic.Refitter). 0 lets a rung that has to choose hold rows out by
	// itself.
	Validation int64 `json:"validation,omitempty"`
}

// Rung is one kind of model.
type Rung struct {
	Kind    string // "independent": what --model takes and the model file says
	Summary string // one line for help
	// New returns the rung's family under the options.
	New func(Options) (mimic.Family, error)
	// Decode reads what Model.AppendBinary wrote. The blob may be hostile:
	// whatever it holds, Decode returns a sound model or an error.
	Decode func(*space.Schema, []byte) (mimic.Model, error)
}

// All returns the rungs in the order of the ladder, the simplest first.
func All() []Rung { return append([]Rung(nil), ladder...) }

// Lookup returns the rung of that kind.
func Lookup(kind string) (Rung, error) { return find(ladder, kind) }

func find(rungs []Rung, kind string) (Rung, error) {
	for _, r := range rungs {
		if r.Kind == kind {
			return r, nil
		}
	}
	return Rung{}, fmt.Errorf("unknown model %q: one of %s", kind, strings.Join(kindsOf(rungs), ", "))
}

// Kinds returns the names of the rungs in the order of the ladder.
func Kinds() []string { return kindsOf(ladder) }

func kindsOf(rungs []Rung) []string {
	kinds := make([]string, len(rungs))
	for i, r := range rungs {
		kinds[i] = r.Kind
	}
	return kinds
}
