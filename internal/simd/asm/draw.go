package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// draw writes the kernel that draws codes by their edges: it counts the edges that
// are at most the row's point, among every 16th first, and then among the 16 from
// there on, or the last 16.
func draw() {
	const notLess, block = 5, 16
	s := avx512
	s.text("draw", "func(codes []uint16, edges, points []uint32, rows []uint16) bool", "draws the codes of rows by 1 to 272 edges; false where a row has no point.")
	n, rows := length("rows"), pointer("rows")
	codes, points, beyond := pointer("codes"), pointer("points"), length("points")
	k, edges := length("edges"), pointer("edges")
	row, c := GP64(), GP64()

	// each runs body for each row, with its point, to set c to the code and one.
	each := func(name string, body func(w reg.VecVirtual)) {
		Label(name)
		MOVWQZX(Mem{Base: rows}, row)
		CMPQ(row, beyond)
		JGE(LabelRef("outside"))
		w := s.vec()
		VPBROADCASTD(Mem{Base: points, Index: row, Scale: 4}, w)
		body(w)
		DECQ(c)
		MOVW(c.As16(), Mem{Base: codes, Index: row, Scale: 2})
		ADDQ(Imm(2), rows)
		DECQ(n)
		JNZ(LabelRef(name))
	}
	reached := K()
	count := func() {
		KMOVW(reached, c.As32())
		POPCNTL(c.As32(), c.As32())
	}
	TESTQ(n, n)
	JZ(LabelRef("done"))
	CMPQ(k, Imm(block))
	JG(LabelRef("many"))
	some, all := s.first(k), s.vec()
	VMOVDQU32_Z(Mem{Base: edges}, some.k, all)
	each("few", func(w reg.VecVirtual) {
		VPCMPUD(Imm(notLess), all, w, some.k, reached)
		count()
	})
	JMP(LabelRef("done"))

	Label("many")
	last, blocks, at := GP64(), GP64(), s.vec()
	MOVQ(k, last)
	SUBQ(Imm(block), last) // where the last 16 start
	LEAQ(Mem{Base: k, Disp: -1}, blocks)
	SHRQ(Imm(4), blocks) // beside the first
	firsts := s.first(blocks)
	has, heads := K(), s.zero()
	VMOVDQU32(constantMem("drawHeads", 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256), at)
	KMOVW(firsts.k, has)
	VPGATHERDD(Mem{Base: edges, Index: at, Scale: 4}, has, heads)
	each("block", func(w reg.VecVirtual) {
		VPCMPUD(Imm(notLess), heads, w, firsts.k, reached)
		count()
		start := GP64()
		MOVQ(c, start)
		SHLQ(Imm(4), start)
		CMPQ(start, last)
		CMOVQGT(last, start)
		VPCMPUD(Imm(notLess), Mem{Base: edges, Index: start, Scale: 4}, w, reached)
		count()
		ADDQ(start, c)
	})
	doneOrOutside()
}
