package nade

import (
	"math"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// network is the law of the chain: fields in an order, each given those before
// it by a softmax over its codes.
//
// A unit stands for a code of a field other than the field's base, which is its
// most frequent code: a bit has one unit, a field of one code none. A unit is an
// input, active where the row has its code, and an output, the log-odds of its
// code against the base. Units are numbered along the chain.
//
//	a_u = c + Σ of w_v over active units v of fields before u's
//	log-odds of u = b_u + v_u·relu(a_u)
type network struct {
	order  []int // [positions] field
	base   []int // [positions] code without a unit
	first  []int // [positions + 1] first unit of the position
	hidden int

	w, v []float32 // [units][hidden] into and out of the hidden layer
	b    []float32 // [units]
	c    []float32 // [hidden]

	pool sync.Pool // of *scratch
}

// layOut returns a network without parameters, for fields of so many codes in an
// order.
func layOut(codes, base, order []int, hidden int) *network {
	n := &network{order: order, base: make([]int, len(order)), first: make([]int, len(order)+1), hidden: hidden}
	for q, j := range order {
		n.base[q] = base[j]
		n.first[q+1] = n.first[q] + max(0, codes[j]-1)
	}
	return n
}

func (n *network) units() int { return n.first[len(n.order)] }

// unit returns the unit of a code at a position, -1 for the base.
func (n *network) unit(q, code int) int {
	switch base := n.base[q]; {
	case code < base:
		return n.first[q] + code
	case code > base:
		return n.first[q] + code - 1
	}
	return -1
}

// code returns the code of a unit of a position, or of its base for -1.
func (n *network) code(q, unit int) int {
	if unit < 0 {
		return n.base[q]
	}
	if code := unit - n.first[q]; code < n.base[q] {
		return code
	}
	return unit - n.first[q] + 1
}

// active appends the active units of row i of codes, in their order.
func (n *network) active(dst []int32, codes [][]uint16, i int) []int32 {
	for q, j := range n.order {
		if u := n.unit(q, int(codes[j][i])); u >= 0 {
			dst = append(dst, int32(u))
		}
	}
	return dst
}

// scratch is the memory of one row at a time.
type scratch struct {
	a      []float32   // [hidden] input of the hidden layer
	h      [][]float32 // [active units so far] output of the hidden layer
	odds   []float32   // [units] log-odds, and then e^(log-odds - largest)
	base   []float32   // [positions] e^(0 - largest)
	err    []float32   // [units] gradient of the log-odds
	dh, da []float32   // [hidden]
	mask   []float32   // [hidden] of dropout
	words  []uint64
	active []int32
}

func newScratch(n *network) *scratch {
	floats := func(k int) []float32 { return make([]float32, k) }
	return &scratch{
		a: floats(n.hidden), odds: floats(n.units()), base: floats(len(n.order)), err: floats(n.units()),
		dh: floats(n.hidden), da: floats(n.hidden), mask: floats(n.hidden), words: make([]uint64, (n.hidden+7)/8),
	}
}

// layer returns the memory of the hidden layer after so many active units.
func (s *scratch) layer(k int) []float32 {
	for len(s.h) <= k {
		s.h = append(s.h, make([]float32, len(s.a)))
	}
	return s.h[k]
}

// end returns the first unit behind the field of unit u at position q or later,
// and that position.
func (n *network) end(u, q int) (end, at int) {
	for n.first[q+1] <= u {
		q++
	}
	return n.first[q+1], q
}

// forward sets s.odds to the log-odds of all units, and s.h to the hidden layers
// on the way: between two active units nothing changes, and all units there are
// one product of a matrix and a vector. A mask, if not nil, multiplies the
// hidden layer.
func (n *network) forward(s *scratch, active []int32, mask []float32) {
	copy(s.a, n.c)
	lo, q, hi := 0, 0, 0
	for k := 0; ; k++ {
		h := s.layer(k)
		simd.ReLU(h, s.a)
		if mask != nil {
			simd.Mul(h, mask)
		}
		if k == len(active) {
			simd.MatVec(s.odds[lo:], n.v[lo*n.hidden:], h)
			break
		}
		u := int(active[k])
		hi, q = n.end(u, q)
		simd.MatVec(s.odds[lo:hi], n.v[lo*n.hidden:hi*n.hidden], h)
		simd.Add(s.a, n.w[u*n.hidden:][:n.hidden])
		lo = hi
	}
	simd.Add(s.odds, n.b)
}

// backward adds the gradient of the loss to g, given that of the log-odds in
// s.err and the hidden layers in s.h. It is forward, backwards.
func (n *network) backward(g *gradient, s *scratch, active []int32, mask []float32) {
	clear(s.da)
	hi, q := n.units(), len(n.order)
	for k := len(active); ; k-- {
		lo := 0
		if k > 0 {
			for u := int(active[k-1]); n.first[q] > u; {
				q--
			}
			lo = n.first[q+1]
		}
		h := s.h[k]
		clear(s.dh)
		simd.AddVecMat(s.dh, s.err[lo:hi], n.v[lo*n.hidden:hi*n.hidden])
		simd.AddOuter(g.v[lo*n.hidden:hi*n.hidden], s.err[lo:hi], h)
		if mask != nil {
			simd.Mul(s.dh, mask)
		}
		simd.ReLUGrad(s.dh, h)
		simd.Add(s.da, s.dh)
		if k == 0 {
			break
		}
		simd.Add(g.w(int(active[k-1])), s.da)
		hi = lo
	}
	simd.Add(g.b, s.err)
	simd.Add(g.c, s.da)
}

// exponentials turns the log-odds of all units into odds against the largest of
// their field, in float32. Whatever rounding does to them, probabilities made
// of them in float64 sum to 1.
func (n *network) exponentials(s *scratch) {
	for q := range n.order {
		n.shift(s, q)
	}
	simd.Exp(s.odds, s.odds)
	simd.Exp(s.base, s.base)
}

// exponentialsAt is exponentials of one position.
func (n *network) exponentialsAt(s *scratch, q int) {
	n.shift(s, q)
	odds, base := s.odds[n.first[q]:n.first[q+1]], s.base[q:q+1]
	simd.Exp(odds, odds)
	simd.Exp(base, base)
}

// shift subtracts the largest log-odds of a position, that of the base, which is
// 0, among them.
func (n *network) shift(s *scratch, q int) {
	odds := s.odds[n.first[q]:n.first[q+1]]
	if len(odds) == 1 { // as for any number, and fast
		o := odds[0]
		odds[0], s.base[q] = min(o, 0), -max(o, 0)
		return
	}
	top := float32(0)
	for _, o := range odds {
		top = max(top, o)
	}
	for i := range odds {
		odds[i] -= top
	}
	s.base[q] = -top
}

// total returns the sum of the odds of a position's codes.
func (n *network) total(s *scratch, q int) float64 {
	sum := float64(s.base[q])
	for _, o := range s.odds[n.first[q]:n.first[q+1]] {
		sum += float64(o)
	}
	return sum
}

// tiny is where the product of probabilities is turned into a logarithm, before
// it is too small for a float64.
const tiny = 0x1p-800

// logProb returns the log-probability of the row with the given active units,
// whose odds are in s.
func (n *network) logProb(s *scratch, active []int32) float64 {
	sum, product := 0.0, 1.0
	for q := range n.order {
		o := s.base[q]
		if len(active) > 0 && int(active[0]) < n.first[q+1] {
			o, active = s.odds[active[0]], active[1:]
		}
		if product *= float64(o) / n.total(s, q); product < tiny {
			sum += math.Log(product)
			product = 1
		}
	}
	return sum + math.Log(product)
}

// errors sets s.err to the gradient of -weight·log p of the row with the given
// active units, with respect to the log-odds.
func (n *network) errors(s *scratch, active []int32, weight float32) {
	for q := range n.order {
		lo, hi := n.first[q], n.first[q+1]
		scale := weight / float32(n.total(s, q))
		for u := lo; u < hi; u++ {
			s.err[u] = scale * s.odds[u]
		}
		if len(active) > 0 && int(active[0]) < hi {
			s.err[active[0]] -= weight
			active = active[1:]
		}
	}
}
