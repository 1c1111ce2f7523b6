//go:build !amd64

package simd

func mulStates(dst, a, m []float32, k int)            { mulStatesGo(dst, a, m, k) }
func addOuterStates(m, a, b []float32, k int)         { addOuterStatesGo(m, a, b, k) }
func mulRows(dst, table []float32, at []int32, k int) { mulRowsGo(dst, table, at, k) }
func addRows(table, src []float32, at []int32, k int) { addRowsGo(table, src, at, k) }
func div(dst, x, y []float32)                         { divGo(dst, x, y) }
func normaliseRows(sum, x []float32, k int)           { normaliseRowsGo(sum, x, k) }
