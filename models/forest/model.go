package forest

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a fitted forest. It is immutable and safe for concurrent use.
//
// Sampling is stratified: within an aligned run of rows the draws of a column
// are spread evenly over each leaf, so that counts fall near their expectation.
// Every row has the model's law; rows of one run are negatively dependent. IID
// returns the same model with independent rows.
type Model struct {
	schema  *space.Schema
	rows    int64 // training rows
	lean    lean  // of each node on its parent
	columns []column
	views   []view
	guard   *guard
	iid     bool

	scratch *sync.Pool // of *scratch
}

var (
	_ mimic.Model        = (*Model)(nil)
	_ mimic.Density      = (*Model)(nil)
	_ mimic.FieldDensity = (*Model)(nil)
	_ mimic.Stratified   = (*Model)(nil)
)

// Kind returns "forest".
func (m *Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Parameters returns the number of free parameters: the probabilities of the
// leaves of trees, and the scores of tilts.
func (m *Model) Parameters() int64 {
	n := int64(0)
	for p := range m.columns {
		for _, t := range m.columns[p].trees {
			n += int64(t.leaves) * int64(len(m.columns[p].rows)-1)
		}
		if t := m.columns[p].tilt; t != nil {
			for i := range t.terms {
				n += int64(len(t.terms[i].score))
			}
		}
	}
	return n
}

// link makes what follows from the columns: views and borders.
func (m *Model) link() {
	m.views = nil
	for p := range m.columns {
		c := &m.columns[p]
		c.views = nil
		for _, v := range c.newViews(p) {
			c.views = append(c.views, len(m.views))
			m.views = append(m.views, v)
		}
		c.borders = newBorders(c, &m.schema.Fields[c.field])
	}
	m.scratch = &sync.Pool{New: func() any { return m.newScratch() }}
}

// finish forgets the directions that no tree looks at, and marks the views that
// nobody looks at, neither a tree nor a direction. It returns bins [views] of
// what is left.
func (m *Model) finish(bins [][]uint8) [][]uint8 {
	used := make([]bool, len(m.views))
	m.eachNode(func(n *node) { used[n.view] = true })
	m.eachTilted(func(v *int32) { used[*v] = true })
	for v := range m.views {
		if d := m.views[v].direction; d != nil && used[v] {
			for _, t := range d.terms {
				used[t.view] = true
			}
		}
	}
	var views []view
	to := make([]int, len(m.views)) // the place of each view that stays
	for v := range m.views {
		to[v] = len(views)
		if m.views[v].direction != nil && !used[v] {
			continue
		}
		if bins != nil {
			bins[len(views)] = bins[v]
		}
		views = append(views, m.views[v])
	}
	m.eachNode(func(n *node) { n.view = int32(to[n.view]) })
	m.eachTilted(func(v *int32) { *v = int32(to[*v]) })
	for p := range m.columns {
		c := &m.columns[p]
		unused := func(v int) bool { return !used[v] }
		c.views = slices.DeleteFunc(slices.Clone(c.views), unused)
		c.directions = slices.DeleteFunc(slices.Clone(c.directions), unused)
		for k, v := range c.directions {
			c.directions[k] = to[v]
		}
	}
	m.views = views
	if bins == nil {
		return nil
	}
	return bins[:len(views)]
}

// eachNode visits all nodes but leaves.
func (m *Model) eachNode(visit func(*node)) {
	for p := range m.columns {
		for _, t := range m.columns[p].members() {
			for i := range t.nodes {
				if t.nodes[i].view >= 0 {
					visit(&t.nodes[i])
				}
			}
		}
	}
}

// eachTilted visits the views that tilts look at, where they say so.
func (m *Model) eachTilted(visit func(view *int32)) {
	for p := range m.columns {
		t := m.columns[p].tilt
		if t == nil {
			continue
		}
		if t.side != noSide {
			visit(&t.side)
		}
		for i := range t.terms {
			visit(&t.terms[i].view)
		}
	}
}

// LogProb sets dst [n rows] to log p(x), exactly as sampling draws it but for
// the copy guard.
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	clear(dst)
	return m.factors(b, func(_ *column, lo int, logp []float64) {
		for i, l := range logp {
			dst[lo+i] += l
		}
	})
}

// LogProbFields sets dst [fields][n rows] to what each field adds to LogProb:
// log p(x_j | the fields before it in the chain).
func (m *Model) LogProbFields(dst [][]float64, b *table.Batch) error {
	if len(dst) != len(m.schema.Fields) {
		return fmt.Errorf("%d columns for %d fields", len(dst), len(m.schema.Fields))
	}
	for j := range dst {
		clear(dst[j][:b.N])
	}
	return m.factors(b, func(c *column, lo int, logp []float64) {
		for i, l := range logp {
			dst[c.field][lo+i] += l
		}
	})
}

// factors tells add the log-probabilities of each column given those before it,
// for runs of rows from lo on.
func (m *Model) factors(b *table.Batch, add func(c *column, lo int, logp []float64)) error {
	if len(b.Cols) != len(m.schema.Fields) {
		return fmt.Errorf("a batch of %d columns for %d fields", len(b.Cols), len(m.schema.Fields))
	}
	s := m.scratch.Get().(*scratch)
	defer m.scratch.Put(s)
	for lo := 0; lo < b.N; lo += blockRows {
		rows := b.Slice(lo, min(lo+blockRows, b.N))
		for p := range m.columns {
			c := &m.columns[p]
			logp := s.logp[:rows.N]
			m.aim(p, s.bins, rows.N, s.totals)
			c.logProb(logp, rows.Cols[c.field], s)
			add(c, lo, logp)
			for _, v := range c.views {
				fillBins(s.bins[v][:rows.N], s.codes[:rows.N], m.views[v].bin)
			}
		}
	}
	return nil
}

// logProb sets logp [n rows] to the column's factor and leaves the codes of the
// rows in s, code 0 standing in where a value is outside the sample space.
func (c *column) logProb(logp []float64, col table.Column, s *scratch) {
	codes := s.codes[:len(logp)]
	own := c.encode(codes, col, &s.column)
	clear(logp)
	c.book.LogDetail(logp, codes, own)
	rows := s.rows[:0]
	for i, k := range codes {
		switch {
		case k == dist.Outside:
			codes[i] = 0
			continue
		case k == c.absent():
			logp[i] = 0
			continue
		case c.borders != nil:
			if state := c.borders.state(c.clock, col.Num[i]); state != 0 {
				logp[i] = c.limited(&c.borders.of[state-1], own, i, k, s)
				continue
			}
		}
		rows = append(rows, uint16(i))
		s.sums[i] = 0
	}
	if c.tilt != nil {
		c.addShares(s, rows, codes)
		for _, i := range rows {
			logp[i] += math.Log(s.shares[i] / float64(len(c.turns)))
		}
		return
	}
	c.addWords(s.sums, rows, codes, &s.descent)
	scale := -math.Log(words * float64(len(c.turns)))
	for _, i := range rows {
		logp[i] += math.Log(float64(s.sums[i])) + scale
	}
}

// addWords adds to sums, for each of the rows, the words that draw its code,
// over all trees. It reorders rows.
func (c *column) addWords(sums []uint64, rows, codes []uint16, d *descent) {
	codesOf := len(c.rows)
	for _, t := range c.turns {
		d.visit = func(leaf int, rows []uint16) {
			edges := t.edges[leaf*codesOf : (leaf+1)*codesOf]
			for _, i := range rows {
				sums[i] += width(edges, int(codes[i]))
			}
		}
		d.down(t, rows)
	}
}

// addShares sets the share of each of the rows to the sum of the probabilities of its
// code over all trees of a tilted column. It reorders rows.
func (c *column) addShares(s *scratch, rows, codes []uint16) {
	c.tilt.sum(s.tilts, s.bins, len(codes))
	for _, i := range rows {
		s.shares[i] = 0
		c.tilt.weights(&s.weights[i], &s.tilts[i])
	}
	for _, t := range c.turns {
		s.visit = func(leaf int, rows []uint16) {
			edges, masses := c.leafOf(t, leaf)
			for _, i := range rows {
				k := codes[i]
				s.shares[i] += s.weights[i].share(k, c.tilt.classOf(k), edges, masses)
			}
		}
		s.down(t, rows)
	}
}

// leafOf returns the edges of a leaf, and of a tilted column the masses of its classes.
func (c *column) leafOf(t *tree, leaf int) (edges []uint32, masses *perClass) {
	edges = t.edges[leaf*len(c.rows):][:len(c.rows)]
	if c.tilt != nil {
		masses = &t.masses[leaf]
	}
	return edges, masses
}

// limited returns the log-probability of row i's code k and value under a
// limit.
func (c *column) limited(l *limit, own table.Column, i int, k uint16, s *scratch) float64 {
	p := s.p[:len(c.rows)]
	total := c.weigh(p, s.bins, i, l)
	if !(p[k] > 0) {
		return math.Inf(-1)
	}
	detail := []float64{0}
	l.book.LogDetail(detail, []uint16{k}, rowOf(own, i))
	return detail[0] + math.Log(p[k]/total)
}

// weigh sets p [codes] to the probability of each code for row i, times its
// share under the limit (nil is none), and returns the sum.
func (c *column) weigh(p []float64, bins [][]uint8, i int, l *limit) float64 {
	clear(p)
	var w perClass
	scale := 1 / float64(len(c.turns))
	if c.tilt != nil {
		c.tilt.weightsOf(&w, bins, i)
	} else {
		scale /= words
	}
	for _, t := range c.turns {
		edges, masses := c.leafOf(t, int(t.leaf(bins, i)))
		if c.tilt != nil {
			c.tilt.addShares(p, &w, edges, masses)
			continue
		}
		for k, e := range edges[1:] {
			p[k] += float64(e - edges[k])
		}
		p[len(p)-1] += words - float64(edges[len(p)-1])
	}
	total := 0.0
	for k := range p {
		p[k] *= scale
		if l != nil {
			p[k] *= l.share[k]
		}
		total += p[k]
	}
	return total
}

// rowOf returns row i of a column, as a view.
func rowOf(c table.Column, i int) table.Column {
	if c.Num != nil {
		return table.Column{Num: c.Num[i : i+1]}
	}
	return table.Column{Code: c.Code[i : i+1]}
}
