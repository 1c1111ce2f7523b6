package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// isa is an instruction set: vectors of width floats, and how to touch no more
// than the first few of one.
type isa struct {
	name  string
	width int
}

var (
	avx512 = isa{"AVX512", 16}
	avx2   = isa{"AVX2", 8}
)

// lanes is the number of partial sums of a reduction, as in package simd.
const lanes = 32

// unroll is how many vectors the inner loop of an elementwise kernel takes.
const unroll = 4

func (s isa) vec() reg.VecVirtual {
	if s == avx512 {
		return ZMM()
	}
	return YMM()
}

// zero returns a vector of zeros.
func (s isa) zero() reg.VecVirtual {
	v := s.vec()
	s.clear(v)
	return v
}

func (s isa) clear(v reg.VecVirtual) {
	if s == avx512 {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
}

// all returns a vector with x in every element; x is in memory or in the first
// element of an XMM register.
func (s isa) all(x Op) reg.VecVirtual {
	v := s.vec()
	VBROADCASTSS(x, v)
	return v
}

// constant returns a vector with x in every element.
func (s isa) constant(name string, x float32) reg.VecVirtual {
	return s.all(constantMem(name, math.Float32bits(x)))
}

// constantMem returns where words stand in memory, under a name of their own.
func constantMem(name string, words ...uint32) Mem {
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, attr.RODATA|attr.NOPTR)
		for i, w := range words {
			DATA(4*i, U32(w))
		}
		constants[name] = m
	}
	return m
}

var constants = map[string]Mem{}

// mask selects the first few elements of a vector; a nil mask, all.
type mask struct {
	k reg.OpmaskVirtual // AVX-512
	v reg.VecVirtual    // AVX2: the sign bits select
}

// first returns the mask of the first n < width elements, for n in a register.
func (s isa) first(n reg.GPVirtual) *mask {
	if s == avx512 {
		bits, k := GP32(), K()
		MOVL(U32(0xffffffff), bits)
		BZHIL(n.As32(), bits, bits)
		KMOVW(bits, k)
		return &mask{k: k}
	}
	// A window onto 8 words of ones and 8 of zeros that begins 8 - n words in.
	const yes = 0xffffffff
	table := constantMem("ones", yes, yes, yes, yes, yes, yes, yes, yes, 0, 0, 0, 0, 0, 0, 0, 0)
	base, v := GP64(), YMM()
	LEAQ(table.Offset(32), base)
	at := GP64()
	MOVQ(n, at)
	NEGQ(at)
	VMOVUPS(Mem{Base: base, Index: at, Scale: 4}, v)
	return &mask{v: v}
}

// load sets v to the vector at m, with zeros where the mask does not select.
func (s isa) load(m Mem, v reg.VecVirtual, k *mask) {
	switch {
	case k == nil:
		VMOVUPS(m, v)
	case s == avx512:
		VMOVUPS_Z(m, k.k, v)
	default:
		VMASKMOVPS(m, k.v, v)
	}
}

// store writes to m those elements of v that the mask selects.
func (s isa) store(v reg.VecVirtual, m Mem, k *mask) {
	switch {
	case k == nil:
		VMOVUPS(v, m)
	case s == avx512:
		VMOVUPS(v, k.k, m)
	default:
		VMASKMOVPS(v, k.v, m)
	}
}

// The predicates of keep.
const (
	notLess = 0x15 // NLT_UQ
	greater = 0x1e // GT_OQ
)

// keep sets v to zero where "x predicate bound" does not hold.
func (s isa) keep(v, x reg.VecVirtual, predicate uint64, bound reg.VecVirtual) {
	if s == avx512 {
		k := K()
		VCMPPS(Imm(predicate), bound, x, k)
		VMOVAPS_Z(v, k, v)
		return
	}
	m := s.vec()
	VCMPPS(Imm(predicate), bound, x, m)
	VANDPS(m, v, v)
}

// text begins a function.
func (s isa) text(name, signature, doc string) {
	TEXT(name+s.name, attr.NOSPLIT, signature)
	Pragma("noescape")
	Doc(name + s.name + " " + doc)
}

// label returns a label of this function. Labels are local to a function.
func label(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// pointer returns the address of a parameter's first element.
func pointer(slice string) reg.GPVirtual {
	return Load(Param(slice).Base(), GP64()).(reg.GPVirtual)
}

// length returns the length of a parameter.
func length(slice string) reg.GPVirtual {
	return Load(Param(slice).Len(), GP64()).(reg.GPVirtual)
}

// at returns the i-th vector from p on.
func (s isa) at(p reg.GPVirtual, i int) Mem { return Mem{Base: p, Disp: 4 * s.width * i} }

// each runs body over n elements: some full vectors at a time, beginning at the
// pointers, and then what is left, masked. The pointers are moved and n is used
// up.
func (s isa) each(n reg.GPVirtual, pointers []reg.GPVirtual, body func(vectors int, k *mask)) {
	s.blocks(n, []int{unroll, 1}, pointers, body)
}

// blocks is each with the numbers of vectors to take at a time, down to 1.
func (s isa) blocks(n reg.GPVirtual, sizes []int, pointers []reg.GPVirtual, body func(vectors int, k *mask)) {
	for _, vectors := range sizes {
		loop, done := label("loop%d", vectors), label("done%d", vectors)
		step := vectors * s.width
		Label(loop)
		CMPQ(n, I32(step))
		JLT(LabelRef(done))
		body(vectors, nil)
		for _, p := range pointers {
			ADDQ(I32(4*step), p)
		}
		SUBQ(I32(step), n)
		JMP(LabelRef(loop))
		Label(done)
	}
	TESTQ(n, n)
	JZ(LabelRef("end"))
	body(1, s.first(n))
	Label("end")
}

// end returns from a function. The upper halves of the registers are cleared,
// so that code of before AVX that comes after is not slowed down.
// doneOrOutside ends a kernel at its labels done, where it returns true, and outside,
// where it returns false.
func doneOrOutside() {
	Label("done")
	ok := GP8()
	MOVB(U8(1), ok)
	Store(ok, ReturnIndex(0))
	end()
	Label("outside")
	MOVB(U8(0), ok)
	Store(ok, ReturnIndex(0))
	end()
}

func end() {
	VZEROUPPER()
	RET()
}
