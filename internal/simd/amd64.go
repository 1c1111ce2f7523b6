//go:build amd64

package simd

import "golang.org/x/sys/cpu"

func choose(most string) int {
	switch x := &cpu.X86; {
	case most == "go" || !x.HasAVX2 || !x.HasBMI2:
		return inGo
	case most == "avx2" || !x.HasAVX512F || !x.HasAVX512DQ || !x.HasAVX512BW:
		return inAVX2
	}
	return inAVX512
}

func dot(x, y []float32) float32 {
	switch path {
	case inAVX512:
		return dotAVX512(x, y)
	case inAVX2:
		return dotAVX2(x, y)
	}
	return dotGo(x, y)
}

func matVec(dst, a, x []float32) {
	switch path {
	case inAVX512:
		matVecAVX512(dst, a, x)
	case inAVX2:
		matVecAVX2(dst, a, x)
	default:
		matVecGo(dst, a, x)
	}
}

func axpy(a float32, x, y []float32) {
	switch path {
	case inAVX512:
		axpyAVX512(a, x, y)
	case inAVX2:
		axpyAVX2(a, x, y)
	default:
		axpyGo(a, x, y)
	}
}

func add(dst, x []float32) {
	switch path {
	case inAVX512:
		addAVX512(dst, x)
	case inAVX2:
		addAVX2(dst, x)
	default:
		addGo(dst, x)
	}
}

func sub(dst, x []float32) {
	switch path {
	case inAVX512:
		subAVX512(dst, x)
	case inAVX2:
		subAVX2(dst, x)
	default:
		subGo(dst, x)
	}
}

func mul(dst, x []float32) {
	switch path {
	case inAVX512:
		mulAVX512(dst, x)
	case inAVX2:
		mulAVX2(dst, x)
	default:
		mulGo(dst, x)
	}
}

func scale(a float32, x []float32) {
	switch path {
	case inAVX512:
		scaleAVX512(a, x)
	case inAVX2:
		scaleAVX2(a, x)
	default:
		scaleGo(a, x)
	}
}

func addVecMat(y, x, a []float32) {
	switch path {
	case inAVX512:
		addVecMatAVX512(y, x, a)
	case inAVX2:
		addVecMatAVX2(y, x, a)
	default:
		addVecMatGo(y, x, a)
	}
}

func addOuter(a, x, y []float32) {
	switch path {
	case inAVX512:
		addOuterAVX512(a, x, y)
	case inAVX2:
		addOuterAVX2(a, x, y)
	default:
		addOuterGo(a, x, y)
	}
}

func relu(dst, x []float32) {
	switch path {
	case inAVX512:
		reluAVX512(dst, x)
	case inAVX2:
		reluAVX2(dst, x)
	default:
		reluGo(dst, x)
	}
}

func reluGrad(g, h []float32) {
	switch path {
	case inAVX512:
		reluGradAVX512(g, h)
	case inAVX2:
		reluGradAVX2(g, h)
	default:
		reluGradGo(g, h)
	}
}

func adam(a *Adam, w, g, m, v []float32) {
	switch path {
	case inAVX512:
		adamAVX512(&a.Rate, w, g, m, v)
	case inAVX2:
		adamAVX2(&a.Rate, w, g, m, v)
	default:
		adamGo(a, w, g, m, v)
	}
}

func exp(dst, x []float32) {
	switch path {
	case inAVX512:
		expAVX512(dst, x)
	case inAVX2:
		expAVX2(dst, x)
	default:
		expGo(dst, x)
	}
}

func sigmoid(dst, x []float32) {
	switch path {
	case inAVX512:
		sigmoidAVX512(dst, x)
	case inAVX2:
		sigmoidAVX2(dst, x)
	default:
		sigmoidGo(dst, x)
	}
}

func gather(dst, a []float32, rows []int32) {
	switch path {
	case inAVX512:
		gatherAVX512(dst, a, rows)
	case inAVX2:
		gatherAVX2(dst, a, rows)
	default:
		gatherGo(dst, a, rows)
	}
}

func scatter(a, x []float32, rows []int32) {
	switch path {
	case inAVX512:
		scatterAVX512(a, x, rows)
	case inAVX2:
		scatterAVX2(a, x, rows)
	default:
		scatterGo(a, x, rows)
	}
}

func addMatMul(c, a, b []float32, rows, inner, columns, row, column int) {
	switch path {
	case inAVX512:
		addMatMulAVX512(c, a, b, rows, inner, columns, row, column)
	case inAVX2:
		addMatMulAVX2(c, a, b, rows, inner, columns, row, column)
	default:
		addMatMulGo(c, a, b, rows, inner, columns, row, column)
	}
}
