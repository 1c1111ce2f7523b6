package mixture

import (
	"cmp"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
)

// known is what evidence says of a number, if it is there.
type known struct {
	is    knowledge
	value float64 // the position, where is == value
	spans []span  // the positions, where is == ranges: disjoint and ascending
}

type knowledge uint8

const (
	nothing knowledge = iota
	value
	ranges
)

// span is a range of positions, both ends included. On a grid both are whole. A
// real that is its own range stands for the reals that round to it.
type span struct{ lo, hi float64 }

func (k *known) admits(p float64) bool {
	switch k.is {
	case value:
		return p == k.value
	case ranges:
		return slices.ContainsFunc(k.spans, func(s span) bool { return s.lo <= p && p <= s.hi })
	}
	return true
}

// spans returns the positions of a union of ranges.
func spans(g dist.Grid, in []space.Interval) (out []span) {
	for _, r := range in {
		lo, hi := g.Ceil(r.Min), g.Floor(r.Max)
		if lo <= hi {
			out = append(out, span{lo, hi})
		}
	}
	slices.SortFunc(out, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	n := 0
	for _, s := range out {
		if n > 0 && s.lo <= out[n-1].hi {
			out[n-1].hi = max(out[n-1].hi, s.hi)
			continue
		}
		out[n] = s
		n++
	}
	return out[:n]
}

// meet returns what is in both a and b.
func meet(a, b []span) (out []span) {
	for _, s := range a {
		for _, t := range b {
			if lo, hi := max(s.lo, t.lo), min(s.hi, t.hi); lo <= hi {
				out = append(out, span{lo, hi})
			}
		}
	}
	return out
}

// logMass returns the log-probability of a span under N(mean, s²).
func (r span) logMass(g dist.Grid, mean, s float64) float64 {
	if g.Real() && r.lo == r.hi {
		return dist.NormalLogDensity((r.lo-mean)/s) - math.Log(s) + math.Log(g.Cell())
	}
	lo, hi := r.bounds(g)
	return dist.NormalLogMass((lo-mean)/s, (hi-mean)/s)
}

// bounds returns the ends of a span's cells.
func (r span) bounds(g dist.Grid) (lo, hi float64) {
	if g.Real() {
		return r.lo, r.hi
	}
	return r.lo - 0.5, r.hi + 0.5
}

// logMass returns the log-probability of what is known of a number under
// N(mean, s²).
func (k *known) logMass(g dist.Grid, mean, s float64) float64 {
	switch k.is {
	case value:
		return span{k.value, k.value}.logMass(g, mean, s)
	case ranges:
		top, sum := math.Inf(-1), 0.0
		for _, r := range k.spans {
			top = max(top, r.logMass(g, mean, s))
		}
		for _, r := range k.spans {
			sum += math.Exp(r.logMass(g, mean, s) - top)
		}
		return top + math.Log(sum)
	}
	return 0
}

// draw returns the position of a number of N(mean, s²) within the spans, for a
// uniform draw u from (0, 1).
func (k *known) draw(u float64, g dist.Grid, mean, s float64) float64 {
	total := k.logMass(g, mean, s)
	r := k.spans[0]
	for _, r = range k.spans {
		mass := math.Exp(r.logMass(g, mean, s) - total)
		if u < mass {
			u /= mass
			break
		}
		u = min(u-mass, 1-1e-16)
	}
	if r.lo == r.hi {
		return r.lo
	}
	lo, hi := r.bounds(g)
	a, b := max((lo-mean)/s, -1e300), min((hi-mean)/s, 1e300)
	want := math.Log(u) + dist.NormalLogMass(a, b)
	// Where less than 1e-20 of the span's mass lies there is no need to look.
	low, high := a, b
	if b > 0 && a < 0 {
		low, high = max(a, -40), min(b, 40)
	} else if a >= 0 {
		high = min(b, a+40)
	} else {
		low = max(a, b-40)
	}
	for range 64 {
		mid := low/2 + high/2
		if !(low < mid && mid < high) {
			break
		}
		if dist.NormalLogMass(a, mid) < want {
			low = mid
		} else {
			high = mid
		}
	}
	p := mean + s*high
	if !g.Real() {
		p = math.Round(p)
	}
	return min(max(p, r.lo), r.hi)
}

// logEvidence returns the log-probability [d] under component c of what is known
// of each field, given the values that are known of fields before it in the
// chain. A range depends on no other, or it would have been refused.
func (m *Model) logEvidence(c int) []float64 {
	log := make([]float64, len(m.known))
	chain := m.chains[c]
	z := make([]float64, len(m.order))
	for i, k := range m.order {
		if m.known[k].is == nothing {
			continue
		}
		l, s := chain.Coefficients(i)
		mean := m.mean[c][k]
		for j, v := range l {
			mean += v * z[j]
		}
		if m.known[k].is == value {
			z[i] = (m.known[k].value - mean) / s
		}
		log[k] = m.known[k].logMass(m.fields.Grids[k], mean, s)
	}
	return log
}
