// Package simd holds the float32 loops that neural rungs spend their time in, the
// float64 ones of mixtures (quads.go) and those of forests (part.go, scores.go, draw.go):
// for AVX-512, for AVX2, and in Go for every other machine. Every path gives
// the same bits, so that a model file does not depend on the processor that it
// was fitted on: nothing is fused, sums run over 32 partial sums that are added
// in one fixed tree, and the functions of exp are polynomials evaluated in one
// order. docs/decisions/0100 says what that costs.
//
// A kernel family is a file here (its exported functions, their meaning, and
// the Go loops that define the bits), a file of the generator asm/ that writes
// kernels_amd64.s, and a line each in amd64.go and other.go.
//
// Destinations come first. Lengths are those of the destination or of the first
// vector; a shorter operand panics. Operands may not overlap unless they are
// the same slice.
package simd

import "os"

//go:generate go run -C asm . -pkg simd -out ../kernels_amd64.s -stubs ../stubs_amd64.go

// lanes is the number of partial sums of a reduction: element i is added to sum
// i mod lanes.
const lanes = 32

// path is the set of instructions in use: the best that the processor has, or
// one below it that the environment asks for, for tests: "go" or "avx2".
var path = choose(os.Getenv("MIMIC_SIMD"))

const (
	inGo = iota
	inAVX2
	inAVX512
)
