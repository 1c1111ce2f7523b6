package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func axpy(s isa) {
	s.text("axpy", "func(a float32, x, y []float32)", "adds a x to y.")
	a := s.scalar("a")
	n, x, y := length("x"), pointer("x"), pointer("y")
	s.each(n, []reg.GPVirtual{x, y}, func(vectors int, k *mask) {
		for i := range vectors {
			vx, vy := s.vec(), s.vec()
			s.load(s.at(x, i), vx, k)
			s.load(s.at(y, i), vy, k)
			VMULPS(vx, a, vx)
			VADDPS(vx, vy, vy)
			s.store(vy, s.at(y, i), k)
		}
	})
	end()

	for _, op := range []struct {
		name, doc string
		do        func(ops ...Op)
	}{
		{"add", "adds x to dst.", VADDPS},
		{"sub", "subtracts x from dst.", VSUBPS},
		{"mul", "multiplies dst by x.", VMULPS},
	} {
		s.text(op.name, "func(dst, x []float32)", op.doc)
		n, dst, x := length("dst"), pointer("dst"), pointer("x")
		s.each(n, []reg.GPVirtual{dst, x}, func(vectors int, k *mask) {
			for i := range vectors {
				vx, vd := s.vec(), s.vec()
				s.load(s.at(x, i), vx, k)
				s.load(s.at(dst, i), vd, k)
				op.do(vx, vd, vd)
				s.store(vd, s.at(dst, i), k)
			}
		})
		end()
	}

	s.text("scale", "func(a float32, x []float32)", "multiplies x by a.")
	a = s.scalar("a")
	n, x = length("x"), pointer("x")
	s.each(n, []reg.GPVirtual{x}, func(vectors int, k *mask) {
		for i := range vectors {
			v := s.vec()
			s.load(s.at(x, i), v, k)
			VMULPS(a, v, v)
			s.store(v, s.at(x, i), k)
		}
	})
	end()

	s.text("addVecMat", "func(y, x, a []float32)", "adds x A to y.")
	s.columns("y", "x", "a", func(y, x, a reg.GPVirtual, rows reg.GPVirtual, stride reg.GPVirtual, vectors int, k *mask) {
		sum := make([]reg.VecVirtual, vectors)
		for i := range sum {
			sum[i] = s.vec()
			s.load(s.at(y, i), sum[i], k)
		}
		s.rows(rows, x, a, stride, vectors, func(xi reg.VecVirtual, row reg.GPVirtual) {
			for i := range sum {
				v := s.vec()
				s.load(s.at(row, i), v, k)
				VMULPS(v, xi, v)
				VADDPS(v, sum[i], sum[i])
			}
		})
		for i, v := range sum {
			s.store(v, s.at(y, i), k)
		}
	})
	end()

	s.text("addOuter", "func(a, x, y []float32)", "adds the outer product of x and y to a.")
	s.columns("y", "x", "a", func(y, x, a reg.GPVirtual, rows reg.GPVirtual, stride reg.GPVirtual, vectors int, k *mask) {
		vy := make([]reg.VecVirtual, vectors)
		for i := range vy {
			vy[i] = s.vec()
			s.load(s.at(y, i), vy[i], k)
		}
		s.rows(rows, x, a, stride, vectors, func(xi reg.VecVirtual, row reg.GPVirtual) {
			for i := range vy {
				v, old := s.vec(), s.vec()
				s.load(s.at(row, i), old, k)
				VMULPS(vy[i], xi, v)
				VADDPS(v, old, old)
				s.store(old, s.at(row, i), k)
			}
		})
	})
	end()
}

// scalar returns a vector with a parameter in every element.
func (s isa) scalar(param string) reg.VecVirtual {
	return s.all(Load(Param(param), XMM()))
}

// columns runs body over blocks of columns of the matrix a [len(x)][len(y)]:
// body gets the addresses of the block's elements of y and of a's first row, of
// x, the number of rows, and the bytes from row to row.
func (s isa) columns(y, x, a string, body func(y, x, a, rows, stride reg.GPVirtual, vectors int, k *mask)) {
	n, stride, rows := length(y), length(y), length(x)
	py, px, pa := pointer(y), pointer(x), pointer(a)
	SHLQ(U8(2), stride)
	TESTQ(rows, rows)
	JZ(LabelRef("end"))
	s.each(n, []reg.GPVirtual{py, pa}, func(vectors int, k *mask) {
		body(py, px, pa, rows, stride, vectors, k)
	})
}

// rows runs body over the rows of a block of columns, with the row's element of
// x in all elements of a vector.
func (s isa) rows(rows, x, a, stride reg.GPVirtual, vectors int, body func(xi reg.VecVirtual, row reg.GPVirtual)) {
	row, px, left := GP64(), GP64(), GP64()
	MOVQ(a, row)
	MOVQ(x, px)
	MOVQ(rows, left)
	loop := label("rows%d", rowLoops)
	rowLoops++
	Label(loop)
	body(s.all(Mem{Base: px}), row)
	ADDQ(stride, row)
	ADDQ(U8(4), px)
	DECQ(left)
	JNZ(LabelRef(loop))
}

var rowLoops int
