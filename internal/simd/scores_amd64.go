//go:build amd64

package simd

import "fmt"

func addScores(sums, score []int32, bins []uint8) {
	if path != inAVX512 {
		addScoresGo(sums, score, bins)
	} else if !addScoresAVX512(sums, score, bins) {
		panic(fmt.Sprintf("simd: a bin beyond %d scores", len(score)))
	}
}

func cut(dst []uint8, sums []int32, from int32, width int, cells []uint8) {
	if path != inAVX512 || len(cells) == 0 || len(cells)%4 > 0 {
		cutGo(dst, sums, from, width, cells)
		return
	}
	cutAVX512(dst, sums, from, width, cells)
}
