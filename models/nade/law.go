package nade

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

var _ coded.ChainLaw = (*network)(nil)

// borrow returns scratch memory, to be put back into the pool.
func (n *network) borrow() *scratch {
	if s, _ := n.pool.Get().(*scratch); s != nil {
		return s
	}
	return newScratch(n)
}

// LogProb implements coded.Law.
func (n *network) LogProb(dst []float64, codes [][]uint16) {
	s := n.borrow()
	defer n.pool.Put(s)
	for i := range dst {
		s.active = n.active(s.active[:0], codes, i)
		n.forward(s, s.active, nil)
		n.exponentials(s)
		dst[i] = n.logProb(s, s.active)
	}
}

// logProbFields sets dst [fields][n rows] to what each code adds to LogProb: its
// log-probability given those before it.
func (n *network) logProbFields(dst [][]float64, codes [][]uint16) {
	if len(dst) == 0 {
		return
	}
	s := n.borrow()
	defer n.pool.Put(s)
	for i := range dst[n.order[0]] {
		s.active = n.active(s.active[:0], codes, i)
		n.forward(s, s.active, nil)
		n.exponentials(s)
		for q, j := range n.order {
			odds := s.base[q]
			if u := n.unit(q, int(codes[j][i])); u >= 0 {
				odds = s.odds[u]
			}
			dst[j][i] = math.Log(float64(odds) / n.total(s, q))
		}
	}
}

// Sample implements coded.Law.
func (n *network) Sample(codes [][]uint16, first int64, k rng.Key) {
	n.SampleWithin(codes, nil, make([][]float64, len(codes)), first, k)
}

// SampleWithin implements coded.ChainLaw.
func (n *network) SampleWithin(codes [][]uint16, logw []float64, share [][]float64, first int64, k rng.Key) {
	if len(codes) == 0 {
		clear(logw)
		return
	}
	s := n.borrow()
	defer n.pool.Put(s)
	for i := range codes[0] {
		l := n.draw(s, codes, i, 0, share, k.Stream(first+int64(i)))
		if logw != nil {
			logw[i] = l
		}
	}
}

// draw draws row i of codes within the shares, from a position on, and returns the
// logarithm of what they left of the probability.
func (n *network) draw(s *scratch, codes [][]uint16, i, from int, share [][]float64, random *rng.Stream) (logw float64) {
	copy(s.a, n.c)
	for q, j := range n.order[:from] {
		if u := n.unit(q, int(codes[j][i])); u >= 0 {
			simd.Add(s.a, n.w[u*n.hidden:][:n.hidden])
		}
	}
	h := s.layer(0)
	simd.ReLU(h, s.a)
	for q := from; q < len(n.order); q++ {
		j := n.order[q]
		n.oddsAt(s, q, h)
		u, left := n.drawAt(s, q, share[j], random.Float64())
		logw += math.Log(left)
		codes[j][i] = uint16(n.code(q, u))
		if u >= 0 {
			simd.Add(s.a, n.w[u*n.hidden:][:n.hidden])
			simd.ReLU(h, s.a)
		}
	}
	return logw
}

// oddsAt sets the odds of a position, given the hidden layer h.
func (n *network) oddsAt(s *scratch, q int, h []float32) {
	lo, hi := n.first[q], n.first[q+1]
	odds := s.odds[lo:hi]
	simd.MatVec(odds, n.v[lo*n.hidden:hi*n.hidden], h)
	simd.Add(odds, n.b[lo:hi])
	n.exponentialsAt(s, q)
}

// drawAt draws the unit of a position, -1 for the base, in proportion to its
// odds in s times the share of its code, and returns the part of the
// probability that the shares leave.
func (n *network) drawAt(s *scratch, q int, share []float64, u float64) (unit int, left float64) {
	at := func(unit int) float64 {
		if share == nil {
			return 1
		}
		return share[n.code(q, unit)]
	}
	base := at(-1) * float64(s.base[q])
	sum := base
	for v := n.first[q]; v < n.first[q+1]; v++ {
		sum += at(v) * float64(s.odds[v])
	}
	left = 1
	if share != nil {
		left = sum / n.total(s, q)
	}
	unit = -1
	u = u*sum - base
	for v := n.first[q]; v < n.first[q+1] && u >= 0; v++ {
		if p := at(v) * float64(s.odds[v]); p > 0 {
			unit = v
			u -= p
		}
	}
	return unit, left
}

// Parameters implements coded.Law.
func (n *network) Parameters() int64 {
	return int64(2*n.units()*n.hidden + n.units() + n.hidden)
}
