package treenet

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// messages is the memory of one task for a block.
type messages struct {
	up   []float32 // [patterns × states] ∝ p(what the subtree shows | own state)
	out  []float32 // [patterns × states] ∝ p(what the subtree shows | state of the parent)
	post []float32 // [patterns × states] expected count of the states, then of a parent's
	sum  []float32 // [patterns]
	logP []float64 // [patterns] logarithm of what up has been divided by
}

func (m *messages) size(n, k int) {
	if cap(m.up) < n*k {
		m.up, m.out, m.post = make([]float32, n*k), make([]float32, n*k), make([]float32, n*k)
	}
	if cap(m.logP) < n {
		m.sum, m.logP = make([]float32, n), make([]float64, n)
	}
	m.up, m.out, m.post, m.sum, m.logP = m.up[:n*k], m.out[:n*k], m.post[:n*k], m.sum[:n], m.logP[:n]
}

// upward passes the messages of a block from the leaves up and returns the sum
// of the log-probabilities of its rows.
func (h *hidden) upward(b *patterns, m *messages) float64 {
	k := h.k
	m.size(b.count(), k)
	total := 0.0
	roots := len(b.roots)
	for o := len(h.order) - 1; o >= 0; o-- {
		j := h.order[o]
		p := &b.at[j]
		lo, hi := p.first, p.first+p.n
		up, logP := m.up[lo*k:hi*k], m.logP[lo:hi]
		for i, c := range p.code {
			copy(up[i*k:(i+1)*k], h.emit[j][int(c)*k:])
		}
		clear(logP)
		sum := m.sum[lo:hi]
		for e, c := range h.children[j] {
			if e > 0 && e%2 == 0 {
				normalise(up, sum, logP, k)
			}
			q := &b.at[c]
			simd.MulRows(up, m.out[q.first*k:(q.first+q.n)*k], p.child[e], k)
			for i, x := range p.child[e] {
				logP[i] += m.logP[q.first+int(x)]
			}
		}
		normalise(up, sum, logP, k)
		if h.parent[j] >= 0 {
			simd.MulStates(m.out[lo*k:hi*k], up, h.turned[j], k)
			continue
		}
		roots -= p.n
		for i, w := range b.roots[roots : roots+p.n] {
			s := simd.Dot(h.move[j], up[i*k:(i+1)*k])
			sum[i] = s // downward divides by it
			total += float64(w) * (logP[i] + math.Log(float64(s)))
		}
	}
	return total
}

// normalise divides the rows of up by their sums and adds the logarithms of the
// sums to logP. Of the numbers that are multiplied between two calls, at most an
// emission and two messages, each has an entry above 1e-12 for any data that fit
// into memory: their product is far from where float32 underflows.
func normalise(up, sum []float32, logP []float64, k int) {
	simd.NormaliseRows(sum, up, k)
	for i, s := range sum {
		logP[i] += math.Log(float64(s))
	}
}

// downward adds the expected counts of a block to e, after upward. The
// posterior of a pattern is the sum of those of the rows that share it.
func (h *hidden) downward(b *patterns, m *messages, e *expected) {
	k := h.k
	clear(m.post)
	roots := 0
	for _, j := range h.order {
		p := &b.at[j]
		lo, hi := p.first*k, (p.first+p.n)*k
		up, out, post := m.up[lo:hi], m.out[lo:hi], m.post[lo:hi]
		if h.parent[j] < 0 {
			for i, w := range b.roots[roots : roots+p.n] {
				simd.Axpy(w/m.sum[p.first+i], h.move[j], post[i*k:(i+1)*k])
			}
			roots += p.n
			simd.Mul(post, up)
			for at := 0; at < len(post); at += k {
				simd.Add(e.move[j], post[at:at+k])
			}
		} else {
			// post is the parent's posterior; without what came from here it
			// says what the rest of the row expects of this subtree.
			simd.Div(out, post, out)
			simd.AddOuterStates(e.move[j], out, up, k)
			simd.MulStates(post, out, h.move[j], k)
			simd.Mul(post, up)
		}
		simd.AddRows(e.emit[j], post, p.code, k)
		for c, child := range h.children[j] {
			q := &b.at[child]
			simd.AddRows(m.post[q.first*k:(q.first+q.n)*k], post, p.child[c], k)
		}
	}
	e.weight += b.total
}
