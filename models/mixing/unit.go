package mixing

import "github.com/seed-64d012fb/mimic/internal/simd"

// mixer predicts one binary answer from logits: several gated units, each a
// logistic regression on all inputs whose weights a selector chooses from a
// set, and a last unit that mixes what they say.
//
//	z_m = w_m[s_m]·x,   logit p = v·z
//
// Each unit follows the gradient of its own log-likelihood, ∂/∂w log p(y) =
// (y - σ(w·x))·x, and so its problem is convex whatever the others do.
//
// Reference: Mattern (2016), On statistical data compression, chapter 4;
// Veness et al. (2017), Online learning with gated linear networks, section 3.
type mixer struct {
	inputs int
	sets   [][]float32 // [units][selected × inputs]
	last   []float32   // [units]
}

// newMixer returns a mixer of that many inputs whose units choose from as many
// sets of weights as sizes say. All start as the sum of the inputs times start,
// the last as their mean.
func newMixer(inputs int, sizes []int, start []float32) *mixer {
	m := &mixer{inputs: inputs, sets: make([][]float32, len(sizes)), last: make([]float32, len(sizes))}
	for u, size := range sizes {
		m.sets[u] = make([]float32, size*inputs)
		for s := range size {
			copy(m.sets[u][s*inputs:], start)
		}
		m.last[u] = 1 / float32(len(sizes))
	}
	return m
}

// predict returns the logit for inputs x [inputs] under the selectors [units],
// and sets z [units] to what the units say.
func (m *mixer) predict(z, x []float32, selected []int) float32 {
	var sum float32
	for u, s := range selected {
		z[u] = clamp(simd.Dot(m.sets[u][s*m.inputs:(s+1)*m.inputs], x))
		sum += float32(m.last[u] * z[u])
	}
	return clamp(sum)
}

// learn takes a step of the given rate towards the answer y after predict,
// whose result was logit.
func (m *mixer) learn(z, x []float32, selected []int, logit, y, rate, lastRate float32) {
	e := (y - probability(logit)) * lastRate
	for u, s := range selected {
		m.last[u] += float32(e * z[u])
		simd.Axpy((y-probability(z[u]))*rate, x, m.sets[u][s*m.inputs:(s+1)*m.inputs])
	}
}
