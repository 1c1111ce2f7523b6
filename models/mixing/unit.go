package mixing

import "github.com/seed-64d012fb/mimic/internal/simd"

// mixer predicts one binary answer from logits: several gated units, each a
// logistic regression on all inputs whose weights a selector chooses from a
// set, and last units, gated likewise, that mix what they say.
//
//	z_m = w_m[s_m]·x,   logit p = mean over f of v_f[s_f]·z
//
// Each unit follows the gradient of its own log-likelihood, ∂/∂w log p(y) =
// (y - σ(w·x))·x, and so its problem is convex whatever the others do.
//
// Reference: Mattern (2016), On statistical data compression, chapter 4;
// Veness et al. (2017), Online learning with gated linear networks, section 3.
type mixer struct {
	inputs int
	sets   [][]float32 // [units][selected × inputs]
	last   [][]float32 // [last units][selected × units]
}

// newMixer returns a mixer of that many inputs whose units, and last units,
// choose from as many sets of weights as sizes, and lastSizes, say. All start as
// the sum of the inputs times start, the last as their mean.
func newMixer(inputs int, sizes, lastSizes []int, start []float32) *mixer {
	m := &mixer{inputs: inputs}
	for _, size := range sizes {
		set := make([]float32, size*inputs)
		for s := range size {
			copy(set[s*inputs:], start)
		}
		m.sets = append(m.sets, set)
	}
	for _, size := range lastSizes {
		set := make([]float32, size*len(sizes))
		for i := range set {
			set[i] = 1 / float32(len(sizes))
		}
		m.last = append(m.last, set)
	}
	return m
}

// selection is the sets that the selectors of a mixer choose.
type selection struct {
	units [4]int // of the units
	last  [2]int // of the last units
}

// predict returns the logit for inputs x [inputs] under the selectors, and sets
// z [units] to what the units say.
func (m *mixer) predict(z, x []float32, at *selection) float32 {
	for u, set := range m.sets {
		z[u] = clamp(simd.Dot(set[at.units[u]*m.inputs:][:m.inputs], x))
	}
	var sum float32
	for f := range m.last {
		sum += m.lastly(f, z, at)
	}
	return clamp(sum / float32(len(m.last)))
}

// lastly returns what a last unit says.
func (m *mixer) lastly(f int, z []float32, at *selection) (sum float32) {
	for u, w := range m.last[f][at.last[f]*len(m.sets):][:len(m.sets)] {
		sum += float32(w * z[u])
	}
	return sum
}

// learn takes a step of the given rate towards the answer y after predict.
func (m *mixer) learn(z, x []float32, at *selection, y, rate, lastRate float32) {
	for f := range m.last {
		e := (y - probability(m.lastly(f, z, at))) * lastRate
		for u := range m.sets {
			m.last[f][at.last[f]*len(m.sets)+u] += float32(e * z[u])
		}
	}
	for u, set := range m.sets {
		simd.Axpy((y-probability(z[u]))*rate, x, set[at.units[u]*m.inputs:][:m.inputs])
	}
}

// weights returns all weights, set after set, to be rounded or written.
func (m *mixer) weights() [][]float32 { return append(append([][]float32(nil), m.sets...), m.last...) }
