package treenet

import "github.com/seed-64d012fb/mimic/internal/simd"

// expected are expected counts, under the posterior of the latent states.
type expected struct {
	weight float64     // of the rows
	logP   float64     // sum of the log-probabilities of the rows
	move   [][]float32 // as in hidden, but without the factor p(state | parent) where there is a parent
	emit   [][]float32
}

func (h *hidden) newExpected() *expected {
	e := &expected{move: make([][]float32, len(h.move)), emit: make([][]float32, len(h.emit))}
	for j := range h.move {
		e.move[j] = make([]float32, len(h.move[j]))
		e.emit[j] = make([]float32, len(h.emit[j]))
	}
	return e
}

func (e *expected) clear() {
	if e.weight == 0 {
		return // nothing has been added
	}
	e.weight, e.logP = 0, 0
	for j := range e.move {
		clear(e.move[j])
		clear(e.emit[j])
	}
}

func (e *expected) add(o *expected) {
	e.weight += o.weight
	e.logP += o.logP
	for j := range e.move {
		simd.Add(e.move[j], o.move[j])
		simd.Add(e.emit[j], o.emit[j])
	}
}

// maximise moves the parameters a share rate of the way to those that the
// expected counts ask for, with h.strength rows more for each distribution: of
// states, all the same; of codes, as they are among all rows. share is that of
// all rows that were counted. The counts are used up.
//
// At rate 1, with the counts of all rows, it is the M-step of EM: no step lowers
// the log-likelihood of the rows plus the sum over all distributions of
// strength · Σ base(s) log p(s).
func (h *hidden) maximise(e *expected, rate, share float64) {
	var (
		k    = h.k
		more = float32(h.strength * share)
		even = more / float32(k)
		sum  = make([]float32, k)
	)
	for j := range h.order {
		move := e.move[j]
		if h.parent[j] >= 0 {
			simd.Mul(move, h.move[j])
		}
		for s := range move {
			move[s] += even
		}
		simd.NormaliseRows(sum[:len(move)/k], move, k)
		towards(h.move[j], move, float32(rate))
		emit := e.emit[j]
		for c, p := range h.base[j] {
			for s := range k {
				emit[c*k+s] += more * p
			}
		}
		normaliseColumns(emit, k)
		towards(h.emit[j], emit, float32(rate))
	}
	h.turn()
}

// towards moves x a share rate of the way to y.
func towards(x, y []float32, rate float32) {
	simd.Scale(1-rate, x)
	simd.Axpy(rate, y, x)
}
