//go:build amd64

package simd

import "fmt"

const fewRows = 8 // to part, with which Go is done before the kernel has begun

func part(rows, spare []uint16, bins []uint8, set *[4]uint64) int {
	if path != inAVX512 || len(rows) < fewRows || len(bins)%4 > 0 {
		return partGo(rows, spare, bins, set)
	}
	bins = bins[:min(len(bins), 1<<16)] // more than a row can be
	left := partAVX512(rows, spare, bins, set)
	if left < 0 {
		panic(fmt.Sprintf("simd: a row beyond %d bins", len(bins)))
	}
	return left
}
