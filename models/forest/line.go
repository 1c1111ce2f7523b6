package forest

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// line is what a number of a small table borrows from all rows, where few rows make few
// leaves, which blur what a straight line tells. On its scale a number is
//
//	z = f(x) + s(x)·u,
//
// f a regression on the columns before it, s the width of its noise, and u of a law that
// all rows share. Where the rows say so, f and s are of their own for each group of the
// levels of one column. A code is an interval of z.
//
// For each group f is a direction, and for each bin of that the codes have a distribution,
// so that a line is a tree like others: first by the group, then over the bins. How many
// of the column's turns it has is told by rows that were not seen: see turns.
//
// In larger tables it makes unseen rows hardly more probable, and samples much easier
// to tell: docs/decisions/0150.
//
// Reference: Efromovich (2007), Conditional density estimation in a regression setting;
// Stone (1974), Cross-validatory choice and assessment of statistical predictions.
type line struct {
	ranks  bool    // z is by ranks, not by values
	class  int32   // view whose bins are in groups, or noClass
	groups []uint8 // [bins of class] the group of each
	parts  []linePart
	shape
	turns int
	tree  *tree
}

const noClass = -1

// linePart is a group's line: f is offset + unit·sum of its direction.
type linePart struct {
	Offset float64 `cbor:"offset"`
	Unit   float64 `cbor:"unit"`
	noise
}

const (
	lineRows       = 1 << 8 // of a table in which numbers have lines, less than that
	codeRows       = .5     // of a number's code at least, in such a table
	lineShare      = .25    // of rows that share a value at most: else a line says little
	lineBins       = 128    // of a line's direction
	lineReach      = .15    // of the range of the rows' fits that it goes beyond on either side
	lineRange      = .05    // of fits that it has at least
	lineLean       = 2.     // rows that the column's distribution counts for
	groupRows      = 10     // of a group of its own
	mostParts      = 6
	mostClassViews = 4 // that are tried
	alongMost      = 3 // widths along the fit
	groupPrice     = 1 // nats that a group has to gain
)

// findLines finds the lines of all columns that have one, and their turns; it returns their
// directions [columns].
func (m *Model) findLines(ctx context.Context, codes [][]uint16, bins [][]uint8, grow growth) ([][]*direction, error) {
	found := make([][]*direction, len(m.columns))
	growers := make([]*grower, par.Workers(ctx))
	return found, par.DoWorker(ctx, len(m.columns), func(w, i int) error {
		p := len(m.columns) - 1 - i // the longest tasks first
		c := &m.columns[p]
		if !c.lined(len(codes[p])) {
			return nil
		}
		l, directions, seen := m.newLine(c, codes[p], bins)
		if l == nil {
			return nil
		}
		if growers[w] == nil {
			growers[w] = &grower{growth: grow}
		}
		var err error
		if l.turns, err = m.turnsOf(p, seen, codes[p], bins, growers[w]); l.turns > 0 {
			c.line, found[p] = l, directions
		}
		return err
	})
}

// growLines grows the trees of all lines.
func (m *Model) growLines() {
	for p := range m.columns {
		if c := &m.columns[p]; c.line != nil {
			c.line.grow(c, int(m.rows), m.views, c.lineDirections(c.line))
		}
	}
}

// lineDirections returns the views of a line's directions, which are the last ones.
func (c *column) lineDirections(l *line) []int { return c.directions[len(c.directions)-len(l.parts):] }

// lined reports whether a column of a table of so many rows may have a line.
func (c *column) lined(rows int) bool {
	if !c.scaled(rows) || rows < aimLeast || len(c.ask) == 0 {
		return false
	}
	if c.missing >= 0 && c.rows[c.missing] > 0 {
		return false
	}
	return slices.Max(c.rows) <= lineShare*sum(c.rows)
}

// newLine returns the line of a column whose rows have the given codes, and its directions,
// and the probability of each row's code by the line of the others; nil where rounding does not
// allow one.
func (m *Model) newLine(c *column, codes []uint16, bins [][]uint8) (l *line, found []*direction, seen []float64) {
	z := c.scale()
	y := make([]float64, len(codes))
	for i, k := range codes {
		y[i] = z.z[k]
	}
	s := m.sketchLine(c.ask, y, bins)
	if s == nil {
		return nil, nil, nil
	}
	l = &line{ranks: z.ranks, class: s.class, groups: s.of}
	u := make([]float64, len(y))
	for i := range u {
		u[i] = s.left[i] / s.noiseOf(i).sd(s.fits[i])
	}
	l.shape = newShape(u)
	for g := range s.noise {
		d, part := s.direction(uint8(g))
		s.noise[g].widen(part.Unit * (directionCells << cellBits) / lineBins)
		part.noise = s.noise[g]
		l.parts, found = append(l.parts, part), append(found, d)
	}
	return l, found, l.seen(c, &z, s, u, codes)
}

// seen returns the probability of each row's code by what the others say: by its fit, and by
// the law without its residual u.
func (l *line) seen(c *column, z *scale, s *sketch, u []float64, codes []uint16) []float64 {
	p, root, lean := make([]float64, len(codes)), distribution(c.rows), l.lean(len(codes))
	for i, k := range codes {
		sd, lo, hi := s.noiseOf(i).sd(s.fits[i]), 0.0, 1.0
		if k > 0 {
			lo = l.belowWithout((z.bounds[k]-s.fits[i])/sd, u[i])
		}
		if int(k) < c.values()-1 {
			hi = l.belowWithout((z.bounds[k+1]-s.fits[i])/sd, u[i])
		}
		p[i] = (1-lean)*max(hi-lo, 0) + lean*root[k]
	}
	return p
}

// lean returns how much the column's distribution counts among so many rows.
func (l *line) lean(rows int) float64 { return lineLean / (float64(rows) + lineLean) }

// scale returns the scale of the line's column.
func (l *line) scale(c *column) scale {
	if s, far := c.byValue(); !l.ranks && !math.IsNaN(far) {
		return s
	}
	return c.byRank()
}

// grow makes the line's tree, of a model of so many rows, whose parts have the directions
// at views of.
func (l *line) grow(c *column, rows int, views []view, of []int) {
	l.tree = &tree{}
	codes := lineCodes{l.scale(c).bounds, c.values(), distribution(c.rows), l.lean(rows), l.table()}
	p := make([]float64, len(c.rows))
	for g := range l.parts {
		at, last := len(l.tree.nodes), g == len(l.parts)-1
		if !last {
			l.tree.nodes = append(l.tree.nodes, l.ask(g))
		}
		l.tree.halve(int32(of[g]), views[of[g]].bins)
		if !last {
			l.tree.nodes[at].next = int32(len(l.tree.nodes))
		}
		part, d := &l.parts[g], views[of[g]].direction
		for lo, hi := 0, 0; lo < directionCells; lo = hi {
			for hi < directionCells && d.bin[hi] == d.bin[lo] {
				hi++
			}
			f := part.Offset + part.Unit*(float64(d.from)+float64(lo+hi)/2*(1<<cellBits))
			codes.fill(p, f, part.sd(f))
			l.tree.edges = append(l.tree.edges, make([]uint32, len(p))...)
			setEdges(l.tree.edges[len(l.tree.edges)-len(p):], p)
		}
	}
}

// ask returns the node that parts a group from those behind it.
func (l *line) ask(group int) node {
	n := node{view: l.class}
	for b, g := range l.groups {
		if int(g) == group {
			n.goLeft[b>>6] |= 1 << (b & 63)
		}
	}
	return n
}

// lineCodes is what the codes of a column have of a law around a fit.
type lineCodes struct {
	bounds []float64 // [values + 1]
	values int
	root   []float64 // [codes] the distribution of the column,
	lean   float64   // and how much it counts
	below  lawTable
}

// fill sets p [codes] to the probabilities of codes where the law lies around fit and is sd
// wide.
func (c *lineCodes) fill(p []float64, fit, sd float64) {
	last := 0.0
	for k := range p {
		p[k] = c.lean * c.root[k]
		if k >= c.values {
			continue
		}
		below := 1.0
		if k < c.values-1 {
			below = max(last, c.below.at((c.bounds[k+1]-fit)/sd))
		}
		p[k] += (1 - c.lean) * (below - last)
		last = below
	}
}
