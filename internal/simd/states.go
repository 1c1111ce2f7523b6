package simd

import "fmt"

// The kernels of this file work on rows of k states, k a multiple of 16, for
// messages in trees of latent nodes: [n][k] is n rows, one after the other.

func checkStates(k int) {
	if k <= 0 || k%16 != 0 {
		panic(fmt.Sprintf("simd: %d states a row, which is no multiple of 16", k))
	}
}

// MulStates sets dst [n][k] to a [n][k] times m [k][k]: each sum starts at zero
// and runs over the rows of m in order.
func MulStates(dst, a, m []float32, k int) {
	checkStates(k)
	mulStates(dst, a[:len(dst)], m[:k*k], k)
}

// AddOuterStates adds aᵀ b to m [k][k], for a and b [n][k], row after row.
func AddOuterStates(m, a, b []float32, k int) {
	checkStates(k)
	addOuterStates(m[:k*k], a, b[:len(a)], k)
}

// MulRows multiplies row i of dst [n][k] by row at[i] of table.
func MulRows(dst, table []float32, at []int32, k int) {
	checkStates(k)
	checkRows(at, len(table)/k)
	mulRows(dst[:len(at)*k], table, at, k)
}

// AddRows adds row i of src [n][k] to row at[i] of table, row after row.
func AddRows(table, src []float32, at []int32, k int) {
	checkStates(k)
	checkRows(at, len(table)/k)
	addRows(table, src[:len(at)*k], at, k)
}

func checkRows(at []int32, n int) {
	for _, r := range at {
		if uint32(r) >= uint32(n) {
			panic(fmt.Sprintf("simd: row %d of %d", r, n))
		}
	}
}

// Div sets dst to x / y.
func Div(dst, x, y []float32) { div(dst, x[:len(dst)], y[:len(dst)]) }

// NormaliseRows multiplies each row of x [n][k] by the inverse of its sum, which
// it sets sum [n] to.
func NormaliseRows(sum, x []float32, k int) {
	checkStates(k)
	normaliseRows(sum, x[:len(sum)*k], k)
}

func mulStatesGo(dst, a, m []float32, k int) {
	clear(dst)
	for ; len(dst) > 0; dst, a = dst[k:], a[k:] {
		for s, x := range a[:k] {
			axpyGo(x, m[s*k:][:k], dst[:k])
		}
	}
}

func addOuterStatesGo(m, a, b []float32, k int) {
	for ; len(a) > 0; a, b = a[k:], b[k:] {
		for s, x := range a[:k] {
			axpyGo(x, b[:k], m[s*k:][:k])
		}
	}
}

func mulRowsGo(dst, table []float32, at []int32, k int) {
	for i, r := range at {
		mulGo(dst[i*k:][:k], table[int(r)*k:][:k])
	}
}

func addRowsGo(table, src []float32, at []int32, k int) {
	for i, r := range at {
		addGo(table[int(r)*k:][:k], src[i*k:][:k])
	}
}

func divGo(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] / y[i]
	}
}

func normaliseRowsGo(sum, x []float32, k int) {
	for i := range sum {
		row := x[i*k:][:k]
		s := [16]float32(row)
		for rest := row[16:]; len(rest) > 0; rest = rest[16:] {
			addGo(s[:], rest[:16])
		}
		for half := 8; half > 0; half /= 2 {
			for l := range half {
				s[l] += s[l+half]
			}
		}
		sum[i] = s[0]
		scaleGo(1/s[0], row)
	}
}
