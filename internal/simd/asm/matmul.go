package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// matMul adds the product of two matrices to a third, a tile of it at a time that
// stays in registers: some rows by two vectors.
func matMul(s isa) {
	together := map[isa]int{avx512: 8, avx2: 4}[s]
	s.text("addMatMul", "func(c, a, b []float32, rows, inner, columns, row, column int)",
		"adds A B to C; element (i, l) of A is a[i row + l column].")
	n, stride := GP64(), GP64()
	Load(Param("columns"), n)
	Load(Param("columns"), stride)
	SHLQ(U8(2), stride)
	row, column := GP64(), GP64()
	Load(Param("row"), row)
	Load(Param("column"), column)
	SHLQ(U8(2), row)
	SHLQ(U8(2), column)
	b, c := pointer("b"), pointer("c")
	left := GP64()
	Load(Param("inner"), left)
	TESTQ(left, left)
	JZ(LabelRef("end"))
	s.blocks(n, []int{2, 1}, []reg.GPVirtual{b, c}, func(vectors int, k *mask) {
		pa, pc, rows := pointer("a"), GP64(), GP64()
		MOVQ(c, pc)
		Load(Param("rows"), rows)
		for _, r := range []int{together, 1} {
			loop, done := label("rows%d", matMulLoops), label("rowsDone%d", matMulLoops)
			matMulLoops++
			Label(loop)
			CMPQ(rows, U8(r))
			JLT(LabelRef(done))
			s.tile(r, vectors, k, pa, b, pc, row, column, stride)
			SUBQ(U8(r), rows)
			JMP(LabelRef(loop))
			Label(done)
		}
	})
	end()
}

// tile adds the products of r rows of A, from pa on, with the columns of B from
// b on to the elements of C from pc on. It moves pa and pc to the rows below.
func (s isa) tile(r, vectors int, k *mask, pa, b, pc, row, column, stride reg.GPVirtual) {
	at := GP64()
	MOVQ(pc, at)
	sum := make([][]reg.VecVirtual, r)
	for i := range sum {
		for j := range vectors {
			v := s.vec()
			s.load(s.at(at, j), v, k)
			sum[i] = append(sum[i], v)
		}
		ADDQ(stride, at)
	}
	// Three rows of A can be had from one address.
	bases := make([]reg.GPVirtual, (r+2)/3)
	for i := range bases {
		bases[i] = GP64()
		if i == 0 {
			MOVQ(pa, bases[0])
		} else {
			LEAQ(Mem{Base: bases[i-1], Index: row, Scale: 2}, bases[i])
			ADDQ(row, bases[i])
		}
	}
	left, pb := GP64(), GP64()
	Load(Param("inner"), left)
	MOVQ(b, pb)
	loop := label("inner%d", matMulLoops)
	matMulLoops++
	Label(loop)
	vb := make([]reg.VecVirtual, vectors)
	for j := range vb {
		vb[j] = s.vec()
		s.load(s.at(pb, j), vb[j], k)
	}
	for i := range sum {
		m := Mem{Base: bases[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = row, uint8(i%3)
		}
		va := s.all(m)
		for j := range vb {
			p := s.vec()
			VMULPS(va, vb[j], p)
			VADDPS(p, sum[i][j], sum[i][j])
		}
	}
	for _, p := range bases {
		ADDQ(column, p)
	}
	ADDQ(stride, pb)
	DECQ(left)
	JNZ(LabelRef(loop))
	for i := range sum {
		for j, v := range sum[i] {
			s.store(v, s.at(pc, j), k)
		}
		ADDQ(stride, pc)
		ADDQ(row, pa)
	}
}

var matMulLoops int
