package mixing

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// How a plane learns.
const (
	planeFirst = .006 // step of the units, falling geometrically
	planeFinal = .0005
	planeLast  = .005 // step of the last units, falling alike
	planeStart = .6   // sum of the weights that a unit starts with
	eager      = 8    // times that much more is the first step of a set of weights
	settled    = 100  // examples after which it is half of that
	stateMost  = 1023 // examples that a state's probability is the mean of
)

// apprentice is a plane that learns.
type apprentice struct {
	*plane
	counts [][]uint32    // [contexts][slots] no:12 | yes:12 | check:8
	states [][]statistic // [contexts]
	seen   [][]uint32    // [units][sets] examples
	at     []uint32      // [contexts] slot in use
	state  []uint8       // [contexts]
	x      []float32
}

// statistic is how often a state was followed by yes.
type statistic struct {
	p float32
	n uint32
}

func newApprentice(g *geometry, depth, contexts int, bits uint) *apprentice {
	width := planeWidth(contexts)
	start := make([]float32, width)
	for c := range contexts {
		start[c] = planeStart / float32(contexts)
	}
	units, last := g.sizes(depth)
	a := &apprentice{plane: &plane{depth: depth, shift: 64 - bits, mixer: newMixer(width, units, last, start)}}
	for _, n := range units {
		a.seen = append(a.seen, make([]uint32, n))
	}
	for range contexts {
		stat, logits := make([]statistic, states), make([]float32, states)
		for s := range stat {
			stat[s] = statistic{startOf(s), 1}
			logits[s] = logitOf(stat[s].p)
		}
		a.states, a.logits = append(a.states, stat), append(a.logits, logits)
		a.counts = append(a.counts, make([]uint32, 1<<bits))
	}
	a.at, a.state, a.x = make([]uint32, contexts), make([]uint8, contexts), make([]float32, width)
	return a
}

func logitOf(p float32) float32 { return logarithm(p) - logarithm(1-p) }

// reciprocals of 1.5, 2.5, …
var reciprocals = func() (r [stateMost + 1]float32) {
	for n := range r {
		r[n] = 1 / (float32(n) + 1.5)
	}
	return r
}()

// learn predicts the next pixel of c and then takes in the answer. It returns
// the logit of yes.
func (a *apprentice) learn(c *canvas, s *surroundings, node int, yes bool, rate float32) float32 {
	s.ask(c, a.depth, node)
	for k, counts := range a.counts {
		h, check := hash(s.keys[k], k, node)
		i := uint32(h >> a.shift)
		v := counts[i]
		if v>>24 != uint32(check) {
			other := counts[i^1]
			switch {
			case other>>24 == uint32(check):
				i, v = i^1, other
			case other&4095+other>>12&4095 < v&4095+v>>12&4095:
				i, v = i^1, 0
			default:
				v = 0
			}
		}
		a.at[k] = i
		counts[i] = v&0xffffff | uint32(check)<<24
		a.state[k] = stateOf(v&4095, v>>12&4095)
		a.x[k] = a.logits[k][a.state[k]]
	}
	a.x[len(a.counts)] = planeConstant
	var (
		z  [4]float32
		at selection
		y  float32
		to uint32 = 1
	)
	if yes {
		y, to = 1, 1<<12
	}
	s.choose(&at, node)
	logit := a.predict(z[:], a.x, &at)
	a.step(z[:], &at, y, rate)
	for k, counts := range a.counts {
		v := counts[a.at[k]]
		no, ones := v&4095, v>>12&4095
		if no >= most || ones >= most {
			v = (no+1)/2 | (ones+1)/2<<12 | v&^0xffffff
		}
		counts[a.at[k]] = v + to

		stat := &a.states[k][a.state[k]]
		stat.p += float32((y - stat.p) * reciprocals[stat.n])
		stat.p = min(max(stat.p, 3e-5), 1-3e-5)
		if stat.n < stateMost {
			stat.n++
		}
		a.logits[k][a.state[k]] = logitOf(stat.p)
	}
	return logit
}

// step moves the weights: those of a unit by a step that is larger for a set that
// has seen few examples.
func (a *apprentice) step(z []float32, at *selection, y, rate float32) {
	m := a.mixer
	for f := range m.last {
		e := float32((y - probability(m.lastly(f, z, at))) * rate * (planeLast / planeFirst))
		for u := range m.sets {
			m.last[f][at.last[f]*len(m.sets)+u] += float32(e * z[u])
		}
	}
	for u, set := range m.sets {
		seen := &a.seen[u][at.units[u]]
		own := rate * (1 + eager/(1+float32(*seen)/settled))
		*seen++
		if e := y - probability(z[u]); e > .001 || e < -.001 {
			simd.Axpy(float32(e*own), a.x, set[at.units[u]*m.inputs:][:m.inputs])
		}
	}
}

// freeze returns the plane with what was learned, in the precision in which it
// is written.
func (a *apprentice) freeze() *plane {
	p := a.plane
	for c, counts := range a.counts {
		slots := make([]uint16, len(counts))
		for i, v := range counts {
			if v&0xffffff != 0 {
				slots[i] = uint16(v>>24)<<8 | uint16(stateOf(v&4095, v>>12&4095))
			}
		}
		p.slots = append(p.slots, slots)
		for s, l := range p.logits[c] {
			p.logits[c][s] = float32(quantise(l, fine)) / fine
		}
	}
	for _, w := range p.weights() {
		for i := range w {
			w[i] = float32(quantise(w[i], fineWeight)) / fineWeight
		}
	}
	return p
}

// falling returns the step at a point, from 0 to 1, of the way.
func falling(first, final, at float64) float32 {
	return float32(first * math.Pow(final/first, at))
}
