package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func adam(s isa) {
	s.text("adam", "func(a *float32, w, g, m, v []float32)", "takes a step of Adam; a is the first field of an Adam.")
	a := Load(Param("a"), GP64()).(reg.GPVirtual)
	field := func(i int) reg.VecVirtual { return s.all(Mem{Base: a, Disp: 4 * i}) }
	rate, b1, b2, eps, c1, c2, decay := field(0), field(1), field(2), field(3), field(4), field(5), field(6)
	n1, n2, zero := s.constant("one", 1), s.vec(), s.zero()
	VSUBPS(b2, n1, n2)
	VSUBPS(b1, n1, n1)
	abs, tiny := constantMem("abs", 0x7fffffff), constantMem("tiny", math.Float32bits(0x1p-100))
	n, w, g, m, v := length("w"), pointer("w"), pointer("g"), pointer("m"), pointer("v")
	s.each(n, []reg.GPVirtual{w, g, m, v}, func(vectors int, k *mask) {
		for i := range vectors {
			vg, vm, vv, t := s.vec(), s.vec(), s.vec(), s.vec()
			s.load(s.at(g, i), vg, k)
			s.load(s.at(m, i), vm, k)
			s.load(s.at(v, i), vv, k)
			VMULPS(b1, vm, vm)
			VMULPS(n1, vg, t)
			VADDPS(t, vm, vm)
			VMULPS(b2, vv, vv)
			VMULPS(n2, vg, t)
			VMULPS(vg, t, t)
			VADDPS(t, vv, vv)
			bound, size := s.all(tiny), s.all(abs)
			VANDPS(vm, size, size)
			s.keep(vm, size, notLess, bound)
			s.keep(vv, vv, notLess, bound)
			s.store(vm, s.at(m, i), k)
			s.store(vv, s.at(v, i), k)
			s.store(zero, s.at(g, i), k)
			VMULPS(c2, vv, vv)
			VSQRTPS(vv, vv)
			VADDPS(eps, vv, vv)
			VMULPS(c1, vm, vm)
			VDIVPS(vv, vm, vm)
			s.load(s.at(w, i), vg, k)
			VMULPS(decay, vg, t)
			VADDPS(t, vm, vm)
			VMULPS(rate, vm, vm)
			VSUBPS(vm, vg, vg)
			s.store(vg, s.at(w, i), k)
		}
	})
	end()
}
