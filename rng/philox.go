package rng

import "math/bits"

// Multipliers and Weyl increments of Philox4x64.
const (
	mul0  = 0xD2E7470EE14C6C93
	mul1  = 0xCA5A826395121157
	weyl0 = 0x9E3779B97F4A7C15
	weyl1 = 0xBB67AE8584CAA73B
)

// philox4x64 is the Philox4x64-10 bijection: it maps a counter to four
// random words under a key. Words travel in registers, not in arrays, which is
// a third of the cost.
//
// Reference: Salmon, Moraes, Dror & Shaw (2011), Parallel random numbers: as
// easy as 1, 2, 3, section 3.3; known-answer vectors of Random123.
func philox4x64(c0, c1, c2, c3, k0, k1 uint64) (w0, w1, w2, w3 uint64) {
	for range 10 {
		hi0, lo0 := bits.Mul64(mul0, c0)
		hi1, lo1 := bits.Mul64(mul1, c2)
		c0, c1, c2, c3 = hi1^c1^k0, lo1, hi0^c3^k1, lo0
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}
