package simd

// AddScores adds to each sum the score of a bin.
func AddScores(sums, score []int32, bins []uint8) { addScores(sums, score, bins[:len(sums)]) }

// Cut sets dst to what the cells of sums hold. A cell is 1<<width sums wide; the first
// starts at from, and the outer ones have all sums beyond them, too. It is
// quickest where the number of cells is a multiple of 4.
func Cut(dst []uint8, sums []int32, from int32, width int, cells []uint8) {
	cut(dst, sums[:len(dst)], from, width, cells)
}

func addScoresGo(sums, score []int32, bins []uint8) {
	for i, b := range bins[:len(sums)] {
		sums[i] += score[b]
	}
}

func cutGo(dst []uint8, sums []int32, from int32, width int, cells []uint8) {
	last := int32(len(cells) - 1)
	for i, s := range sums[:len(dst)] {
		dst[i] = cells[min(max((s-from)>>(width&31), 0), last)]
	}
}
