package simd

import "math"

// Adam holds the numbers of one step of Adam with decoupled weight decay.
//
// Reference: Kingma and Ba (2015), Adam: a method for stochastic optimization,
// algorithm 1; Loshchilov and Hutter (2019), Decoupled weight decay
// regularization, algorithm 2.
type Adam struct {
	Rate   float32 // step size
	B1, B2 float32 // decay of the first and of the second moment
	Eps    float32
	C1, C2 float32 // corrections of the moments' bias, 1/(1-B1^t) and 1/(1-B2^t) at step t = 1, 2, …
	Decay  float32 // share of a weight that goes with a step, times Rate
}

// tiny is where moments are cut off to zero: below it their decay would end in
// subnormal numbers, which are slow and never quite vanish.
const tiny = 0x1p-100

// Step takes one step of the weights w down the gradient g with their moments m
// and v, all [len(w)], and clears g:
//
//	m = B1·m + (1-B1)·g    v = B2·v + (1-B2)·g²
//	w = w - Rate·(C1·m/(√(C2·v) + Eps) + Decay·w)
func (a *Adam) Step(w, g, m, v []float32) {
	adam(a, w, g[:len(w)], m[:len(w)], v[:len(w)])
}

func adamGo(a *Adam, w, g, m, v []float32) {
	n1, n2 := 1-a.B1, 1-a.B2
	for i := range w {
		mi := float32(a.B1*m[i]) + float32(n1*g[i])
		vi := float32(a.B2*v[i]) + float32(float32(n2*g[i])*g[i])
		if mi < tiny && -mi < tiny {
			mi = 0
		}
		if vi < tiny {
			vi = 0
		}
		m[i], v[i], g[i] = mi, vi, 0
		root := float32(math.Sqrt(float64(float32(a.C2 * vi))))
		step := float32(float32(a.C1*mi)/(root+a.Eps)) + float32(a.Decay*w[i])
		w[i] -= float32(a.Rate * step)
	}
}
