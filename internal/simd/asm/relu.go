package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

func relu(s isa) {
	s.text("relu", "func(dst, x []float32)", "sets dst to x where x > 0, and to 0 elsewhere.")
	n, dst, x := length("dst"), pointer("dst"), pointer("x")
	zero := s.zero()
	s.each(n, []reg.GPVirtual{dst, x}, func(vectors int, k *mask) {
		for i := range vectors {
			v := s.vec()
			s.load(s.at(x, i), v, k)
			VMAXPS(zero, v, v)
			s.store(v, s.at(dst, i), k)
		}
	})
	end()

	s.text("reluGrad", "func(g, h []float32)", "sets g to 0 where h > 0 does not hold.")
	n, g, h := length("g"), pointer("g"), pointer("h")
	zero = s.zero()
	s.each(n, []reg.GPVirtual{g, h}, func(vectors int, k *mask) {
		for i := range vectors {
			vg, vh := s.vec(), s.vec()
			s.load(s.at(g, i), vg, k)
			s.load(s.at(h, i), vh, k)
			s.keep(vg, vh, greater, zero)
			s.store(vg, s.at(g, i), k)
		}
	})
	end()
}
