package simd

// Part moves the rows whose bin is in a set, as bits, to the front, and returns
// their number; both sides stay in order. spare is as long as rows, and scratch.
// It is quickest where the number of bins is a multiple of 4.
func Part(rows, spare []uint16, bins []uint8, set *[4]uint64) int {
	spare = spare[:len(rows)]
	left := part(rows, spare, bins, set)
	copy(rows[left:], spare)
	return left
}

// partGo leaves the rows whose bin is not in the set in spare.
func partGo(rows, spare []uint16, bins []uint8, of *[4]uint64) int {
	set := *of
	spare = spare[:len(rows)]
	left, right := 0, 0
	for _, r := range rows {
		b := bins[r]
		goes := int(set[b>>6] >> (b & 63) & 1)
		rows[left] = r
		spare[right] = r
		left += goes
		right += 1 - goes
	}
	return left
}
