package pictures

// gray returns the brightness of a picture.
//
// Reference: ITU-R BT.601-7, section 2.5.1, in 16-bit fixed point.
func (b bitmap) gray() bitmap {
	if b.channels == 1 {
		return b
	}
	g := bitmap{b.width, b.height, 1, make([]byte, b.width*b.height), b.was}
	for i := range g.pix {
		p := b.pix[3*i : 3*i+3]
		g.pix[i] = byte((19595*uint32(p[0]) + 38470*uint32(p[1]) + 7471*uint32(p[2]) + 1<<15) >> 16)
	}
	return g
}

// resize returns the picture in another size: each pixel is the mean of the area
// that it covers, so that a smaller picture is an average and a larger one has
// blocks. The arithmetic is exact, and rounds once.
func (b bitmap) resize(width, height int) bitmap {
	if b.width == width && b.height == height {
		return b
	}
	s := bitmap{width, height, b.channels, make([]byte, width*height*b.channels), [2]int{b.width, b.height}}
	columns, lines := cover(b.width, width), cover(b.height, height)
	area := uint64(b.width) * uint64(b.height) // of a pixel, in the units of weights
	for y, line := range lines {
		for x, column := range columns {
			for c := range b.channels {
				var sum uint64
				for j, wy := range line.weights {
					from := ((line.first+j)*b.width+column.first)*b.channels + c
					var part uint64
					for i, wx := range column.weights {
						part += wx * uint64(b.pix[from+i*b.channels])
					}
					sum += wy * part
				}
				s.pix[(y*width+x)*b.channels+c] = byte((sum + area/2) / area)
			}
		}
	}
	return s
}

// span is what a pixel of one size covers of another: pixels from first on, with
// the length of each that it covers.
type span struct {
	first   int
	weights []uint64
}

// cover returns what each of to pixels covers of from pixels on the same length,
// in units of which a pixel of to is from long, and a pixel of from to.
func cover(from, to int) []span {
	spans := make([]span, to)
	for i := range spans {
		lo, hi := i*from, (i+1)*from
		s := &spans[i]
		s.first = lo / to
		for at := s.first; at*to < hi; at++ {
			s.weights = append(s.weights, uint64(min(hi, (at+1)*to)-max(lo, at*to)))
		}
	}
	return spans
}
