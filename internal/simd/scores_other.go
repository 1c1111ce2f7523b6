//go:build !amd64

package simd

func addScores(sums, score []int32, bins []uint8) { addScoresGo(sums, score, bins) }
func cut(dst []uint8, sums []int32, from int32, width int, cells []uint8) {
	cutGo(dst, sums, from, width, cells)
}
