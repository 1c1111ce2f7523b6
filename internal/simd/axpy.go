package simd

// Axpy adds a·x to y [len(x)].
func Axpy(a float32, x, y []float32) { axpy(a, x, y[:len(x)]) }

// Add adds x to dst.
func Add(dst, x []float32) { add(dst, x[:len(dst)]) }

// Sub subtracts x from dst.
func Sub(dst, x []float32) { sub(dst, x[:len(dst)]) }

// Mul multiplies dst by x, element by element.
func Mul(dst, x []float32) { mul(dst, x[:len(dst)]) }

// Scale multiplies x by a.
func Scale(a float32, x []float32) { scale(a, x) }

// AddVecMat adds x A to y, where a [len(x)][len(y)] is stored by rows: x_i
// times row i, row after row.
func AddVecMat(y, x, a []float32) { addVecMat(y, x, a[:len(x)*len(y)]) }

// AddOuter adds x yᵀ to a [len(x)][len(y)], stored by rows: x_i y to row i.
func AddOuter(a, x, y []float32) { addOuter(a[:len(x)*len(y)], x, y) }

func axpyGo(a float32, x, y []float32) {
	for i, v := range x {
		y[i] += float32(a * v)
	}
}

func addGo(dst, x []float32) {
	for i := range dst {
		dst[i] += x[i]
	}
}

func subGo(dst, x []float32) {
	for i := range dst {
		dst[i] -= x[i]
	}
}

func mulGo(dst, x []float32) {
	for i := range dst {
		dst[i] *= x[i]
	}
}

func scaleGo(a float32, x []float32) {
	for i := range x {
		x[i] *= a
	}
}

func addVecMatGo(y, x, a []float32) {
	for i, v := range x {
		axpyGo(v, a[i*len(y):][:len(y)], y)
	}
}

func addOuterGo(a, x, y []float32) {
	for i, v := range x {
		axpyGo(v, y, a[i*len(y):][:len(y)])
	}
}
