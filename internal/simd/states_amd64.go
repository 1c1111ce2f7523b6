//go:build amd64

package simd

func mulStates(dst, a, m []float32, k int) {
	switch path {
	case inAVX512:
		mulStatesAVX512(dst, a, m, k)
	case inAVX2:
		mulStatesAVX2(dst, a, m, k)
	default:
		mulStatesGo(dst, a, m, k)
	}
}

func addOuterStates(m, a, b []float32, k int) {
	switch path {
	case inAVX512:
		addOuterStatesAVX512(m, a, b, k)
	case inAVX2:
		addOuterStatesAVX2(m, a, b, k)
	default:
		addOuterStatesGo(m, a, b, k)
	}
}

func mulRows(dst, table []float32, at []int32, k int) {
	switch path {
	case inAVX512:
		mulRowsAVX512(dst, table, at, k)
	case inAVX2:
		mulRowsAVX2(dst, table, at, k)
	default:
		mulRowsGo(dst, table, at, k)
	}
}

func addRows(table, src []float32, at []int32, k int) {
	switch path {
	case inAVX512:
		addRowsAVX512(table, src, at, k)
	case inAVX2:
		addRowsAVX2(table, src, at, k)
	default:
		addRowsGo(table, src, at, k)
	}
}

func div(dst, x, y []float32) {
	switch path {
	case inAVX512:
		divAVX512(dst, x, y)
	case inAVX2:
		divAVX2(dst, x, y)
	default:
		divGo(dst, x, y)
	}
}

func normaliseRows(sum, x []float32, k int) {
	switch path {
	case inAVX512:
		normaliseRowsAVX512(sum, x, k)
	case inAVX2:
		normaliseRowsAVX2(sum, x, k)
	default:
		normaliseRowsGo(sum, x, k)
	}
}
