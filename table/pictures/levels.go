package pictures

// A pixel of L levels has codes 0 … L-1, which stand for evenly spaced bytes
// from 0 to 255. Code 0 is black, and L-1 is white.

// byteOf returns the byte that a code stands for.
func byteOf(code, levels int) byte {
	return byte((2*255*code + levels - 1) / (2 * (levels - 1)))
}

// codeOf returns the code that is nearest to a byte: byteOf undone.
func codeOf(b byte, levels int) int32 {
	return int32((2*int(b)*(levels-1) + 255) / (2 * 255))
}

// fewLevels is the most levels that pictures are taken to have if they show no
// more; with more, they have 256.
const fewLevels = 32

// shown returns how many levels pictures have in which just the bytes of seen
// occur: the fewest that can stand for all of them, if they are few.
func shown(seen *[256]bool) int {
	for levels := 2; levels <= fewLevels; levels++ {
		all := true
		for b, is := range seen {
			all = all && (!is || byteOf(int(codeOf(byte(b), levels)), levels) == byte(b))
		}
		if all {
			return levels
		}
	}
	return 256
}

// codes returns the code of each byte.
func codes(levels int) (of [256]int32) {
	for b := range of {
		of[b] = codeOf(byte(b), levels)
	}
	return of
}
