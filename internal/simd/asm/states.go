package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// block is the number of states that a loop takes at once, in as many vectors
// as they fill.
const block = 16

func states(s isa) {
	vectors := block / s.width

	s.text("mulStates", "func(dst, a, m []float32, k int)", "sets dst to A M.")
	n, dst, a, m := length("dst"), pointer("dst"), pointer("a"), pointer("m")
	k := Load(Param("k"), GP64()).(reg.GPVirtual)
	stride, stride3 := GP64(), GP64() // bytes of one row, of three
	MOVQ(k, stride)
	SHLQ(U8(2), stride)
	LEAQ(Mem{Base: stride, Index: stride, Scale: 2}, stride3)
	for _, rows := range []int{4, 1} {
		loop, done := label("rows%d", rows), label("rowsDone%d", rows)
		Label(loop)
		step := GP64() // floats of so many rows
		MOVQ(k, step)
		if rows == 4 {
			SHLQ(U8(2), step)
		}
		CMPQ(n, step)
		JLT(LabelRef(done))
		SUBQ(step, n)
		columns, column, out := GP64(), GP64(), GP64()
		MOVQ(k, columns)
		MOVQ(m, column)
		MOVQ(dst, out)
		row := func(p reg.GPVirtual, i int) Mem {
			return []Mem{{Base: p}, {Base: p, Index: stride, Scale: 1}, {Base: p, Index: stride, Scale: 2}, {Base: p, Index: stride3, Scale: 1}}[i]
		}
		Label(loop + "columns")
		sum := make([][]reg.VecVirtual, rows)
		for i := range sum {
			for range vectors {
				sum[i] = append(sum[i], s.zero())
			}
		}
		x, mrow, left := GP64(), GP64(), GP64()
		MOVQ(a, x)
		MOVQ(column, mrow)
		MOVQ(k, left)
		Label(loop + "states")
		v := make([]reg.VecVirtual, vectors)
		for c := range v {
			v[c] = s.vec()
			VMOVUPS(s.at(mrow, c), v[c])
		}
		for i := range sum {
			f := s.all(row(x, i))
			for c := range v {
				product := s.vec()
				VMULPS(v[c], f, product)
				VADDPS(product, sum[i][c], sum[i][c])
			}
		}
		ADDQ(U8(4), x)
		ADDQ(stride, mrow)
		DECQ(left)
		JNZ(LabelRef(loop + "states"))
		for i := range sum {
			for c := range v {
				to := row(out, i)
				to.Disp = 4 * s.width * c
				VMOVUPS(sum[i][c], to)
			}
		}
		ADDQ(U8(4*block), column)
		ADDQ(U8(4*block), out)
		SUBQ(U8(block), columns)
		JNZ(LabelRef(loop + "columns"))
		for range rows {
			ADDQ(stride, a)
			ADDQ(stride, dst)
		}
		JMP(LabelRef(loop))
		Label(done)
	}
	end()

	s.text("addOuterStates", "func(m, a, b []float32, k int)", "adds the transpose of A, times B, to M.")
	n, m, a = length("a"), pointer("m"), pointer("a")
	b := pointer("b")
	k = Load(Param("k"), GP64()).(reg.GPVirtual)
	stride = GP64()
	MOVQ(k, stride)
	SHLQ(U8(2), stride)
	rows := map[isa]int{avx512: 16, avx2: 4}[s] // of M at once
	rowsLeft := GP64()
	MOVQ(k, rowsLeft)
	TESTQ(n, n)
	JZ(LabelRef("end"))
	Label("rows")
	column, columns := GP64(), GP64()
	MOVQ(b, column)
	MOVQ(k, columns)
	Label("columns")
	sum := make([][]reg.VecVirtual, rows)
	at := GP64()
	MOVQ(m, at)
	for i := range sum {
		for c := range vectors {
			v := s.vec()
			VMOVUPS(s.at(at, c), v)
			sum[i] = append(sum[i], v)
		}
		ADDQ(stride, at)
	}
	x, y, left := GP64(), GP64(), GP64()
	MOVQ(a, x)
	MOVQ(column, y)
	MOVQ(n, left)
	Label("sum")
	v := make([]reg.VecVirtual, vectors)
	for c := range v {
		v[c] = s.vec()
		VMOVUPS(s.at(y, c), v[c])
	}
	for i := range sum {
		f := s.all(Mem{Base: x, Disp: 4 * i})
		for c := range v {
			product := s.vec()
			VMULPS(v[c], f, product)
			VADDPS(product, sum[i][c], sum[i][c])
		}
	}
	ADDQ(stride, x)
	ADDQ(stride, y)
	SUBQ(k, left)
	JNZ(LabelRef("sum"))
	MOVQ(m, at)
	for i := range sum {
		for c := range vectors {
			VMOVUPS(sum[i][c], s.at(at, c))
		}
		ADDQ(stride, at)
	}
	ADDQ(U8(4*block), m)
	ADDQ(U8(4*block), column)
	SUBQ(U8(block), columns)
	JNZ(LabelRef("columns"))
	// m has come to the end of its first row.
	for range rows - 1 {
		ADDQ(stride, m)
	}
	ADDQ(U8(4*rows), a)
	SUBQ(U8(rows), rowsLeft)
	JNZ(LabelRef("rows"))
	Label("end")
	end()

	s.text("mulRows", "func(dst, table []float32, at []int32, k int)", "multiplies the rows of dst by rows of table.")
	s.gather("dst", func(dst, row reg.GPVirtual) {
		for c := range vectors {
			v := s.vec()
			VMOVUPS(s.at(dst, c), v)
			VMULPS(s.at(row, c), v, v)
			VMOVUPS(v, s.at(dst, c))
		}
	})

	s.text("addRows", "func(table, src []float32, at []int32, k int)", "adds the rows of src to rows of table.")
	s.gather("src", func(src, row reg.GPVirtual) {
		for c := range vectors {
			v := s.vec()
			VMOVUPS(s.at(src, c), v)
			VADDPS(s.at(row, c), v, v)
			VMOVUPS(v, s.at(row, c))
		}
	})

	s.text("div", "func(dst, x, y []float32)", "sets dst to x / y.")
	n, dst, x, y = length("dst"), pointer("dst"), pointer("x"), pointer("y")
	s.each(n, []reg.GPVirtual{dst, x, y}, func(vectors int, k *mask) {
		for i := range vectors {
			vx, vy := s.vec(), s.vec()
			s.load(s.at(x, i), vx, k)
			s.load(s.at(y, i), vy, k)
			VDIVPS(vy, vx, vx)
			s.store(vx, s.at(dst, i), k)
		}
	})
	end()

	s.text("normaliseRows", "func(sum, x []float32, k int)", "divides the rows of x by their sums.")
	n, total, x := length("sum"), pointer("sum"), pointer("x")
	k = Load(Param("k"), GP64()).(reg.GPVirtual)
	one := XMM()
	VMOVSS(constantMem("rowOne", math.Float32bits(1)), one)
	TESTQ(n, n)
	JZ(LabelRef("end"))
	Label("rows")
	parts := make([]reg.VecVirtual, vectors)
	for c := range parts {
		parts[c] = s.vec()
		VMOVUPS(s.at(x, c), parts[c])
	}
	y, left = GP64(), GP64()
	MOVQ(x, y)
	MOVQ(k, left)
	Label("sum")
	SUBQ(U8(block), left)
	JZ(LabelRef("tree"))
	ADDQ(U8(4*block), y)
	for c := range parts {
		VADDPS(s.at(y, c), parts[c], parts[c])
	}
	JMP(LabelRef("sum"))
	Label("tree")
	t := s.tree(parts)
	VMOVSS(t, Mem{Base: total})
	inverse := XMM()
	VDIVSS(t, one, inverse)
	f := s.all(inverse)
	MOVQ(k, left)
	Label("scale")
	for c := range vectors {
		v := s.vec()
		VMULPS(s.at(x, c), f, v)
		VMOVUPS(v, s.at(x, c))
	}
	ADDQ(U8(4*block), x)
	SUBQ(U8(block), left)
	JNZ(LabelRef("scale"))
	ADDQ(U8(4), total)
	DECQ(n)
	JNZ(LabelRef("rows"))
	Label("end")
	end()
}

// gather runs body for each block of states of the rows of a parameter, with the
// address of the same block of the row of table that at tells.
func (s isa) gather(rows string, body func(x, row reg.GPVirtual)) {
	n, at := length("at"), pointer("at")
	x, table := pointer(rows), pointer("table")
	k := Load(Param("k"), GP64()).(reg.GPVirtual)
	TESTQ(n, n)
	JZ(LabelRef("end"))
	Label("rows")
	row, left := GP64(), GP64()
	MOVLQSX(Mem{Base: at}, row)
	IMULQ(k, row)
	LEAQ(Mem{Base: table, Index: row, Scale: 4}, row)
	MOVQ(k, left)
	Label("states")
	body(x, row)
	ADDQ(U8(4*block), x)
	ADDQ(U8(4*block), row)
	SUBQ(U8(block), left)
	JNZ(LabelRef("states"))
	ADDQ(U8(4), at)
	DECQ(n)
	JNZ(LabelRef("rows"))
	Label("end")
	end()
}
