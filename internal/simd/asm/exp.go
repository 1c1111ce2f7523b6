package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// poly is expPoly of package simd.
var poly = [6]float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}

func exp(s isa) {
	s.text("exp", "func(dst, x []float32)", "sets dst to the exponential of x.")
	n, dst, x := length("dst"), pointer("dst"), pointer("x")
	e := s.exponential()
	s.each(n, []reg.GPVirtual{dst, x}, func(vectors int, k *mask) {
		for i := range vectors {
			v := s.vec()
			s.load(s.at(x, i), v, k)
			e.of(v)
			s.store(v, s.at(dst, i), k)
		}
	})
	end()

	s.text("sigmoid", "func(dst, x []float32)", "sets dst to 1/(1 + exp(-x)).")
	n, dst, x = length("dst"), pointer("dst"), pointer("x")
	e = s.exponential()
	sign := constantMem("sign", 0x80000000)
	s.each(n, []reg.GPVirtual{dst, x}, func(vectors int, k *mask) {
		for i := range vectors {
			v := s.vec()
			s.load(s.at(x, i), v, k)
			VXORPS(s.all(sign), v, v)
			e.of(v)
			VADDPS(e.one, v, v)
			VDIVPS(v, e.one, v)
			s.store(v, s.at(dst, i), k)
		}
	})
	end()
}

// exponential holds the constants of e^x that stay in registers.
type exponential struct {
	isa
	round, one reg.VecVirtual
}

func (s isa) exponential() exponential {
	return exponential{isa: s, round: s.constant("round", 1.5*(1<<23)), one: s.constant("one", 1)}
}

// of sets x to e^x.
func (e exponential) of(x reg.VecVirtual) {
	VMAXPS(e.constant("expMin", -87.3), x, x)
	VMINPS(e.constant("expMax", 88.7), x, x)
	k, n, t, p := e.vec(), e.vec(), e.vec(), e.vec()
	VMULPS(e.constant("log2e", 1.44269504088896341), x, k)
	VADDPS(e.round, k, k)
	VPSLLD(U8(23), k, n)
	VSUBPS(e.round, k, k)
	VMULPS(e.constant("ln2Hi", 0.693359375), k, t)
	VSUBPS(t, x, x)
	VMULPS(e.constant("ln2Lo", -2.12194440e-4), k, t)
	VSUBPS(t, x, x)
	VBROADCASTSS(constantMem("exp0", math.Float32bits(poly[0])), p)
	for i, c := range poly[1:] {
		VMULPS(x, p, p)
		VADDPS(e.constant(label("exp%d", i+1), c), p, p)
	}
	VMULPS(x, p, p)
	VMULPS(x, p, p)
	VADDPS(x, p, p)
	VADDPS(e.one, p, p)
	VPADDD(n, p, x)
}
