//go:build amd64

package simd

import "fmt"

const mostEdges = 17 * 16 // of the kernel: those of 16 blocks beside the first

func draw(codes []uint16, edges, points []uint32, rows []uint16) {
	if path != inAVX512 || len(edges) == 0 || len(edges) > mostEdges {
		drawGo(codes, edges, points, rows)
	} else if !drawAVX512(codes, edges, points, rows) {
		panic(fmt.Sprintf("simd: a row beyond %d points", len(points)))
	}
}
