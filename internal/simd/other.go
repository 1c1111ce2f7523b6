//go:build !amd64

package simd

func choose(string) int { return inGo }

func dot(x, y []float32) float32         { return dotGo(x, y) }
func matVec(dst, a, x []float32)         { matVecGo(dst, a, x) }
func axpy(a float32, x, y []float32)     { axpyGo(a, x, y) }
func add(dst, x []float32)               { addGo(dst, x) }
func sub(dst, x []float32)               { subGo(dst, x) }
func mul(dst, x []float32)               { mulGo(dst, x) }
func scale(a float32, x []float32)       { scaleGo(a, x) }
func addVecMat(y, x, a []float32)        { addVecMatGo(y, x, a) }
func addOuter(a, x, y []float32)         { addOuterGo(a, x, y) }
func relu(dst, x []float32)              { reluGo(dst, x) }
func reluGrad(g, h []float32)            { reluGradGo(g, h) }
func adam(a *Adam, w, g, m, v []float32) { adamGo(a, w, g, m, v) }
func exp(dst, x []float32)               { expGo(dst, x) }
func sigmoid(dst, x []float32)           { sigmoidGo(dst, x) }

func gather(dst, a []float32, rows []int32) { gatherGo(dst, a, rows) }
func scatter(a, x []float32, rows []int32)  { scatterGo(a, x, rows) }
func addMatMul(c, a, b []float32, rows, inner, columns, row, column int) {
	addMatMulGo(c, a, b, rows, inner, columns, row, column)
}
