package simd

// Draw sets the code of each of the rows to the one that its point draws. Edges
// rise from zero.
func Draw(codes []uint16, edges, points []uint32, rows []uint16) {
	draw(codes[:len(points)], edges, points, rows)
}

// CodeAt returns the code that a point draws: the last whose edge is at most it.
func CodeAt(edges []uint32, point uint32) int {
	lo, n := 0, len(edges)
	for n > 1 {
		half := n >> 1
		if edges[lo+half] <= point {
			lo += half
		}
		n -= half
	}
	return lo
}

func drawGo(codes []uint16, edges, points []uint32, rows []uint16) {
	for _, r := range rows {
		codes[r] = uint16(CodeAt(edges, points[r]))
	}
}
