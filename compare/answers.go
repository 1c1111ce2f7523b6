package compare

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Answer says how much of a question a model answers exactly.
type Answer string

// How much it answers.
const (
	All  Answer = "all"
	Some Answer = "some" // of the fields that were asked about
	None Answer = "no"
)

// Answers are the questions that a model may answer exactly, beside the
// likelihood, which all have.
type Answers struct {
	Conditions Answer // p(the others | a field)
	Marginals  Answer // p(the others), a field summed out
}

// probes is how many fields a model is asked about.
const probes = 8

// ask finds out what a rung answers exactly by asking: its conditional given the
// value that a training row has in one field, and its marginal without that
// field, for a few fields from the first to the last.
func (r *Rung) ask(ctx context.Context, train *table.Table) error {
	s := train.Schema()
	fields := s.Learned()
	if n := len(fields); n > probes {
		some := make([]int, probes)
		for i := range some {
			some[i] = fields[i*(n-1)/(probes-1)]
		}
		fields = some
	}
	r.Can = Answers{None, None}
	if m, ok := r.Model.(mimic.Conditioner); ok {
		r.Can.Conditions = count(fields, func(j int) error {
			_, err := m.Condition(evidence(train, j))
			return err
		})
	}
	if m, ok := r.Model.(mimic.Marginalizer); ok {
		r.Can.Marginals = count(fields, func(j int) error {
			var names []string
			for _, k := range s.Learned() {
				if k != j {
					names = append(names, s.Fields[k].Name)
				}
			}
			_, err := m.Marginal(names)
			return err
		})
	}
	return ctx.Err()
}

// evidence is that field j of a row is as in the first of t; a number, that it
// is so or more.
func evidence(t *table.Table, j int) space.Evidence {
	given := space.Given{Field: j}
	switch c := t.All().Cols[j]; {
	case c.Code != nil && c.Code[0] >= 0:
		given.Codes = []int32{c.Code[0]}
	case c.Num != nil && !math.IsNaN(c.Num[0]):
		given.Ranges = []space.Interval{{Min: c.Num[0], Max: math.Inf(1)}}
	default:
		given.Missing = true
	}
	return space.Evidence{given}
}

func count(fields []int, question func(j int) error) Answer {
	exact := 0
	for _, j := range fields {
		if question(j) == nil {
			exact++
		}
	}
	switch exact {
	case 0:
		return None
	case len(fields):
		return All
	}
	return Some
}
