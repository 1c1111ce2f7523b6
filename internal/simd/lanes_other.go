//go:build !amd64

package simd

func drawClasses(class []uint8, word []uint32, masses *[8]float64, last int, sums []Lanes, points []uint32, rows []uint16) {
	drawClassesGo(class, word, masses, last, sums, points, rows)
}
