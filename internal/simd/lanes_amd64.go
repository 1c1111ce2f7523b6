//go:build amd64

package simd

import "fmt"

func drawClasses(class []uint8, word []uint32, masses *[8]float64, last int, sums []Lanes, points []uint32, rows []uint16) {
	if path != inAVX512 {
		drawClassesGo(class, word, masses, last, sums, points, rows)
	} else if len(rows) > 0 && !drawClassesAVX512(class, word, masses, last, (*[2]uint64)(&sums[0]), points, rows) {
		panic(fmt.Sprintf("simd: a row beyond %d points", len(points)))
	}
}
