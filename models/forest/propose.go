package forest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// want is what is known of a column. The zero value knows nothing.
type want struct {
	limit *limit       // the value lies in a set
	value table.Column // [1 row] the value of the field itself
	known bool         // value is set
	each  bool         // row i has code i: all codes are tried
	guide []float64    // [codes] where draws within the limit should look, too; nil for nowhere
}

// wantsOf returns what evidence says of each column [columns].
func (m *Model) wantsOf(e space.Evidence) ([]want, error) {
	wants := make([]want, len(m.columns))
	for i, g := range e {
		if slices.ContainsFunc(e[:i], func(h space.Given) bool { return h.Field == g.Field }) {
			return nil, fmt.Errorf("evidence speaks of field %d twice", g.Field)
		}
		if g.Field < 0 || g.Field >= len(m.schema.Fields) {
			return nil, fmt.Errorf("evidence of field %d of %d", g.Field, len(m.schema.Fields))
		}
		f := &m.schema.Fields[g.Field]
		if !f.Kind.Learned() {
			return nil, fmt.Errorf("field %q is an id: nothing is known of it", f.Name)
		}
		for p := range m.columns {
			c := &m.columns[p]
			if c.field != g.Field {
				continue
			}
			l := c.restrict(g)
			if l != nil && l.empty() {
				return nil, fmt.Errorf("field %q: %w", f.Name, mimic.ErrImpossible)
			}
			wants[p].limit = l
		}
	}
	return wants, nil
}

func (l *limit) empty() bool {
	for _, s := range l.share {
		if s > 0 {
			return false
		}
	}
	return true
}

// restrict returns the limit that evidence of the field puts on the column, nil
// for none. For a digit of a date it admits all that some date of the evidence has, so that
// dates must be looked at again.
func (c *column) restrict(g space.Given) *limit {
	if c.digit == whole {
		return c.limitTo(g)
	}
	own := space.Given{Missing: g.Missing}
	for _, r := range g.Ranges {
		lo, hi := c.digitRange(math.Ceil(r.Min), math.Floor(r.Max))
		own.Ranges = append(own.Ranges, space.Interval{Min: lo, Max: hi})
		for k := lo; k <= hi && !c.of.Kind.Numeric(); k++ {
			own.Codes = append(own.Codes, int32(k))
		}
	}
	if len(g.Ranges) == 0 && c.later() {
		return nil // missing is all that is admitted, and needs no digits
	}
	return c.limitTo(own)
}

func (c *column) limitTo(g space.Given) *limit {
	b, share := restrictBook(c.book, g)
	return &limit{share, b}
}

// digitRange returns the range of the digit among the instants from lo to hi.
func (c *column) digitRange(lo, hi float64) (from, to float64) {
	for d := week; d < c.digit; d++ {
		if c.clock.digitOf(lo, d) != c.clock.digitOf(hi, d) {
			switch {
			case c.digit == weekday:
				return 0, 6
			case c.of.Kind.Numeric():
				return c.of.Min, c.of.Max
			}
			return 0, float64(len(c.of.Levels) - 1)
		}
	}
	return c.clock.digitOf(lo, c.digit), c.clock.digitOf(hi, c.digit)
}

// proposal draws rows along the chain: what the evidence says of a column
// restricts its draw, and the probability of that much is the row's weight.
type proposal struct {
	m     *Model
	e     space.Evidence
	wants []want
}

var _ mimic.Proposer = (*Model)(nil)

// Propose returns the chain with each column restricted to the evidence, given
// the columns before it.
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	wants, err := m.wantsOf(e)
	if err != nil {
		return nil, err
	}
	return &proposal{m, e, wants}, nil
}

func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	s := q.m.scratch.Get().(*scratch)
	defer q.m.scratch.Put(s)
	for lo := 0; lo < dst.N; lo += blockRows {
		hi := min(lo+blockRows, dst.N)
		rows := dst.Slice(lo, hi)
		q.m.propose(rows, logw[lo:hi], q.wants, k, s)
		reject(logw[lo:hi], q.e, rows)
	}
	return nil
}

// reject sets the weight of rows that are not in e to -Inf.
func reject(logw []float64, e space.Evidence, rows *table.Batch) {
	for _, g := range e {
		for i := range logw {
			if !admits(&g, rowOf(rows.Cols[g.Field], i)) {
				logw[i] = math.Inf(-1)
			}
		}
	}
}

// admits reports whether the one value of col is in g.
func admits(g *space.Given, col table.Column) bool {
	if col.Code != nil {
		if col.Code[0] == table.Missing {
			return g.Missing
		}
		for _, k := range g.Codes {
			if k == col.Code[0] {
				return true
			}
		}
		return false
	}
	x := col.Num[0]
	if x != x {
		return g.Missing
	}
	for _, r := range g.Ranges {
		if r.Min <= x && x <= r.Max {
			return true
		}
	}
	return false
}

// propose draws the rows of dst independently, each column within what is
// wanted of it, and sets logw [n rows] to the log-probability of that much.
func (m *Model) propose(dst *table.Batch, logw []float64, wants []want, k rng.Key, s *scratch) {
	clear(logw)
	alike := true // all rows look the same so far
	for p := range m.columns {
		c := &m.columns[p]
		key := k.Child(uint64(p))
		codes := s.codes[:dst.N]
		col := dst.Cols[c.field]
		m.aim(p, s.bins, dst.N, s.totals)
		if w := &wants[p]; w.known {
			if !c.later() {
				repeat(col, w.value)
			}
			logp := s.logp[:dst.N]
			if alike {
				c.logProb(logp[:1], rowOf(col, 0), s)
				for i := range logp {
					logp[i], codes[i] = logp[0], codes[0]
				}
			} else {
				c.logProb(logp, col, s)
			}
			for i, l := range logp {
				logw[i] += l
			}
		} else {
			alike = false
			detail := s.detail[:dst.N]
			key.Child(1).Float64s(detail, dst.First)
			switch {
			case w.each:
				c.drawAll(codes, logw, s)
				c.book.Decode(&col, codes, detail)
			case w.limit != nil:
				c.drawWithin(col, codes, logw, w, detail, key, dst.First, s)
			default:
				c.drawEach(codes, dst.First, key, s)
				c.decode(col, codes, detail, key, dst.First, s)
			}
		}
		for _, v := range c.views {
			fillBins(s.bins[v][:dst.N], codes, m.views[v].bin)
		}
	}
}

// repeat sets all rows of col to the one value.
func repeat(col, value table.Column) {
	for i := range col.Num {
		col.Num[i] = value.Num[0]
	}
	for i := range col.Code {
		col.Code[i] = value.Code[0]
	}
}

// drawAll gives row i code i and adds its log-probability to logw.
func (c *column) drawAll(codes []uint16, logw []float64, s *scratch) {
	p := s.p[:len(c.rows)]
	c.weigh(p, s.bins, 0, nil) // all rows look the same so far
	for i := range codes {
		codes[i] = uint16(i)
		logw[i] += math.Log(p[i])
	}
}

// drawWithin draws codes and values under a limit, and adds the log-probability
// of what the limit admits to logw; where there is a guide, half of the draws
// are its own, and logw makes up for that.
func (c *column) drawWithin(col table.Column, codes []uint16, logw []float64, w *want, detail []float64, key rng.Key, first int64, s *scratch) {
	l := w.limit
	one := c.scratchColumn(1, &table.Column{})
	for i := range codes {
		if c.later() && col.Num[i] != col.Num[i] {
			codes[i] = c.absent()
			continue
		}
		p := s.p[:len(c.rows)]
		var border *limit
		if c.borders != nil {
			if state := c.borders.state(c.clock, col.Num[i]); state != 0 {
				border = &c.borders.of[state-1]
			}
		}
		total := 1.0
		if border != nil {
			total = 1 / c.weigh(p, s.bins, i, border)
		} else {
			c.weigh(p, s.bins, i, nil)
		}
		sum := 0.0
		for k := range p {
			p[k] *= l.share[k]
			sum += p[k]
		}
		u := key.Float64(first + int64(i))
		if w.guide == nil {
			logw[i] += math.Log(sum * total)
			codes[i] = drawWeighed(p, sum*u)
		} else {
			q := s.q[:len(p)]
			all := mixGuide(q, p, sum, w.guide)
			codes[i] = drawWeighed(q, all*u)
			logw[i] += math.Log(p[codes[i]] * total * all / q[codes[i]])
		}
		if c.digit == whole {
			out := rowOf(col, i)
			l.book.Decode(&out, codes[i:i+1], detail[i:i+1])
			continue
		}
		l.book.Decode(&one, codes[i:i+1], detail[i:i+1])
		if v := c.valueAt(one, 0); c.digit == week {
			col.Num[i] = c.clock.worth(v, week)
		} else {
			col.Num[i] += c.clock.worth(v, c.digit)
		}
	}
}

// mixGuide sets q [codes] to the mean of p/sum and of the guide, where p is
// above zero, and returns the sum of q.
func mixGuide(q, p []float64, sum float64, guide []float64) (all float64) {
	for k, x := range p {
		q[k] = 0
		if x > 0 {
			q[k] = x/sum + guide[k]
			all += q[k]
		}
	}
	return all
}
