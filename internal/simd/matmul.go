package simd

// AddMatMul adds A B to C, where a [rows][inner], b [inner][columns] and c
// [rows][columns] are stored by rows. Each element of C gets its products one
// after the other, as AddVecMat would add them for each row by itself.
func AddMatMul(c, a, b []float32, rows, inner, columns int) {
	addMatMul(c[:rows*columns], a[:rows*inner], b[:inner*columns], rows, inner, columns, inner, 1)
}

// AddMatMulT adds Aᵀ B to C, where a [inner][rows], b [inner][columns] and c
// [rows][columns] are stored by rows: the sum of the outer products of the rows
// of a and b, one after the other.
func AddMatMulT(c, a, b []float32, rows, inner, columns int) {
	addMatMul(c[:rows*columns], a[:rows*inner], b[:inner*columns], rows, inner, columns, 1, rows)
}

// addMatMulGo adds A B to C; element (i, l) of A is a[i·row + l·column].
func addMatMulGo(c, a, b []float32, rows, inner, columns, row, column int) {
	for i := range rows {
		ci := c[i*columns:][:columns]
		for l := range inner {
			axpyGo(a[i*row+l*column], b[l*columns:][:columns], ci)
		}
	}
}
