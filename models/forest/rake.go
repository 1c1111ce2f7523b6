package forest

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// Raking finds the scores of a tilt by iterative proportional fitting: one view after
// the other, over again, moves the classes in each group of its bins towards the rows
// that they have there, on either side. So pairs of columns are as frequent under the
// chain, given the columns before, as in the training rows, as far as there are rows
// enough to say so: rakeRows rows say that a score is 0.
//
// Reference: Deming & Stephan (1940), On a least squares adjustment of a sampled
// frequency table when the expected marginal totals are known; Darroch & Ratcliff
// (1972), Generalized iterative scaling for log-linear models.
const (
	rakeRows   = 60. // that say that a score is 0
	rakeSweeps = 3
	rakeSteps  = 16  // groups of the bins of an ordered view
	rakeLeast  = 256 // rows of a table: fewer say nothing
)

// raking is a tilt in the making.
type raking struct {
	*tilt
	class  []uint8   // [rows]
	sideOf []uint8   // [rows]
	mass   []float32 // [rows × classes] of a leaf of the row
	sums   []uint16  // [rows × classes] of the scores so far
}

// rake returns the tilt of the column at a position of the chain, whose rows have the
// given codes, or nil where it has none.
func (m *Model) rake(p int, codes []uint16, bins [][]uint8) *tilt {
	c := &m.columns[p]
	if len(codes) < rakeLeast || len(c.ask) == 0 || c.digit != whole || c.line != nil {
		return nil
	}
	t := &tilt{bounds: c.classBounds()}
	if t.classes() < 2 {
		return nil
	}
	r := newRaking(c, t, codes, bins)
	m.chooseSide(r, c.ask, bins)
	for _, v := range c.ask[:min(len(c.ask), mostTerms)] {
		group, n := m.stepsOf(int(v), countBins(bins[v], m.views[v].bins), rakeSteps)
		t.terms = append(t.terms, tiltTerm{view: v, group: group, score: make([]int16, t.sides()*n*t.classes())})
	}
	for range rakeSweeps {
		for k := range t.terms {
			r.fit(&t.terms[k], bins[t.terms[k].view])
		}
	}
	t.terms = slices.DeleteFunc(t.terms, func(e tiltTerm) bool {
		return slices.Min(e.score) == 0 && slices.Max(e.score) == 0
	})
	if len(t.terms) == 0 {
		return nil
	}
	slices.SortFunc(t.terms, func(a, b tiltTerm) int { return int(a.view - b.view) })
	return t
}

// classBounds returns the bounds of the classes of the column's codes.
func (c *column) classBounds() []uint16 {
	codes := len(c.rows)
	bounds := []uint16{0}
	switch {
	case codes <= mostClasses:
		for k := range codes {
			bounds = append(bounds, uint16(k+1))
		}
	case c.ordered:
		class := make([]int32, codes)
		for k, n := range c.rows {
			class[k] = int32(n)
		}
		classes := mostClasses
		if c.missing >= 0 {
			classes-- // which is that of the missing code
		}
		group(class, c.missing, classes, int(sum(c.rows)))
		for k := 1; k < codes; k++ {
			if class[k] != class[k-1] {
				bounds = append(bounds, uint16(k))
			}
		}
		bounds = append(bounds, uint16(codes))
	}
	return bounds
}

// newRaking returns a raking that knows of no view yet. A row has the masses of one of
// the column's trees, each in turn: that is what a sampled row has.
func newRaking(c *column, t *tilt, codes []uint16, bins [][]uint8) *raking {
	n := t.classes()
	r := &raking{t, make([]uint8, len(codes)), make([]uint8, len(codes)), make([]float32, len(codes)*n), make([]uint16, len(codes)*n)}
	masses := make([][]perClass, len(c.turns))
	for i, tree := range c.turns {
		masses[i] = t.massesOf(tree, len(c.rows))
	}
	for i, k := range codes {
		r.class[i] = uint8(t.classOf(k))
		turn := i % len(c.turns)
		for j, mass := range masses[turn][c.turns[turn].leaf(bins, i)][:n] {
			r.mass[i*n+j] = float32(mass) / words
		}
	}
	for i := range r.sums {
		r.sums[i] = noTilt + mostTerms*mostTilt
	}
	return r
}

// chooseSide has the side be the view of two bins that shares the most information with
// the classes, if any does.
func (m *Model) chooseSide(r *raking, ask []int32, bins [][]uint8) {
	r.side = noSide
	most := 0.0
	for _, v := range ask {
		if w := &m.views[v]; w.bins != 2 || w.direction != nil {
			continue
		}
		if nats, _ := mutualInformation(r.class, bins[v]); nats > most {
			most, r.side, r.sideOf = nats, v, bins[v]
		}
	}
}

// fit moves the scores of a term, whose view has the given bin for each row.
func (r *raking) fit(e *tiltTerm, bin []uint8) {
	n := r.classes()
	groups := len(e.score) / (r.sides() * n)
	at := func(i int) int { return (int(r.sideOf[i])*groups + int(e.group[bin[i]])) * n }
	expected, observed := make([]float64, len(e.score)), make([]float64, len(e.score))
	weighed := make([]float64, n)
	for i, class := range r.class {
		mass, sums := r.mass[i*n:][:n], r.sums[i*n:][:n]
		total := 0.0
		for c, x := range mass {
			y := float64(float64(x) * simd.Power(sums[c]))
			weighed[c] = y
			total += y
		}
		here, scale := at(i), 1/total
		for c, y := range weighed {
			expected[here+c] += float64(y * scale)
		}
		observed[here+int(class)]++
	}
	move := make([]int16, len(e.score))
	for j, o := range observed {
		s := float64(e.score[j]) / octave * math.Ln2
		d := (o - expected[j] - float64(rakeRows*s)) / (max(o, expected[j]) + rakeRows)
		to := math.Round((s + max(-1, min(1, d))) / math.Ln2 * octave)
		to = max(-mostTilt, min(mostTilt, to))
		move[j] = int16(to) - e.score[j]
		e.score[j] = int16(to)
	}
	for i := range r.class {
		sums := r.sums[i*n:][:n]
		for c, d := range move[at(i):][:n] {
			sums[c] += uint16(d)
		}
	}
}
