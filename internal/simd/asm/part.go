package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// part writes the kernel that parts rows by their bins. It needs an instruction
// that compresses a vector: AVX2 has none, and is left to Go.
func part() {
	const less = 1
	s := avx512
	s.text("part", "func(rows, spare []uint16, bins []uint8, set *[4]uint64) int",
		"moves the rows whose bin is in the set to the front, the others to spare; -1 where a row has no bin.")
	n, rows, spare, bins := length("rows"), pointer("rows"), pointer("spare"), pointer("bins")
	beyond, set := s.vec(), s.vec()
	VPBROADCASTD(length("bins").As32(), beyond)
	VBROADCASTI64X4(Mem{Base: Load(Param("set"), GP64()).(reg.GPVirtual)}, set) // it is there twice
	one := s.all(constantMem("partOne", 1))
	at, left, right := GP64(), GP64(), GP64()
	XORQ(at, at)
	XORQ(left, left)

	// next parts the rows from at on. Where they end up has been read before: no
	// more have gone to a side than were there.
	next := func(all *mask) {
		r, has, goes, stays := s.vec(), K(), K(), K()
		from, front, back := Mem{Base: rows, Index: at, Scale: 2}, Mem{Base: rows, Index: left, Scale: 2}, Mem{Base: spare, Index: right, Scale: 2}
		if all == nil {
			VPMOVZXWD(from, r)
			VPCMPUD(Imm(less), beyond, r, has)
			KORTESTW(has, has)
			JCC(LabelRef("outside"))
		} else {
			VPMOVZXWD_Z(from, all.k, r)
			VPCMPUD(Imm(less), beyond, r, all.k, has)
			KXORW(all.k, has, goes)
			KORTESTW(goes, goes)
			JNZ(LabelRef("outside"))
		}
		x, bin, word := s.vec(), s.zero(), s.vec()
		VPSRLD(Imm(2), r, x)
		VPGATHERDD(Mem{Base: bins, Index: x, Scale: 4}, has, bin)
		VPSLLD(Imm(3), r, x)
		VPRORVD(x, bin, bin) // by 8·(row mod 4), for it turns by 31 at most
		VPSRLD(Imm(5), bin, x)
		VPERMD(set, x, word)
		VPRORVD(bin, word, word)
		MOVQ(at, right)
		SUBQ(left, right)
		toLeft, toRight := s.vec(), s.vec()
		c := GP32()
		if all == nil {
			VPTESTMD(one, word, goes)
			KNOTW(goes, stays)
		} else {
			VPTESTMD(one, word, all.k, goes)
			KANDNW(all.k, goes, stays)
		}
		VPCOMPRESSD_Z(r, goes, toLeft)
		VPCOMPRESSD_Z(r, stays, toRight)
		KMOVW(goes, c)
		POPCNTL(c, c)
		if all == nil {
			VPMOVDW(toLeft, front)
			VPMOVDW(toRight, back)
		} else {
			VPMOVDW(toLeft, s.first(c.As64().(reg.GPVirtual)).k, front)
			d := GP32()
			KMOVW(stays, d)
			POPCNTL(d, d)
			VPMOVDW(toRight, s.first(d.As64().(reg.GPVirtual)).k, back)
		}
		ADDQ(c.As64(), left)
	}
	const group = 16
	Label("loop")
	SUBQ(Imm(group), n)
	JLT(LabelRef("rest"))
	next(nil)
	ADDQ(Imm(group), at)
	JMP(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(group), n)
	JZ(LabelRef("done"))
	next(s.first(n))
	JMP(LabelRef("done"))
	Label("outside")
	MOVQ(I32(-1), left)
	Label("done")
	Store(left, ReturnIndex(0))
	end()
}
