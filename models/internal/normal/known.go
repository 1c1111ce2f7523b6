package normal

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
)

// Known is what evidence says of a number, if it is there: nothing, that it has one
// value, or that it lies in ranges. The zero value is nothing.
type Known struct {
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

// Any reports whether anything is known.
func (k *Known) Any() bool { return k.is != nothing }

// Value returns the position of the number, and whether it is known to be that.
func (k *Known) Value() (p float64, ok bool) { return k.value, k.is == value }

// Ranges reports whether ranges are known, and no value.
func (k *Known) Ranges() bool { return k.is == ranges }

// Rank says where in the chain a number on the grid g belongs: known values, then
// ranges, reals and grids, so that what follows is given what is before.
func (k *Known) Rank(g dist.Grid) int {
	switch {
	case k.is == value:
		return 0
	case k.is == ranges:
		return 1
	case g.Real():
		return 2
	}
	return 3
}

// With returns what is known with the evidence that the number is in one of some
// ranges, and whether it can be.
func (k Known) With(g dist.Grid, in []space.Interval) (both Known, possible bool) {
	if slices.ContainsFunc(in, func(r space.Interval) bool { return math.IsInf(r.Min, -1) && math.IsInf(r.Max, 1) }) {
		return k, true
	}
	own := spans(g, in)
	switch k.is {
	case value:
		own = meet(own, []span{{k.value, k.value}})
	case ranges:
		own = meet(own, k.spans)
	}
	switch {
	case len(own) == 0:
		return Known{}, false
	case len(own) == 1 && own[0].lo == own[0].hi:
		return Known{is: value, value: own[0].lo}, true
	}
	return Known{is: ranges, spans: own}, true
}

// span is a range of positions, both ends included. On a grid both are whole. A
// real that is its own range stands for the reals that round to it.
type span struct{ lo, hi float64 }

// AsRanges returns the same knowledge with a value as a range of its own, as it is
// where the number may be missing instead.
func (k Known) AsRanges() Known {
	if k.is == value {
		return Known{is: ranges, spans: []span{{k.value, k.value}}}
	}
	return k
}

// Admits reports whether a position agrees with what is known.
func (k *Known) Admits(p float64) bool {
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

// LogMass returns the log-probability of what is known of a number under
// N(mean, s²).
func (k *Known) LogMass(g dist.Grid, mean, s float64) float64 {
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

// Draw returns the position of a number of N(mean, s²) that agrees with what is
// known, which is something, for a uniform draw u from (0, 1); and, where that is
// ranges, their log-probability.
func (k *Known) Draw(u float64, g dist.Grid, mean, s float64) (p, logMass float64) {
	if k.is == value {
		return k.value, 0
	}
	logMass = k.LogMass(g, mean, s)
	r := k.spans[0]
	for _, r = range k.spans {
		mass := math.Exp(r.logMass(g, mean, s) - logMass)
		if u < mass {
			u /= mass
			break
		}
		u = min(u-mass, 1-1e-16)
	}
	if r.lo == r.hi {
		return r.lo, logMass
	}
	lo, hi := r.bounds(g)
	p = mean + s*within(u, max((lo-mean)/s, -1e300), min((hi-mean)/s, 1e300))
	if !g.Real() {
		p = math.Round(p)
	}
	return min(max(p, r.lo), r.hi), logMass
}

// within returns z with (Φ(z) - Φ(a))/(Φ(b) - Φ(a)) = u.
func within(u, a, b float64) float64 {
	if a > 0 {
		return -within(1-u, -b, -a) // the same in the lower tail
	}
	below, upto := normalCDF(a), normalCDF(b)
	if mass := upto - below; mass > 1e-6*upto && upto > 1e-250 {
		return dist.NormalQuantile(min(below+u*mass, 1-1.0/(1<<53)))
	}
	// A narrow range, or one in the far tail, where logarithms say more.
	want := math.Log(u) + dist.NormalLogMass(a, b)
	low, high := max(a, b-40), b // less than 1e-20 of the mass is further down
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
	return high
}

// normalCDF returns Φ(z).
func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// KnownWire is a Known as it is written into a model.
type KnownWire struct {
	Is    knowledge    `cbor:"is"`
	Value float64      `cbor:"value"`
	Spans [][2]float64 `cbor:"spans"`
}

// Wire returns what Known makes the same of.
func (k *Known) Wire() KnownWire {
	w := KnownWire{Is: k.is, Value: k.value}
	for _, s := range k.spans {
		w.Spans = append(w.Spans, [2]float64{s.lo, s.hi})
	}
	return w
}

// KnownValue returns the knowledge that a number is at a position, or an error where g
// has none such.
func KnownValue(p float64, g dist.Grid) (Known, error) {
	return KnownWire{Is: value, Value: p}.Known(g)
}

// furthest bounds a known value.
const furthest = 1e100

// Known returns what w describes, or an error where it describes nothing that can
// be known of a number on g.
func (w KnownWire) Known(g dist.Grid) (k Known, err error) {
	on := func(p float64) bool { return g.Real() || p == math.Floor(p) }
	switch w.Is {
	case nothing:
		return Known{}, nil
	case value:
		if !(math.Abs(w.Value) < furthest) || !on(w.Value) {
			return k, fmt.Errorf("known to be %v", w.Value)
		}
		return Known{is: value, value: w.Value}, nil
	case ranges:
		last := math.Inf(-1)
		for i, s := range w.Spans {
			lo, hi := s[0], s[1]
			if !(lo <= hi) || !on(lo) || !on(hi) || i > 0 && !(lo > last) || math.IsInf(lo, 1) || math.IsInf(hi, -1) {
				return k, fmt.Errorf("known to be in %v", w.Spans)
			}
			last = hi
			k.spans = append(k.spans, span{lo, hi})
		}
		if len(k.spans) == 0 {
			return k, errors.New("known to be nowhere")
		}
		k.is = ranges
		return k, nil
	}
	return k, fmt.Errorf("knowledge of kind %d", w.Is)
}
