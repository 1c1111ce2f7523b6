package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rowUnroll is how many vectors of a row stay in registers.
const rowUnroll = 8

func rows(s isa) {
	s.text("gather", "func(dst, a []float32, rows []int32)", "adds rows of a to dst.")
	s.listed("dst", func(v []reg.VecVirtual, row reg.GPVirtual, k *mask) {
		for i := range v {
			x := s.vec()
			s.load(s.at(row, i), x, k)
			VADDPS(x, v[i], v[i])
		}
	}, true)
	end()

	s.text("scatter", "func(a, x []float32, rows []int32)", "adds x to rows of a.")
	s.listed("x", func(v []reg.VecVirtual, row reg.GPVirtual, k *mask) {
		for i := range v {
			y := s.vec()
			s.load(s.at(row, i), y, k)
			VADDPS(v[i], y, y)
			s.store(y, s.at(row, i), k)
		}
	}, false)
	end()
}

// listed runs body over the listed rows of a, for a block of columns at a time
// with the block of the parameter vector in registers, which it keeps at the end
// if keep is set.
func (s isa) listed(vector string, body func(v []reg.VecVirtual, row reg.GPVirtual, k *mask), keep bool) {
	n, stride, v, a := length(vector), length(vector), pointer(vector), pointer("a")
	list, count := pointer("rows"), length("rows")
	SHLQ(U8(2), stride)
	TESTQ(count, count)
	JZ(LabelRef("end"))
	LEAQ(Mem{Base: list, Index: count, Scale: 4}, list)
	NEGQ(count)
	s.blocks(n, []int{rowUnroll, 2, 1}, []reg.GPVirtual{v, a}, func(vectors int, k *mask) {
		in := make([]reg.VecVirtual, vectors)
		for i := range in {
			in[i] = s.vec()
			s.load(s.at(v, i), in[i], k)
		}
		at, row := GP64(), GP64()
		MOVQ(count, at)
		loop := label("list%d", listLoops)
		listLoops++
		Label(loop)
		MOVLQSX(Mem{Base: list, Index: at, Scale: 4}, row)
		IMULQ(stride, row)
		ADDQ(a, row)
		body(in, row, k)
		INCQ(at)
		JNZ(LabelRef(loop))
		if keep {
			for i := range in {
				s.store(in[i], s.at(v, i), k)
			}
		}
	})
}

var listLoops int
