package forest

import (
	"math"
	"math/bits"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Rows are sampled in runs that are aligned to their index: rows 0–1023,
// 1024–2047, 2048–4095 and so on, doubling up to runs of 8192, and to longer ones
// where these are a quarter of what is before them at most. A run is the unit of
// randomness: whoever wants one of its rows makes them all.
const (
	firstRun   = 1 << 10
	middleRun  = 1 << 13
	longestRun = 1 << 15
)

// runOf returns the run that holds row i.
func runOf(i int64) table.Range {
	n := int64(firstRun)
	if i >= n {
		before := int64(1) << (bits.Len64(uint64(i)) - 1)
		n = min(before, max(middleRun, before/4), longestRun)
	}
	lo := i &^ (n - 1)
	return table.Range{Lo: lo, Hi: lo + n}
}

// IID returns the model with independent rows: slower to settle to the right
// counts, and of use where rows must not know of each other.
func (m *Model) IID() mimic.Model {
	c := *m
	c.iid = true
	return &c
}

// Sample fills dst with rows dst.First … of the sequence of k.
func (m *Model) Sample(dst *table.Batch, k rng.Key) error {
	s := m.scratch.Get().(*scratch)
	defer m.scratch.Put(s)
	for at := 0; at < dst.N; {
		run := runOf(dst.First + int64(at))
		n := int(min(run.Hi, dst.First+int64(dst.N)) - dst.First - int64(at))
		out := dst.Slice(at, at+n)
		if int64(n) < run.Rows() && !m.iid {
			// Part of a run: make it all, and copy.
			all := table.NewBatch(m.schema, run.Lo, int(run.Rows()))
			m.run(all, k, s)
			copyRows(out, all.Slice(int(out.First-run.Lo), int(out.First-run.Lo)+n))
		} else {
			m.run(out, k, s)
		}
		at += n
	}
	return nil
}

func copyRows(dst, src *table.Batch) {
	for j := range dst.Cols {
		copy(dst.Cols[j].Num, src.Cols[j].Num)
		copy(dst.Cols[j].Code, src.Cols[j].Code)
	}
}

// golden is the fractional part of the golden ratio in 2³² steps: its multiples
// spread over the circle more evenly than any other's.
//
// Reference: Niederreiter (1992), Random number generation and quasi-Monte
// Carlo methods, section 3.1.
const golden = 0x9E3779B9

// run makes the rows of dst, a whole run, or any rows where they are
// independent. Rows that the guard holds back are drawn again, independently.
func (m *Model) run(dst *table.Batch, k rng.Key, s *scratch) {
	m.draw(dst, k, m.iid, s)
	m.guard.redrawCopies(dst, func(one *table.Batch, try uint64) {
		m.draw(one, k.Child(redrawKey+try), true, s)
	}, s)
}

func (m *Model) draw(dst *table.Batch, k rng.Key, iid bool, s *scratch) {
	if !iid {
		s.shuffle(s.order[:dst.N], dst.First, k.Child(orderKey))
	}
	for p := range m.columns {
		c := &m.columns[p]
		key := k.Child(uint64(p))
		m.aim(p, s.bins, dst.N, s.totals)
		codes, detail := s.codes[:dst.N], s.detail[:dst.N]
		if iid {
			c.drawEach(codes, dst.First, key, s)
		} else {
			c.drawSpread(codes, dst.First, key, s)
			s.sortByCode(codes, len(c.rows)+1)
		}
		switch {
		case !c.detailed():
		case iid:
			key.Child(1).Float64s(detail, dst.First)
		default:
			s.spread(detail, dst.First, key.Child(1))
		}
		c.decode(dst.Cols[c.field], codes, detail, key, dst.First, s)
		for _, v := range c.views {
			fillBins(s.bins[v][:dst.N], codes, m.views[v].bin)
		}
	}
}

// drawEach draws the codes of rows independently of each other.
func (c *column) drawEach(codes []uint16, first int64, key rng.Key, s *scratch) {
	w := s.words[:len(codes)]
	key.Uint64s(w, first)
	trees, one := uint64(len(c.turns)), s.rows[:1]
	if c.tilt != nil {
		c.tilt.sum(s.tilts, s.bins, len(codes))
	}
	for i := range codes {
		which, u := bits.Mul64(w[i], trees)
		t := c.turns[which]
		if c.tilt != nil {
			s.points[i] = uint32(u >> 32)
			edges, masses := c.leafOf(t, int(t.leaf(s.bins, i)))
			one[0] = uint16(i)
			c.tilt.draw(codes, edges, masses, s.points, s.tilts, one)
			continue
		}
		at := int(t.leaf(s.bins, i)) * len(c.rows)
		codes[i] = uint16(simd.CodeAt(t.edges[at:at+len(c.rows)], uint32(u>>32)))
	}
}

// drawSpread draws the codes of the rows of a run. Rows that are alike come to
// stand side by side: by leaf of the first tree, and within a leaf by the codes of
// the columns before, the latest first. In this order they are dealt out to the
// trees in turn, and one sequence that is spread evenly over the circle is handed
// out to them, so that any group of like rows gets its share of trees and of
// draws. In a run of more than 8192 rows, which only large samples have, each tree
// hands the sequence out by its own leaves: so many rows come out even without a
// common order, and it costs a second descent. Turn and sequence start at random, so
// that each row has the column's law whatever is known of it.
//
// Reference: L'Ecuyer, Lécot & Tuffin (2008), A randomized quasi-Monte Carlo
// simulation method for Markov chains.
func (c *column) drawSpread(codes []uint16, first int64, key rng.Key, s *scratch) {
	order, points := s.order[:len(codes)], s.points[:len(codes)]
	trees := len(c.turns)
	u := uint32(key.Child(2).Uint64(0)) + golden*uint32(first)
	hand := func(rows []uint16) {
		for _, r := range rows {
			points[r] = u
			u += golden
		}
	}
	long := len(codes) > s.common
	if !long {
		s.descent.sort(c.turns[0], order)
		hand(order)
	}
	if c.tilt != nil {
		c.tilt.sum(s.tilts, s.bins, len(codes))
	}
	turn, _ := bits.Mul64(key.Child(4).Uint64(0), uint64(trees))
	for i, t := range c.turns {
		rows := s.rows[:0]
		for at := (i + int(turn)) % trees; at < len(order); at += trees {
			rows = append(rows, order[at])
		}
		s.visit = func(leaf int, rows []uint16) {
			if long {
				hand(rows)
			}
			edges, masses := c.leafOf(t, leaf)
			if c.tilt != nil {
				c.tilt.draw(codes, edges, masses, points, s.tilts, rows)
				return
			}
			simd.Draw(codes, edges, points, rows)
		}
		s.down(t, rows)
	}
}

// sortByCode puts the rows of a run into the order of their codes, of which there
// are so many, and leaves those of one code as they were.
func (s *scratch) sortByCode(rowCodes []uint16, codes int) {
	at := s.counts[:codes]
	clear(at)
	for _, k := range rowCodes {
		at[k]++
	}
	below := int32(0)
	for k, n := range at {
		at[k], below = below, below+n
	}
	rows, order := s.rows[:len(rowCodes)], s.order[:len(rowCodes)]
	copy(rows, order)
	for _, r := range rows {
		k := rowCodes[r]
		order[at[k]] = r
		at[k]++
	}
}

// spread sets u [n rows] to numbers in (0, 1) that are spread evenly over any
// group of rows that stand side by side.
func (s *scratch) spread(u []float64, first int64, key rng.Key) {
	const golden = 0x9E3779B97F4A7C15
	w := key.Uint64(0) + golden*uint64(first)
	for _, r := range s.order[:len(u)] {
		u[r] = rng.Open01(w)
		w += golden
	}
}

// shuffle sets rows to 0 … in random order.
func (s *scratch) shuffle(rows []uint16, first int64, key rng.Key) {
	w := s.words[:(len(rows)+1)/2]
	key.Uint64s(w, first/2)
	for i := range rows {
		half := uint32(w[i/2] >> ((i & 1) * 32))
		j := uint64(half) * uint64(i+1) >> 32
		rows[i] = rows[j]
		rows[j] = uint16(i)
	}
}

// decode turns codes into values of the field's column. The digits of a date
// add up; where they are at a border of the field's domain they are drawn
// again, from those that remain.
func (c *column) decode(col table.Column, codes []uint16, u []float64, key rng.Key, first int64, s *scratch) {
	if c.digit == whole {
		c.book.Decode(&col, codes, u)
		return
	}
	if c.later() {
		for i := range codes {
			if col.Num[i] != col.Num[i] {
				codes[i] = c.absent()
			}
		}
	}
	own := c.scratchColumn(len(codes), &s.column)
	c.book.Decode(&own, codes, u)
	for i := range codes {
		v := c.valueAt(own, i)
		switch {
		case c.digit == week:
			col.Num[i] = c.clock.worth(v, week)
			continue
		case codes[i] == c.absent():
			continue
		case c.borders != nil:
			if state := c.borders.state(c.clock, col.Num[i]); state != 0 {
				l := &c.borders.of[state-1]
				p := s.p[:len(c.rows)]
				total := c.weigh(p, s.bins, i, l)
				codes[i] = drawWeighed(p, total*key.Child(3).Float64(first+int64(i)))
				one := c.scratchColumn(1, &table.Column{})
				l.book.Decode(&one, codes[i:i+1], u[i:i+1])
				v = c.valueAt(one, 0)
			}
		}
		col.Num[i] += c.clock.worth(v, c.digit)
	}
}

// drawWeighed returns the code at which the running sum of p exceeds u.
func drawWeighed(p []float64, u float64) uint16 {
	last := 0
	for k, q := range p {
		if q > 0 {
			last = k
			if u -= q; u < 0 {
				break
			}
		}
	}
	return uint16(last)
}

// scratchColumn returns a column of the part's own kind.
func (c *column) scratchColumn(n int, s *table.Column) table.Column {
	if c.of.Kind.Numeric() {
		if cap(s.Num) < n {
			s.Num = make([]float64, n)
		}
		return table.Column{Num: s.Num[:n]}
	}
	if cap(s.Code) < n {
		s.Code = make([]int32, n)
	}
	return table.Column{Code: s.Code[:n]}
}

func (c *column) valueAt(own table.Column, i int) float64 {
	if own.Num != nil {
		return own.Num[i]
	}
	if own.Code[i] < 0 {
		return math.NaN()
	}
	return float64(own.Code[i])
}
