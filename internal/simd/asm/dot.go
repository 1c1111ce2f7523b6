package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func dot(s isa) {
	s.text("dot", "func(x, y []float32) float32", "returns the dot product of x and y.")
	n, x, y := length("x"), pointer("x"), pointer("y")
	sums := s.dots("", n, x, []reg.GPVirtual{y})
	Store(sums[0], ReturnIndex(0))
	end()

	// As many rows at once as their partial sums find registers for.
	together := map[isa]int{avx512: 4, avx2: 2}[s]
	s.text("matVec", "func(dst, a, x []float32)", "sets dst to A x.")
	rows, dst, a := length("dst"), pointer("dst"), pointer("a")
	n, x = length("x"), pointer("x")
	stride := GP64()
	MOVQ(n, stride)
	SHLQ(U8(2), stride)
	for _, r := range []int{together, 1} {
		loop, done := label("matrix%d", r), label("matrixDone%d", r)
		Label(loop)
		CMPQ(rows, U8(r))
		JLT(LabelRef(done))
		row := make([]reg.GPVirtual, r)
		for i := range row {
			row[i] = GP64()
			if i == 0 {
				MOVQ(a, row[i])
			} else {
				LEAQ(Mem{Base: row[i-1], Index: stride, Scale: 1}, row[i])
			}
		}
		LEAQ(Mem{Base: row[r-1], Index: stride, Scale: 1}, a)
		px, left := GP64(), GP64()
		MOVQ(x, px)
		MOVQ(n, left)
		for i, sum := range s.dots(label("R%d", r), left, px, row) {
			VMOVSS(sum, Mem{Base: dst, Disp: 4 * i})
		}
		ADDQ(U8(4*r), dst)
		SUBQ(U8(r), rows)
		JMP(LabelRef(loop))
		Label(done)
	}
	end()
}

// dots returns the dot products of x with each of the ys, all n long, in the
// first elements of XMM registers. n and the pointers are used up. tag sets its
// labels apart from those of another call in the same function.
func (s isa) dots(tag string, n, x reg.GPVirtual, ys []reg.GPVirtual) []reg.VecVirtual {
	each := lanes / s.width // vectors of partial sums
	sums := make([][]reg.VecVirtual, len(ys))
	for r := range sums {
		for range each {
			sums[r] = append(sums[r], s.zero())
		}
	}
	add := func(at, i int, k *mask) {
		vx := s.vec()
		s.load(s.at(x, at), vx, k)
		for r, y := range ys {
			vy := s.vec()
			s.load(s.at(y, at), vy, k)
			VMULPS(vy, vx, vy)
			VADDPS(vy, sums[r][i], sums[r][i])
		}
	}
	forward := func(elements int) {
		for _, p := range append([]reg.GPVirtual{x}, ys...) {
			ADDQ(U32(4*elements), p)
		}
		SUBQ(U32(elements), n)
	}
	Label("blocks" + tag)
	CMPQ(n, U8(lanes))
	JLT(LabelRef("rest" + tag))
	for i := range each {
		add(i, i, nil)
	}
	forward(lanes)
	JMP(LabelRef("blocks" + tag))
	Label("rest" + tag)
	for i := range each {
		if i < each-1 {
			CMPQ(n, U8(s.width))
			JLT(LabelRef(label("last%s%d", tag, i)))
			add(0, i, nil)
			forward(s.width)
		} else {
			JMP(LabelRef(label("last%s%d", tag, i)))
		}
	}
	for i := range each {
		Label(label("last%s%d", tag, i))
		add(0, i, s.first(n))
		if i < each-1 {
			JMP(LabelRef("tree" + tag))
		}
	}
	Label("tree" + tag)
	out := make([]reg.VecVirtual, len(ys))
	for r, sum := range sums {
		out[r] = s.tree(sum)
	}
	return out
}

// tree adds partial sums: halves to halves, down to one.
func (s isa) tree(sum []reg.VecVirtual) reg.VecVirtual {
	for half := len(sum) / 2; half > 0; half /= 2 {
		for i := range half {
			VADDPS(sum[i+half], sum[i], sum[i])
		}
	}
	v := sum[0]
	if s == avx512 {
		high := YMM()
		VEXTRACTF32X8(U8(1), v, high)
		VADDPS(high, v.AsY(), v.AsY())
	}
	x, high := XMM(), XMM()
	VEXTRACTF128(U8(1), v.AsY(), high)
	VADDPS(high, v.AsX(), x)
	VMOVHLPS(x, x, high)
	VADDPS(high, x, x)
	VMOVSHDUP(x, high)
	VADDSS(high, x, x)
	return x
}
