// Command asm writes the assembly of package simd: each kernel for AVX-512 and
// for AVX2, out of one description. Run it by go generate in internal/simd.
//
// A kernel family is a file here. Its kernels are described once, in terms of
// type isa, and must do the same operations on the same elements in the same
// order as their Go loops.
package main

import . "github.com/mmcloughlin/avo/build"

func main() {
	ConstraintExpr("amd64")
	for _, s := range []isa{avx512, avx2} {
		dot(s)
		axpy(s)
		relu(s)
		adam(s)
		exp(s)
		rows(s)
		matMul(s)
		states(s)
	}
	part()
	scores()
	draw()
	classes()
	quads()
	Generate()
}
