package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// indices returns a row of a table of n rows for each element of x.
func indices(x []float32, n int) []int32 {
	at := make([]int32, len(x))
	for i, v := range x {
		at[i] = int32(math.Float32bits(v) % uint32(n))
	}
	return at
}

// stateCalls are the kernels over rows of k states. The size n stands for n/3
// rows of 16, 32 or 48 states.
func stateCalls(k int) []call {
	rows := func(operands ...int) func(int) []int {
		return func(n int) []int {
			l := make([]int, len(operands))
			for i, o := range operands {
				switch l[i] = n / 3; o {
				case 0: // rows
					l[i] *= k
				case 1: // a matrix of states
					l[i] = k * k
				case 2: // a table of 5 rows
					l[i] = 5 * k
				}
			}
			return l
		}
	}
	return []call{
		{"MulStates", rows(0, 0, 1), func(_ float32, v [][]float32) { MulStates(v[0], v[1], v[2], k) }},
		{"AddOuterStates", rows(1, 0, 0), func(_ float32, v [][]float32) { AddOuterStates(v[0], v[1], v[2], k) }},
		{"MulRows", rows(0, 2, 3), func(_ float32, v [][]float32) { MulRows(v[0], v[1], indices(v[2], 5), k) }},
		{"AddRows", rows(2, 0, 3), func(_ float32, v [][]float32) { AddRows(v[0], v[1], indices(v[2], 5), k) }},
		{"NormaliseRows", rows(3, 0), func(_ float32, v [][]float32) { NormaliseRows(v[0], v[1], k) }},
		{"Div", same(3), func(_ float32, v [][]float32) { Div(v[0], v[1], v[2]) }},
	}
}

func TestStatePathsAgree(t *testing.T) {
	for _, k := range []int{16, 32, 48} {
		for _, c := range stateCalls(k) {
			t.Run(c.name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(5, 6))
				for n := range 40 {
					compare(t, r, c, c.lengths(n), n%3 == 0)
				}
			})
		}
	}
}

// TestStatesByDefinition compares the kernels with their definitions in float64.
func TestStatesByDefinition(t *testing.T) {
	const k, n = 32, 7
	r := rand.New(rand.NewPCG(7, 8))
	fresh := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			x[i] = r.Float32()
		}
		return x
	}
	near := func(what string, got float32, want float64) {
		if math.Abs(float64(got)-want) > 1e-5*(1+math.Abs(want)) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
	a, b, m, dst := fresh(n*k), fresh(n*k), fresh(k*k), fresh(n*k)
	MulStates(dst, a, m, k)
	outer := fresh(k * k)
	before := append([]float32(nil), outer...)
	AddOuterStates(outer, a, b, k)
	for i := range n {
		for to := range k {
			sum := 0.
			for from := range k {
				sum += float64(a[i*k+from]) * float64(m[from*k+to])
			}
			near("MulStates", dst[i*k+to], sum)
		}
	}
	for from := range k {
		for to := range k {
			sum := float64(before[from*k+to])
			for i := range n {
				sum += float64(a[i*k+from]) * float64(b[i*k+to])
			}
			near("AddOuterStates", outer[from*k+to], sum)
		}
	}
	sums, x := make([]float32, n), append([]float32(nil), a...)
	NormaliseRows(sums, x, k)
	for i := range n {
		sum := 0.
		for _, v := range a[i*k:][:k] {
			sum += float64(v)
		}
		near("sum of a row", sums[i], sum)
		near("NormaliseRows", x[i*k+3], float64(a[i*k+3])/sum)
	}
	at := []int32{2, 0, 2}
	rows, table := append([]float32(nil), a[:3*k]...), append([]float32(nil), b[:3*k]...)
	MulRows(rows, table, at, k)
	near("MulRows", rows[2*k+1], float64(a[2*k+1])*float64(b[2*k+1]))
	AddRows(table, a, at, k)
	near("AddRows", table[2*k+1], float64(b[2*k+1])+float64(a[1])+float64(a[2*k+1]))
	near("AddRows elsewhere", table[k+1], float64(b[k+1]))
}

func TestRowOutsideTablePanics(t *testing.T) {
	for _, at := range []int32{-1, 2} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("row %d of 2: no panic", at)
				}
			}()
			MulRows(make([]float32, 16), make([]float32, 32), []int32{at}, 16)
		}()
	}
}
