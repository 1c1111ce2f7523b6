package mixture

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/models/internal/product"
	"github.com/seed-64d012fb/mimic/space"
)

// Condition returns p(x | x in e), another mixture: each component is given the
// evidence, and Bayes' rule weighs the components. The package comment says when
// it is exact.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	r, weight, touched, err := m.within(e)
	if err != nil {
		return nil, err
	}
	if err := r.exact(touched); err != nil {
		return nil, err
	}
	r.settle(m, weight, touched)
	return r, r.weighComponents(weight)
}

// within returns m with what evidence says of levels and of numbers, and log p(c,
// levels in e) [K]. The chain and the weights of the components are still those of m.
func (m *Model) within(e space.Evidence) (r *Model, weight []float64, touched []touch, err error) {
	own := *m
	r = &own
	r.levels = slices.Clone(m.levels)
	r.known = slices.Clone(m.known)
	r.missing = make([][]float64, len(m.missing))
	for c := range r.missing {
		r.missing[c] = slices.Clone(m.missing[c])
	}
	weight = slices.Clone(m.weight.LogP())
	touched = make([]touch, len(m.known))
	for _, given := range e {
		if i := slices.Index(m.fields.Coded, given.Field); i >= 0 {
			if err := r.restrict(i, given, weight); err != nil {
				return nil, nil, nil, err
			}
			continue
		}
		k := slices.Index(m.fields.Numeric, given.Field)
		if k < 0 {
			return nil, nil, nil, product.Unlearned(m.schema, given.Field)
		}
		touched[k] = r.learn(k, given)
	}
	return r, weight, touched, nil
}

// settle gives m, which is old within evidence, its chain, and adds the
// log-probability of the evidence on numbers to weight [K].
func (m *Model) settle(old *Model, weight []float64, touched []touch) {
	m.sortChain()
	m.index()
	for c := range weight {
		for k, t := range touched {
			m.weigh(weight, c, k, t, m.evidence[c][k]-old.evidence[c][k])
		}
	}
}

// weighComponents gives the components weights of the given logarithms.
func (m *Model) weighComponents(log []float64) (err error) {
	total := logsum.Of(log)
	if math.IsInf(total, -1) {
		return mimic.ErrImpossible
	}
	weight := make([]float64, len(log))
	for c, l := range log {
		weight[c] = math.Exp(l - total)
	}
	m.weight, err = dist.NewCategorical(weight)
	return err
}

// restrict applies evidence on coded field i, and adds its log-probability in each
// component to weight.
func (m *Model) restrict(i int, given space.Given, weight []float64) error {
	book, share := m.levels[i].book.Restrict(given)
	l := levels{book: book}
	for c, old := range m.levels[i].given {
		p := slices.Clone(old.P())
		var total float64
		for code := range p {
			p[code] *= share[code]
			total += p[code]
		}
		weight[c] += math.Log(total)
		if total == 0 {
			l.given = append(l.given, old) // of a component that is impossible now
			continue
		}
		for code := range p {
			p[code] /= total
		}
		own, err := dist.NewCategorical(p)
		if err != nil {
			return err
		}
		l.given = append(l.given, own)
	}
	m.levels[i] = l
	return nil
}

// touch is what evidence admits of a number.
type touch struct {
	touched, there, missing bool
}

// learn adds evidence to what is known of number k.
func (m *Model) learn(k int, given space.Given) touch {
	t := touch{touched: true, missing: given.Missing && m.canMiss(k)}
	m.known[k], t.there = m.known[k].With(m.fields.Grids[k], given.Ranges)
	if t.missing {
		m.known[k] = m.known[k].AsRanges()
	}
	return t
}

func (m *Model) canMiss(k int) bool {
	return slices.ContainsFunc(m.missing, func(p []float64) bool { return p[k] > 0 })
}

func (m *Model) canBeThere(k int) bool {
	return slices.ContainsFunc(m.missing, func(p []float64) bool { return p[k] < 1 })
}

// weigh adds the log-probability in component c of evidence on number k, where it
// is there with probability exp(there) under the normal distribution.
func (m *Model) weigh(weight []float64, c, k int, t touch, there float64) {
	missing := &m.missing[c][k]
	switch {
	case !t.touched:
		weight[c] += there
	case !t.missing && !t.there:
		weight[c] = math.Inf(-1)
	case !t.missing:
		weight[c] += math.Log1p(-*missing) + there
		*missing = 0
	case !t.there:
		weight[c] += math.Log(*missing)
		*missing = 1
	default:
		if *missing == 1 {
			return
		}
		total := logsum.Add(math.Log(*missing), math.Log1p(-*missing)+there)
		weight[c] += total
		*missing = min(math.Exp(math.Log(*missing)-total), 1)
	}
}

// exact reports evidence that has no exact answer: among numbers that depend on
// each other, ranges of two of them, and on grids values without those before.
func (m *Model) exact(touched []touch) error {
	if m.shape.diagonal() {
		return nil
	}
	before := -1 // an earlier number of the chain that is not known
	ranged, unsure := -1, -1
	for _, k := range m.order {
		t := touched[k]
		gone := !m.canBeThere(k) || t.touched && !t.there
		grid := !m.fields.Grids[k].Real()
		known := &m.known[k]
		_, sureValue := known.Value()
		if gone {
			continue
		}
		if known.Any() && grid && before >= 0 {
			return inexact("field %q is known and %q, which comes before it, is not", m.name(k), m.name(before))
		}
		if known.Ranges() {
			if ranged >= 0 {
				return inexact("ranges of %q and %q, which depend on each other", m.name(ranged), m.name(k))
			}
			ranged = k
		}
		if sure := t.touched && !t.missing || !m.canMiss(k); known.Any() && !sure {
			unsure = k
		}
		if !sureValue && before < 0 {
			before = k
		}
	}
	if unsure >= 0 {
		for k := range m.known {
			if k != unsure && m.known[k].Any() {
				return inexact("field %q can be missing or not, and %q, which depends on it, is known", m.name(unsure), m.name(k))
			}
		}
	}
	return nil
}

// inexact is the error of a question that has no exact answer under covariances.
func inexact(format string, names ...any) error {
	return fmt.Errorf("%s: %w; a mixture fitted with covariance %q answers it", fmt.Sprintf(format, names...), mimic.ErrUnsupported, Diag)
}

func (m *Model) name(k int) string { return m.schema.Fields[m.fields.Numeric[k]].Name }

func (m *Model) sortChain() {
	m.order = slices.Clone(m.order)
	slices.SortStableFunc(m.order, func(a, b int) int { return m.rank(a) - m.rank(b) })
}

// rank is that of number k in the chain.
func (m *Model) rank(k int) int { return m.known[k].Rank(m.fields.Grids[k]) }

// Marginal returns the mixture of the named fields. The package comment says when
// it is exact.
func (m *Model) Marginal(names []string) (mimic.Model, error) {
	keep, err := product.Fields(m.schema, names)
	if err != nil {
		return nil, err
	}
	s := m.schema.Project(keep)
	r := &Model{schema: s, fields: normal.NewFields(s), shape: m.shape, weight: m.weight, rows: m.rows}
	for _, j := range r.fields.Coded {
		r.levels = append(r.levels, m.levels[slices.Index(m.fields.Coded, keep[j])])
	}
	var from []int      // number of m that each of r's was
	to := map[int]int{} // and back
	for i, j := range r.fields.Numeric {
		k := slices.Index(m.fields.Numeric, keep[j])
		from = append(from, k)
		to[k] = i
		r.known = append(r.known, m.known[k])
		r.spread = append(r.spread, m.spread[k])
	}
	for _, k := range m.order {
		if i, in := to[k]; in {
			r.order = append(r.order, i)
		}
	}
	known, err := m.droppable(to)
	if err != nil {
		return nil, err
	}
	for c := range m.mean {
		missing := make([]float64, len(from))
		for i, k := range from {
			missing[i] = m.missing[c][k]
		}
		mean, cov := m.given(c, known, from)
		r.missing, r.mean, r.cov = append(r.missing, missing), append(r.mean, mean), append(r.cov, cov)
	}
	r.index()
	return r, nil
}

// droppable returns the known values that a marginal which keeps some numbers
// leaves out, or an error where it is not exact.
func (m *Model) droppable(keep map[int]int) (known []int, err error) {
	if m.shape.diagonal() {
		return nil, nil
	}
	gone, kept := -1, 0 // left out and not known; free grid fields so far
	for _, k := range m.order {
		_, in := keep[k]
		_, sure := m.known[k].Value()
		free := !sure && m.canBeThere(k)
		switch grid := !m.fields.Grids[k].Real(); {
		case !in && sure:
			known = append(known, k)
		case !in && free && m.known[k].Ranges():
			return nil, inexact("the marginal has not %q, of which a range is known", m.name(k))
		case !in && free && (gone < 0 || grid):
			gone = k
		case in && free && grid:
			kept++
			if gone >= 0 && (kept > 1 || !m.fields.Grids[gone].Real()) {
				return nil, inexact("the marginal has %q and not %q, which comes before it", m.name(k), m.name(gone))
			}
		}
	}
	return known, nil
}

// given returns the mean and covariance of the numbers to in component c, given
// known values of others.
func (m *Model) given(c int, known, to []int) (mean, cov []float64) {
	for _, k := range to {
		mean = append(mean, m.mean[c][k])
		if m.shape.diagonal() {
			cov = append(cov, m.cov[c][k])
		}
	}
	if m.shape.diagonal() {
		return mean, cov
	}
	d := len(m.known)
	r := normal.Regress(m.cov[c], d, m.chain(c, known, m.rounding(c), nil), to)
	for t := range to {
		for i, a := range known {
			v, _ := m.known[a].Value()
			mean[t] += r.Beta[t*len(known)+i] * (v - m.mean[c][a])
		}
	}
	return mean, r.Rest
}
