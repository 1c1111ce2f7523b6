//go:build !amd64

package simd

func draw(codes []uint16, edges, points []uint32, rows []uint16) { drawGo(codes, edges, points, rows) }
