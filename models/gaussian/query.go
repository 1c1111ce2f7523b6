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
	r, _, err := m.within(e)
	if err != nil {
		return nil, err
	}
	free := -1 // an earlier field of the chain that is not known
	for _, k := range m.order {
		_, sure := r.known[k].Value()
		switch {
		case r.missing[k] == 1:
		case r.known[k].Ranges():
			return nil, fmt.Errorf("field %q: evidence other than one value, missing, or there: %w", m.name(k), mimic.ErrUnsupported)
		case sure && free >= 0 && !m.fields.Grids[k].Real():
			return nil, fmt.Errorf("field %q is known and %q, which comes before it, is not: %w", m.name(k), m.name(free), mimic.ErrUnsupported)
		case !sure && free < 0:
			free = k
		}
	}
	r.sortChain()
	r.index()
	return r, nil
}

// within returns m with what evidence says of levels and of numbers, and the
// log-probability of that of levels. The chain is still that of m.
func (m *Model) within(e space.Evidence) (r *Model, logLevels float64, err error) {
	own := *m
	r = &own
	r.levels = slices.Clone(m.levels)
	r.missing = slices.Clone(m.missing)
	r.known = slices.Clone(m.known)
	for _, given := range e {
		if i := slices.Index(m.fields.Coded, given.Field); i >= 0 {
			var share float64
			if r.levels[i], share = r.levels[i].Restrict(given); share == 0 {
				return nil, 0, m.impossible(given.Field)
			}
			logLevels += math.Log(share)
			continue
		}
		k := slices.Index(m.fields.Numeric, given.Field)
		if k < 0 {
			return nil, 0, product.Unlearned(m.schema, given.Field)
		}
		if !r.learn(k, given) {
			return nil, 0, m.impossible(given.Field)
		}
	}
	return r, logLevels, nil
}

// learn adds evidence to what is known of number k, and reports whether it is possible.
func (m *Model) learn(k int, given space.Given) bool {
	known, there := m.known[k].With(m.fields.Grids[k], given.Ranges)
	there = there && m.missing[k] < 1
	missing := given.Missing && m.missing[k] > 0
	switch {
	case !there && missing:
		m.missing[k] = 1
	case missing:
		m.known[k] = known.AsRanges()
	case there:
		m.known[k], m.missing[k] = known, 0
	}
	return there || missing
}

func (m *Model) name(k int) string { return m.schema.Fields[m.fields.Numeric[k]].Name }

func (m *Model) impossible(field int) error {
	return fmt.Errorf("field %q: %w", m.schema.Fields[field].Name, mimic.ErrImpossible)
}

// sortChain moves what is known to the front of the chain: the reals that follow
// are then given that, and so are grid fields, which follow all reals anyway.
func (m *Model) sortChain() {
	m.order = slices.Clone(m.order)
	slices.SortStableFunc(m.order, func(a, b int) int { return m.rank(a) - m.rank(b) })
}

// rank is that of number k in the chain.
func (m *Model) rank(k int) int { return m.known[k].Rank(m.fields.Grids[k]) }

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
		_, sure := m.known[k].Value()
		free := !sure && m.missing[k] < 1
		switch grid := !m.fields.Grids[k].Real(); {
		case !in && sure:
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
		r.known = append(r.known, m.known[k])
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
			v, _ := m.known[a].Value()
			at += r.Beta[t*len(known)+i] * (v - m.mean[a])
		}
		mean = append(mean, at)
	}
	return mean, r.Rest
}
