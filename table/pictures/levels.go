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
// occur: the fewest that can stand for all of them, if they are few, and at least
// half of them are seen, since two bytes may fit by chance.
func shown(seen *[256]bool) int {
	distinct := 0
	for _, is := range seen {
		if is {
			distinct++
		}
	}
	for levels := 2; levels <= min(fewLevels, 2*distinct); levels++ {
		if spans(seen, levels) {
			return levels
		}
	}
	return 256
}

// spans reports whether so many levels stand for all bytes that are seen.
func spans(seen *[256]bool, levels int) bool {
	for b, is := range seen {
		if is && byteOf(int(codeOf(byte(b), levels)), levels) != byte(b) {
			return false
		}
	}
	return true
}

// coding returns the code of each byte of pictures in which just those of seen
// occur, and the number of levels: as many as are asked for, or, for 0, those
// that the pictures show. Raw bytes, which are nobody's grey values, are codes
// themselves where they are so few that they cannot be meant as grey values.
func coding(seen *[256]bool, levels int, raw bool) (of [256]int32, count int) {
	count = levels
	if count == 0 {
		count = shown(seen)
	}
	largest := 0
	for b, is := range seen {
		if is {
			largest = b
		}
	}
	few := levels
	if few == 0 {
		few = max(2, largest+1)
	}
	if raw && few <= fewLevels && largest < few && (count > fewLevels || !spans(seen, count)) {
		count = few
		for b := range of {
			of[b] = int32(min(b, few-1))
		}
		return of, count
	}
	for b := range of {
		of[b] = codeOf(byte(b), count)
	}
	return of, count
}
