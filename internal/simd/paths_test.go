package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// A call runs a kernel on slices of fresh numbers and returns what it wrote.
type call struct {
	name string
	// lengths returns those of the operands for a size.
	lengths func(n int) []int
	run     func(a float32, v [][]float32)
}

func same(k int) func(int) []int {
	return func(n int) []int {
		l := make([]int, k)
		for i := range l {
			l[i] = n
		}
		return l
	}
}

// matrix makes the lengths of a [rows][n], x [n], y [rows].
func matrix(n int) []int {
	rows := n % 11
	return []int{rows * n, n, rows}
}

// table makes the lengths of a [rows][n], x [n].
func table(n int) []int { return []int{(1 + n%11) * n, n} }

// list returns some rows of a table, among them one that is there twice.
func list(size, width int) (rows []int32) {
	if width == 0 {
		return nil
	}
	for i := range size / width {
		if i%3 != 1 {
			rows = append(rows, int32(i))
		}
	}
	return append(rows, 0)
}

// sizes makes the sizes of a product of matrices out of a number.
func sizes(n int) (rows, inner, columns int) { return n % 23, n % 7, n % 75 }

// matrices makes the lengths of c [rows][columns], a [rows][inner], b
// [inner][columns], and a vector whose length says which they are.
func matrices(n int) []int {
	rows, inner, columns := sizes(n)
	return []int{rows * columns, rows * inner, inner * columns, n}
}

var calls = []call{
	{"Dot", same(3), func(_ float32, v [][]float32) {
		if len(v[0]) > 0 {
			v[0][0] = Dot(v[1], v[2])
		}
	}},
	{"MatVec", matrix, func(_ float32, v [][]float32) { MatVec(v[2], v[0], v[1]) }},
	{"Axpy", same(2), func(a float32, v [][]float32) { Axpy(a, v[0], v[1]) }},
	{"Add", same(2), func(_ float32, v [][]float32) { Add(v[0], v[1]) }},
	{"Sub", same(2), func(_ float32, v [][]float32) { Sub(v[0], v[1]) }},
	{"Mul", same(2), func(_ float32, v [][]float32) { Mul(v[0], v[1]) }},
	{"Scale", same(1), func(a float32, v [][]float32) { Scale(a, v[0]) }},
	{"AddVecMat", matrix, func(_ float32, v [][]float32) { AddVecMat(v[1], v[2], v[0]) }},
	{"AddOuter", matrix, func(_ float32, v [][]float32) { AddOuter(v[0], v[2], v[1]) }},
	{"ReLU", same(2), func(_ float32, v [][]float32) { ReLU(v[0], v[1]) }},
	{"ReLUGrad", same(2), func(_ float32, v [][]float32) { ReLUGrad(v[0], v[1]) }},
	{"Exp", same(2), func(_ float32, v [][]float32) { Exp(v[0], v[1]) }},
	{"Sigmoid", same(2), func(_ float32, v [][]float32) { Sigmoid(v[0], v[1]) }},
	{"Gather", table, func(_ float32, v [][]float32) { Gather(v[1], v[0], list(len(v[0]), len(v[1]))) }},
	{"Scatter", table, func(_ float32, v [][]float32) { Scatter(v[0], v[1], list(len(v[0]), len(v[1]))) }},
	{"AddMatMul", matrices, func(_ float32, v [][]float32) {
		rows, inner, columns := sizes(len(v[3]))
		AddMatMul(v[0], v[1], v[2], rows, inner, columns)
	}},
	{"AddMatMulT", matrices, func(_ float32, v [][]float32) {
		rows, inner, columns := sizes(len(v[3]))
		AddMatMulT(v[0], v[1], v[2], rows, inner, columns)
	}},
	{"Adam", same(4), func(a float32, v [][]float32) {
		for i, x := range v[3] {
			v[3][i] = x * x // the second moment is not negative
		}
		step := Adam{Rate: a, B1: .9, B2: .999, Eps: 1e-8, C1: 10, C2: 1000, Decay: .01}
		step.Step(v[0], v[1], v[2], v[3])
	}},
}

// numbers fills x with numbers of all sizes, and with few that are not finite.
func numbers(r *rand.Rand, x []float32, odd bool) {
	strange := []float32{0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), 1e-42, -1e-42, math.MaxFloat32}
	for i := range x {
		x[i] = float32(r.NormFloat64() * math.Exp(3*r.NormFloat64()))
		if odd && r.IntN(8) == 0 {
			x[i] = strange[r.IntN(len(strange))]
		}
	}
}

// TestPathsAgree runs each kernel on every path that this processor has, for
// all short lengths and some long ones, at all alignments, and asks for the
// same bits, with nothing written beside the operands.
func TestPathsAgree(t *testing.T) {
	for _, c := range calls {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			for n := range 300 {
				if n > 140 {
					n = 140 + r.IntN(1000)
				}
				lengths := c.lengths(n)
				compare(t, r, c, lengths, n%3 == 0)
			}
		})
	}
}

func FuzzPathsAgree(f *testing.F) {
	f.Add(uint64(1), uint16(100), uint8(0), true)
	f.Fuzz(func(t *testing.T, seed uint64, n uint16, kernel uint8, odd bool) {
		c := calls[int(kernel)%len(calls)]
		compare(t, rand.New(rand.NewPCG(seed, 0)), c, c.lengths(int(n)%2048), odd)
	})
}

func compare(t *testing.T, r *rand.Rand, c call, lengths []int, odd bool) {
	t.Helper()
	const guard = 20
	before := make([][]float32, len(lengths))
	offset := make([]int, len(lengths))
	for i, n := range lengths {
		before[i] = make([]float32, n+2*guard)
		numbers(r, before[i], odd)
		offset[i] = r.IntN(guard)
	}
	a := float32(r.NormFloat64())
	// run returns the bits of all operands and of what surrounds them.
	run := func() [][]uint32 {
		bits, v := make([][]uint32, len(lengths)), make([][]float32, len(lengths))
		all := make([][]float32, len(lengths))
		for i, n := range lengths {
			all[i] = slices.Clone(before[i])
			v[i] = all[i][offset[i]:][:n]
		}
		c.run(a, v)
		for i, x := range all {
			bits[i] = make([]uint32, len(x))
			for j, y := range x {
				bits[i][j] = math.Float32bits(y)
				if y != y {
					bits[i][j] = math.Float32bits(float32(math.NaN())) // of NaNs, only that they are
				}
			}
		}
		return bits
	}
	defer func(p int) { path = p }(path)
	best := path
	path = inGo
	want := run()
	for path = inGo + 1; path <= best; path++ {
		for i, got := range run() {
			for j, b := range got {
				if b != want[i][j] {
					t.Fatalf("%s of lengths %v, path %d: element %d of operand %d is %v, in Go %v",
						c.name, lengths, path, j-offset[i], i, math.Float32frombits(b), math.Float32frombits(want[i][j]))
				}
			}
		}
	}
}

// TestDotIsASum compares with a sum in float64.
func TestDotIsASum(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 200 {
		x, y := make([]float32, n), make([]float32, n)
		numbers(r, x, false)
		numbers(r, y, false)
		sum, size := 0., 0.
		for i := range x {
			p := float64(x[i]) * float64(y[i])
			sum += p
			size += math.Abs(p)
		}
		if got := float64(Dot(x, y)); math.Abs(got-sum) > 1e-6*size {
			t.Fatalf("%d elements: %v, want %v", n, got, sum)
		}
	}
}

func TestShortOperandPanics(t *testing.T) {
	x, y := make([]float32, 10), make([]float32, 9)
	for name, f := range map[string]func(){
		"Dot":       func() { Dot(x, y[:9:9]) },
		"MatVec":    func() { MatVec(x, make([]float32, 89), y) },
		"Axpy":      func() { Axpy(1, x, y[:9:9]) },
		"AddOuter":  func() { AddOuter(make([]float32, 89), x, y) },
		"Gather":    func() { Gather(y, make([]float32, 26), []int32{0, 2}) },
		"Scatter":   func() { Scatter(x, x, []int32{-1}) },
		"AddMatMul": func() { AddMatMul(x[:4], x[:6], y[:5:5], 2, 3, 2) },
		"AddVecMat": func() { AddVecMat(x, y, make([]float32, 89)) },
		"Adam":      func() { new(Adam).Step(x, x, y[:9:9], x) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func Benchmark(b *testing.B) {
	defer func(p int) { path = p }(path)
	best := path
	names := []string{"go", "avx2", "avx512"}
	const n = 200
	for _, c := range calls {
		lengths := c.lengths(n)
		v := make([][]float32, len(lengths))
		for i := range v {
			v[i] = make([]float32, max(lengths[i], n))[:lengths[i]]
		}
		for p := inGo; p <= best; p++ {
			b.Run(fmt.Sprintf("%s/%d/%s", c.name, n, names[p]), func(b *testing.B) {
				path = p
				for b.Loop() {
					c.run(1e-3, v)
				}
			})
		}
	}
}
