package simd

// Gather adds some rows of a [][len(dst)], stored by rows, to dst, one after
// the other: the product with a vector of ones and zeros that knows where its
// ones are.
func Gather(dst, a []float32, rows []int32) {
	checkRows(rows, len(a)/max(1, len(dst)))
	gather(dst, a, rows)
}

// Scatter adds x to some rows of a [][len(x)], one after the other.
func Scatter(a, x []float32, rows []int32) {
	checkRows(rows, len(a)/max(1, len(x)))
	scatter(a, x, rows)
}

func gatherGo(dst, a []float32, rows []int32) {
	for _, r := range rows {
		addGo(dst, a[int(r)*len(dst):][:len(dst)])
	}
}

func scatterGo(a, x []float32, rows []int32) {
	for _, r := range rows {
		addGo(a[int(r)*len(x):][:len(x)], x)
	}
}
