package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// scores writes the kernels of sums of scores. AVX2 has gathers alone, and is left
// to Go.
func scores() {
	const less, group, inRegisters = 1, 16, 32
	s := avx512
	// groups runs body over n rows from at on, 16 at a time and then what is left.
	groups := func(name string, n, at reg.GPVirtual, body func(all *mask)) {
		Label(name)
		SUBQ(Imm(group), n)
		JLT(LabelRef(name + "Rest"))
		body(nil)
		ADDQ(Imm(group), at)
		JMP(LabelRef(name))
		Label(name + "Rest")
		ADDQ(Imm(group), n)
		JZ(LabelRef("done"))
		body(s.first(n))
	}

	s.text("addScores", "func(sums, score []int32, bins []uint8) bool", "adds the scores of bins to sums; false where a bin has none.")
	n, sums, bins := length("sums"), pointer("sums"), pointer("bins")
	levels, score := length("score"), pointer("score")
	at := GP64()
	XORQ(at, at)
	beyond := s.vec()
	VPBROADCASTD(levels.As32(), beyond)
	add := func(all *mask, look func(bin reg.VecVirtual, has reg.OpmaskVirtual) reg.VecVirtual) {
		bin, has := s.vec(), K()
		from, to := Mem{Base: bins, Index: at, Scale: 1}, Mem{Base: sums, Index: at, Scale: 4}
		if all == nil {
			VPMOVZXBD(from, bin)
			VPCMPUD(Imm(less), beyond, bin, has)
			KORTESTW(has, has)
			JCC(LabelRef("outside"))
			v := look(bin, has)
			VPADDD(to, v, v)
			VMOVDQU32(v, to)
			return
		}
		VPMOVZXBD_Z(from, all.k, bin)
		VPCMPUD(Imm(less), beyond, bin, all.k, has)
		miss := K()
		KXORW(all.k, has, miss)
		KORTESTW(miss, miss)
		JNZ(LabelRef("outside"))
		v, sum := look(bin, has), s.vec()
		VMOVDQU32_Z(to, all.k, sum)
		VPADDD(v, sum, sum)
		VMOVDQU32(sum, all.k, to)
	}
	CMPQ(levels, Imm(inRegisters))
	JG(LabelRef("many"))
	low, high, more := s.vec(), s.vec(), GP64()
	s.load(s.at(score, 0), low, s.first(levels))
	XORQ(more, more)
	SUBQ(Imm(group), levels)
	CMOVQGT(levels, more)
	s.load(s.at(score, 1), high, s.first(more))
	groups("few", n, at, func(all *mask) {
		add(all, func(bin reg.VecVirtual, _ reg.OpmaskVirtual) reg.VecVirtual {
			VPERMI2D(high, low, bin)
			return bin
		})
	})
	JMP(LabelRef("done"))
	Label("many")
	groups("gather", n, at, func(all *mask) {
		add(all, func(bin reg.VecVirtual, has reg.OpmaskVirtual) reg.VecVirtual {
			v := s.zero()
			VPGATHERDD(Mem{Base: score, Index: bin, Scale: 4}, has, v)
			return v
		})
	})
	doneOrOutside()

	s.text("cut", "func(dst []uint8, sums []int32, from int32, width int, cells []uint8)", "sets dst to what the cells of sums hold.")
	n, dst, sums, cells := length("dst"), pointer("dst"), pointer("sums"), pointer("cells")
	first, last, zero, width := s.vec(), s.vec(), s.zero(), XMM()
	VPBROADCASTD(Load(Param("from"), GP32()), first)
	most := length("cells")
	DECQ(most)
	VPBROADCASTD(most.As32(), last)
	VMOVQ(Load(Param("width"), GP64()), width)
	at = GP64()
	XORQ(at, at)
	groups("cut", n, at, func(all *mask) {
		x, c, word, has := s.vec(), s.vec(), s.zero(), K()
		s.load(Mem{Base: sums, Index: at, Scale: 4}, x, all)
		VPSUBD(first, x, x)
		VPSRAD(width, x, x)
		VPMAXSD(zero, x, x)
		VPMINSD(last, x, x)
		VPSRLD(Imm(2), x, c)
		KXNORW(has, has, has)
		VPGATHERDD(Mem{Base: cells, Index: c, Scale: 4}, has, word)
		VPSLLD(Imm(3), x, x)
		VPRORVD(x, word, word)
		if to := (Mem{Base: dst, Index: at, Scale: 1}); all == nil {
			VPMOVDB(word, to)
		} else {
			VPMOVDB(word, all.k, to)
		}
	})
	Label("done")
	end()
}
