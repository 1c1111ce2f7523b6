package forest

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// mostPrefixes bounds the combinations of codes that an exact conditional tries.
const mostPrefixes = 1 << 14

// given is the model of p(x given x in e), where the codes of all columns up to
// the last that the evidence speaks of can be tried one by one: those of them,
// that is, which the evidence depends on. A row is sampled by taking one of
// these prefixes, and the rest of the chain after it.
type given struct {
	m     *Model
	e     space.Evidence
	wants []want

	at       []int      // positions of the columns of a prefix, in order
	codes    [][]uint16 // [prefixes][len(at)]
	below    []float64  // [prefixes] running sum of their probabilities
	evidence float64    // log-probability of e
}

var (
	_ mimic.Conditioner = (*Model)(nil)
	_ mimic.Density     = (*given)(nil)
	_ mimic.Sampler     = (*given)(nil)
)

// Condition returns the exact conditional where the evidence is on the first
// columns of the chain, or depends on few codes before it. Elsewhere there is
// Propose. A date has no exact conditional.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	wants, err := m.wantsOf(e)
	if err != nil {
		return nil, err
	}
	for _, g := range e {
		for p := range m.columns {
			if m.columns[p].field == g.Field && m.columns[p].digit != whole {
				return nil, fmt.Errorf("given %q, a date: %w", m.schema.Fields[g.Field].Name, mimic.ErrUnsupported)
			}
		}
	}
	g := &given{m: m, e: e, wants: wants, at: m.ancestors(wants)}
	if err := g.enumerate(); err != nil {
		return nil, err
	}
	return g, nil
}

// ancestors returns the columns of which something is wanted, and those that
// their trees and tilts look at, and so on.
func (m *Model) ancestors(wants []want) []int {
	needed := make([]bool, len(m.columns))
	var at []int
	for p := len(m.columns) - 1; p >= 0; p-- {
		if wants[p].limit == nil && !needed[p] {
			continue
		}
		at = append(at, p)
		c := &m.columns[p]
		for _, t := range c.members() {
			for i := range t.nodes {
				if v := t.nodes[i].view; v >= 0 {
					m.need(needed, v)
				}
			}
		}
		if c.tilt != nil {
			m.need(needed, c.tilt.sideView())
			for _, e := range c.tilt.terms {
				m.need(needed, e.view)
			}
		}
	}
	slices.Reverse(at)
	return at
}

// need marks the columns that a view looks at.
func (m *Model) need(needed []bool, v int32) {
	d := m.views[v].direction
	if d == nil {
		needed[m.views[v].column] = true
		return
	}
	for _, t := range d.terms {
		needed[m.views[t.view].column] = true
	}
}

// enumerate finds all prefixes that the evidence admits and their probabilities.
func (g *given) enumerate() error {
	g.codes = [][]uint16{{}}
	logp := []float64{0}
	bins := make([][]uint8, len(g.m.views))
	for v := range bins {
		bins[v] = make([]uint8, 1)
	}
	sums := make([]int32, 1)
	row := func(codes []uint16) {
		for i, k := range codes {
			for _, v := range g.m.columns[g.at[i]].views {
				bins[v] = []uint8{g.m.views[v].bin[k]}
			}
		}
	}
	for _, p := range g.at {
		c := &g.m.columns[p]
		if c.digit != whole {
			return fmt.Errorf("given what follows %q, a date: %w", g.m.schema.Fields[c.field].Name, mimic.ErrUnsupported)
		}
		weights := make([]float64, len(c.rows))
		var codes [][]uint16
		var next []float64
		for i, prefix := range g.codes {
			row(prefix)
			g.m.aim(p, bins, 1, sums)
			c.weigh(weights, bins, 0, g.wants[p].limit)
			for k, w := range weights {
				if w > 0 {
					codes = append(codes, append(slices.Clone(prefix), uint16(k)))
					next = append(next, logp[i]+math.Log(w))
				}
			}
			if len(codes) > mostPrefixes {
				return fmt.Errorf("the evidence depends on more than %d combinations: %w", mostPrefixes, mimic.ErrUnsupported)
			}
		}
		g.codes, logp = codes, next
	}
	if len(g.codes) == 0 {
		return mimic.ErrImpossible
	}
	top := slices.Max(logp)
	total := 0.0
	for _, l := range logp {
		total += math.Exp(l - top)
		g.below = append(g.below, total)
	}
	g.evidence = top + math.Log(total)
	return nil
}

// Kind returns "forest".
func (g *given) Kind() string { return Kind }

// Schema returns the sample space, which evidence leaves as it is.
func (g *given) Schema() *space.Schema { return g.m.schema }

// LogProb sets dst [n rows] to log p(x) - log p(e), -Inf where a row is not in
// e.
func (g *given) LogProb(dst []float64, b *table.Batch) error {
	if err := g.m.LogProb(dst, b); err != nil {
		return err
	}
	for i := range dst {
		dst[i] -= g.evidence
	}
	reject(dst, g.e, b)
	return nil
}

// Sample draws independent rows.
func (g *given) Sample(dst *table.Batch, k rng.Key) error {
	s := g.m.scratch.Get().(*scratch)
	defer g.m.scratch.Put(s)
	for lo := 0; lo < dst.N; lo += blockRows {
		rows := dst.Slice(lo, min(lo+blockRows, dst.N))
		g.rows(rows, k, s)
		g.m.guard.redrawCopies(rows, func(one *table.Batch, try uint64) {
			g.rows(one, k.Child(redrawKey+try), s)
		}, s)
	}
	return nil
}

// rows draws the rows of dst.
func (g *given) rows(dst *table.Batch, k rng.Key, s *scratch) {
	taken := make([]int, dst.N)
	u := k.Child(prefixKey)
	total := g.below[len(g.below)-1]
	for i := range taken {
		at, _ := slices.BinarySearch(g.below, total*u.Float64(dst.First+int64(i)))
		taken[i] = min(at, len(g.below)-1)
	}
	place := 0
	for p := range g.m.columns {
		c := &g.m.columns[p]
		key := k.Child(uint64(p))
		codes, detail := s.codes[:dst.N], s.detail[:dst.N]
		g.m.aim(p, s.bins, dst.N, s.totals)
		key.Child(1).Float64s(detail, dst.First)
		if place < len(g.at) && g.at[place] == p {
			for i, t := range taken {
				codes[i] = g.codes[t][place]
			}
			place++
			b := c.book
			if l := g.wants[p].limit; l != nil {
				b = l.book
			}
			b.Decode(&dst.Cols[c.field], codes, detail)
		} else {
			c.drawEach(codes, dst.First, key, s)
			c.decode(dst.Cols[c.field], codes, detail, key, dst.First, s)
		}
		for _, v := range c.views {
			fillBins(s.bins[v][:dst.N], codes, g.m.views[v].bin)
		}
	}
}

// AppendBinary appends the model and the evidence, by which Decode conditions
// it again.
func (g *given) AppendBinary(dst []byte) ([]byte, error) {
	w := g.m.wire()
	for _, e := range g.e {
		gw := givenWire{Field: e.Field, Codes: e.Codes, Missing: e.Missing}
		for _, r := range e.Ranges {
			gw.Ranges = append(gw.Ranges, r.Min, r.Max)
		}
		w.Given = append(w.Given, gw)
	}
	return wire.Append(dst, w)
}

// evidenceOf reads what AppendBinary wrote of the evidence.
func evidenceOf(given []givenWire) (e space.Evidence, err error) {
	for _, w := range given {
		g := space.Given{Field: w.Field, Codes: w.Codes, Missing: w.Missing}
		if len(w.Ranges)%2 != 0 {
			return nil, errors.New("the evidence is damaged")
		}
		for i := 0; i < len(w.Ranges); i += 2 {
			g.Ranges = append(g.Ranges, space.Interval{Min: w.Ranges[i], Max: w.Ranges[i+1]})
		}
		e = append(e, g)
	}
	return e, nil
}
