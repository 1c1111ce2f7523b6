package kde

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/models/internal/product"
	"github.com/seed-64d012fb/mimic/space"
)

// coded returns the index of a coded field, or -1.
func (m *Model) coded(field int) int { return slices.Index(m.fields.Coded, field) }

func unsupported(s *space.Schema, field int) error {
	return fmt.Errorf("field %q is of no coded kind: %w", s.Fields[field].Name, mimic.ErrUnsupported)
}

// Condition returns p(x | x in e): the same kernels within e, over p(e).
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	r := *m
	r.known = slices.Clone(m.known)
	r.barred, r.never = slices.Clone(m.barred), slices.Clone(m.never)
	r.admitted = slices.Clone(m.admitted)
	for _, given := range e {
		if i := m.coded(given.Field); i >= 0 {
			r.restrict(i, given)
			continue
		}
		k := slices.Index(m.fields.Numeric, given.Field)
		if k < 0 {
			return nil, product.Unlearned(m.schema, given.Field)
		}
		var there bool
		r.known[k], there = r.known[k].With(r.numbers[k].grid, given.Ranges)
		r.barred[k] = r.barred[k] || !there
		r.never[k] = r.never[k] || !given.Missing
		if r.barred[k] {
			r.known[k] = normal.Known{}
		}
	}
	own := *m.index
	r.index = &own
	r.weigh()
	if math.IsInf(r.logEvidence, -1) {
		return nil, mimic.ErrImpossible
	}
	return &r, nil
}

// restrict adds evidence on coded field i.
func (m *Model) restrict(i int, given space.Given) {
	_, share := m.books[i].Restrict(given)
	in := make([]bool, len(share))
	for code, s := range share {
		in[code] = s > 0 && (m.admitted[i] == nil || m.admitted[i][code])
	}
	m.admitted[i] = in
}

// weigh computes the probability of the evidence, and what each row contributes
// to it.
func (m *Model) weigh() {
	logs := make([]float64, m.rows.n())
	for i, w := range m.rows.weight {
		logs[i] = math.Log(w)
	}
	total := math.Log(floats.Sum(m.rows.weight))
	evidence := false
	for e := range m.books {
		evidence = m.addLevels(logs, e) || evidence
	}
	for k := range m.numbers {
		evidence = m.addNumber(logs, k) || evidence
	}
	top := slices.Max(logs)
	m.cumulative = make([]float64, len(logs))
	var sum float64
	for i, v := range logs {
		sum += math.Exp(v - top)
		m.cumulative[i] = sum
	}
	m.logEvidence = 0
	if evidence {
		m.logEvidence = top + math.Log(sum) - total
	}
	if math.IsInf(top, -1) {
		m.logEvidence = top
	}
}

// addLevels adds to each row's logs the log-probability that its kernel gives to
// the evidence on coded field e, and reports whether there is any.
func (m *Model) addLevels(logs []float64, e int) bool {
	in := m.admitted[e]
	if in == nil {
		return false
	}
	by := make([]float64, len(in))
	for own := range by {
		var p float64
		for code, ok := range in {
			if ok {
				p += m.share(e, uint16(own), code)
			}
		}
		by[own] = math.Log(p)
	}
	for i, c := range m.rows.codes[e] {
		logs[i] += by[c]
	}
	return true
}

// share returns the probability of a code near a row whose own it is or not.
func (m *Model) share(e int, own uint16, code int) float64 {
	switch {
	case m.books[e].Codes() == 1:
		return 1
	case int(own) == code:
		return 1 - m.lambda[e]
	}
	return m.lambda[e] / float64(m.books[e].Codes()-1)
}

// addNumber is addLevels for number k.
func (m *Model) addNumber(logs []float64, k int) bool {
	if !m.barred[k] && !m.never[k] && !m.known[k].Any() {
		return false
	}
	for i, x := range m.rows.x[k] {
		gone, there := m.parts(k, x)
		logs[i] += logsum.Add(gone, there)
	}
	return true
}

// parts returns the log-probabilities near a row whose number k is x that the
// number is missing, and that it is there, each within the evidence.
func (m *Model) parts(k int, x float64) (gone, there float64) {
	n := &m.numbers[k]
	missing := n.missing(x != x)
	gone, there = math.Inf(-1), math.Inf(-1)
	if !m.never[k] {
		gone = math.Log(missing)
	}
	if !m.barred[k] {
		mean, sd := n.center(x)
		there = math.Log1p(-missing) + m.known[k].LogMass(n.grid, mean, sd)
	}
	return gone, there
}

// Marginal returns the model of the named fields. Evidence on fields that are
// left out weighs the rows.
func (m *Model) Marginal(names []string) (mimic.Model, error) {
	keep, err := product.Fields(m.schema, names)
	if err != nil {
		return nil, err
	}
	s := m.schema.Project(keep)
	r := &Model{schema: s, fields: normal.NewFields(s), rows: &rowSet{}}
	stays := make([]bool, len(m.schema.Fields))
	for _, j := range r.fields.Coded {
		e := m.coded(keep[j])
		stays[keep[j]] = true
		r.books, r.lambda = append(r.books, m.books[e]), append(r.lambda, m.lambda[e])
		r.admitted = append(r.admitted, m.admitted[e])
		r.rows.codes = append(r.rows.codes, m.rows.codes[e])
	}
	for _, j := range r.fields.Numeric {
		k := slices.Index(m.fields.Numeric, keep[j])
		stays[keep[j]] = true
		r.numbers = append(r.numbers, m.numbers[k])
		r.known = append(r.known, m.known[k])
		r.barred, r.never = append(r.barred, m.barred[k]), append(r.never, m.never[k])
		r.rows.x = append(r.rows.x, m.rows.x[k])
	}
	r.rows.weight = m.reweighed(stays)
	r.prepare()
	return r, nil
}

// reweighed returns the weights of rows given the evidence on fields that do not
// stay.
func (m *Model) reweighed(stays []bool) []float64 {
	logs := make([]float64, m.rows.n())
	evidence := false
	for e, j := range m.fields.Coded {
		if !stays[j] {
			evidence = m.addLevels(logs, e) || evidence
		}
	}
	for k, j := range m.fields.Numeric {
		if !stays[j] {
			evidence = m.addNumber(logs, k) || evidence
		}
	}
	if !evidence {
		return m.rows.weight
	}
	top := slices.Max(logs)
	weight := slices.Clone(m.rows.weight)
	for i, v := range logs {
		weight[i] *= max(math.Exp(v-top), 1e-300)
	}
	return weight
}
