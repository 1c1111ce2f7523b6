package gaussian

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/models/internal/product"
	"github.com/seed-64d012fb/mimic/space"
)

// Condition returns p(x | x in e) where it is exact: for any evidence on levels,
// and for numbers that are one value, missing, or there. A number on a grid can
// only be known when all that come before it in the chain are.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	r := *m
	r.levels = slices.Clone(m.levels)
	r.missing = slices.Clone(m.missing)
	r.pinned = slices.Clone(m.pinned)
	r.value = slices.Clone(m.value)
	for _, given := range e {
		if i := slices.Index(m.fields.Coded, given.Field); i >= 0 {
			var share float64
			if r.levels[i], share = r.levels[i].Restrict(given); share == 0 {
				return nil, m.impossible(given.Field)
			}
			continue
		}
		k := slices.Index(m.fields.Numeric, given.Field)
		if k < 0 {
			return nil, product.Unlearned(m.schema, given.Field)
		}
		if err := r.pin(k, given); err != nil {
			return nil, err
		}
	}
	free := -1 // an earlier field of the chain that is not known
	for _, k := range m.order {
		switch known := r.pinned[k] || r.missing[k] == 1; {
		case known && r.pinned[k] && free >= 0 && !m.fields.Grids[k].Real():
			return nil, fmt.Errorf("field %q is known and %q, which comes before it, is not: %w", m.name(k), m.name(free), mimic.ErrUnsupported)
		case !known && free < 0:
			free = k
		}
	}
	r.sortChain()
	r.index()
	return &r, nil
}

// pin applies evidence on numeric field k.
func (m *Model) pin(k int, given space.Given) error {
	f, g := &m.schema.Fields[given.Field], m.fields.Grids[k]
	in := func(p float64) bool {
		return slices.ContainsFunc(given.Ranges, func(r space.Interval) bool {
			return r.Min <= g.Value(p) && g.Value(p) <= r.Max
		})
	}
	all := slices.ContainsFunc(given.Ranges, func(r space.Interval) bool {
		return math.IsInf(r.Min, -1) && math.IsInf(r.Max, 1)
	})
	canMiss := given.Missing && m.missing[k] > 0
	p, values := g.Only(given.Ranges)
	switch {
	case m.pinned[k] && in(m.value[k]):
	case m.pinned[k]:
		return m.impossible(given.Field)
	case m.missing[k] == 1 && given.Missing, all && canMiss:
	case m.missing[k] == 1:
		return m.impossible(given.Field)
	case all:
		m.missing[k] = 0
	case values == 0 && canMiss:
		m.missing[k] = 1
	case values == 0:
		return m.impossible(given.Field)
	case values == 1 && !canMiss:
		m.pinned[k], m.value[k], m.missing[k] = true, p, 0
	default:
		return fmt.Errorf("field %q: evidence other than one value, missing, or there: %w", f.Name, mimic.ErrUnsupported)
	}
	return nil
}

func (m *Model) name(k int) string { return m.schema.Fields[m.fields.Numeric[k]].Name }

func (m *Model) impossible(field int) error {
	return fmt.Errorf("field %q: %w", m.schema.Fields[field].Name, mimic.ErrImpossible)
}

// sortChain moves pinned fields to the front of the chain: the reals that follow
// are then given them, and so are grid fields, which follow all reals anyway.
func (m *Model) sortChain() {
	var pinned, free []int
	for _, k := range m.order {
		if m.pinned[k] {
			pinned = append(pinned, k)
		} else {
			free = append(free, k)
		}
	}
	m.order = append(pinned, free...)
}

// Marginal returns the model of the named fields where it is exact: when what is
// left out are numbers that evidence knows, the last grid fields of the chain,
// and, if one grid field is kept at most, reals.
func (m *Model) Marginal(names []string) (mimic.Model, error) {
	keep, err := product.Fields(m.schema, names)
	if err != nil {
		return nil, err
	}
	s := m.schema.Project(keep)
	r := &Model{schema: s, fields: normal.NewFields(s)}
	var from []int      // numeric field of m that each of r's was
	to := map[int]int{} // and back
	for _, j := range r.fields.Coded {
		r.levels = append(r.levels, m.levels[slices.Index(m.fields.Coded, keep[j])])
	}
	for i, j := range r.fields.Numeric {
		k := slices.Index(m.fields.Numeric, keep[j])
		from = append(from, k)
		to[k] = i
	}
	var known []int // left out, and pinned
	gone := -1      // left out, and free
	kept := 0       // free grid fields so far
	for _, k := range m.order {
		i, in := to[k]
		if in {
			r.order = append(r.order, i)
		}
		free := !m.pinned[k] && m.missing[k] < 1
		switch grid := !m.fields.Grids[k].Real(); {
		case !in && m.pinned[k]:
			known = append(known, k)
		case !in && free && (gone < 0 || grid):
			gone = k
		case in && free && grid:
			kept++
			if gone >= 0 && (kept > 1 || !m.fields.Grids[gone].Real()) {
				return nil, fmt.Errorf("the marginal has %q and not %q, which comes before it: %w", m.name(k), m.name(gone), mimic.ErrUnsupported)
			}
		}
	}
	mean, cov := m.given(known, from)
	r.mean, r.cov = mean, cov
	for _, k := range from {
		r.missing = append(r.missing, m.missing[k])
		r.pinned = append(r.pinned, m.pinned[k])
		r.value = append(r.value, m.value[k])
	}
	r.index()
	return r, nil
}

// given returns the mean and covariance of the fields to, given the pinned
// values of the fields known.
func (m *Model) given(known, to []int) (mean, cov []float64) {
	c := m.chainOf(known)
	r := normal.Regress(m.cov, len(m.mean), c, to)
	for t, k := range to {
		at := m.mean[k]
		for i, a := range known {
			at += r.Beta[t*len(known)+i] * (m.value[a] - m.mean[a])
		}
		mean = append(mean, at)
	}
	return mean, r.Rest
}
