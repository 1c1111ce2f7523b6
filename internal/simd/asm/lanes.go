package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// classes writes the kernel that draws classes by their masses and weights, a row at a
// time: running sums by shifts of 1, 2 and 4 classes, as the definition in Go has them.
func classes() {
	const notLess = 0x1d
	double := func(name string, high uint32) reg.VecVirtual {
		v := ZMM()
		VPBROADCASTQ(constantMem(name, 0, high), v)
		return v
	}
	avx512.text("drawClasses", "func(class []uint8, word []uint32, masses *[8]float64, last int, sums *[2]uint64, points []uint32, rows []uint16) bool",
		"draws the classes of rows; false where a row has no point.")
	n, rows := length("rows"), pointer("rows")
	class, word := pointer("class"), pointer("word")
	sums, points, beyond := Load(Param("sums"), GP64()), pointer("points"), length("points")
	last := Load(Param("last"), GP64())
	mass, zero := ZMM(), avx512.zero()
	VMOVUPD(Mem{Base: Load(Param("masses"), GP64())}, mass)
	bias := double("lanesBias", (1023-127)<<20)
	half := double("lanesHalf", 0x3fe00000)
	share := double("lanesShare", (1023-32)<<20)
	seven := ZMM()
	VPBROADCASTQ(constantMem("lanesSeven", 7, 0), seven)

	row, c, at := GP64(), GP64(), GP64()
	TESTQ(n, n)
	JZ(LabelRef("done"))
	Label("row")
	MOVWQZX(Mem{Base: rows}, row)
	CMPQ(row, beyond)
	JGE(LabelRef("outside"))
	w, sum, shifted := ZMM(), ZMM(), ZMM()
	MOVQ(row, at)
	SHLQ(Imm(4), at)
	VPMOVZXWQ(Mem{Base: sums, Index: at, Scale: 1}, w)
	VPSLLQ(Imm(52-7), w, w)
	VPADDQ(bias, w, w)
	VMULPD(mass, w, sum)
	for _, by := range []uint64{1, 2, 4} {
		VALIGNQ(Imm(8-by), zero, sum, shifted)
		VADDPD(shifted, sum, sum)
	}
	x, total := ZMM(), ZMM()
	VPBROADCASTD(Mem{Base: points, Index: row, Scale: 4}, x.AsY())
	VCVTUDQ2PD(x.AsY(), x)
	VADDPD(half, x, x)
	VPERMPD(sum, seven, total)
	VMULPD(share, total, total)
	VMULPD(total, x, x)
	reached := K()
	VCMPPD(Imm(notLess), sum, x, reached)
	KMOVW(reached, c.As32())
	POPCNTL(c.As32(), c.As32())
	CMPQ(c, last)
	CMOVQGT(last, c)
	MOVB(c.As8(), Mem{Base: class})
	VALIGNQ(Imm(7), zero, sum, shifted)
	VSUBPD(shifted, x, x)
	VDIVPD(w, x, x)
	VMAXPD(zero, x, x)
	VCVTTPD2UDQ(x, x.AsY())
	lane := XMM()
	VMOVD(c.As32(), lane)
	VPERMD(x.AsY(), lane.AsY(), x.AsY())
	VMOVD(x.AsX(), Mem{Base: word})
	INCQ(class)
	ADDQ(Imm(4), word)
	ADDQ(Imm(2), rows)
	DECQ(n)
	JNZ(LabelRef("row"))
	doneOrOutside()
}
