//go:build !amd64

package simd

func part(rows, spare []uint16, bins []uint8, set *[4]uint64) int {
	return partGo(rows, spare, bins, set)
}
