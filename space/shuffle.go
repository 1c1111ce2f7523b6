package space

import (
	"math"
	"math/bits"

	"github.com/seed-64d012fb/mimic/rng"
)

// shuffle is a random permutation of 0 … n-1 that can be read at any place: a
// Feistel network on the pairs (l, r) with l < a, r < b and a·b >= n, applied
// again to what falls outside.
//
// Reference: Black & Rogaway (2002), Ciphers with arbitrary finite domains,
// generalized Feistel and cycle walking.
type shuffle struct {
	n, a, b uint64
	keys    [24]uint64 // one for each round: so many, that ten numbers are shuffled well
}

// newShuffle returns the permutation of n <= 2^63 numbers that k stands for.
func newShuffle(n uint64, k rng.Key) *shuffle {
	s := &shuffle{n: n, a: max(1, uint64(math.Sqrt(float64(n))))}
	s.b = (n + s.a - 1) / s.a
	k.Uint64s(s.keys[:], 0)
	return s
}

// at returns the number in place i < n. Since a·b exceeds n by less than a, it
// rarely walks.
func (s *shuffle) at(i uint64) uint64 {
	for {
		l, r := i/s.b, i%s.b
		for round, key := range s.keys {
			if round%2 == 0 {
				if l += below(s.a, mix(r^key)); l >= s.a {
					l -= s.a
				}
			} else if r += below(s.b, mix(l^key)); r >= s.b {
				r -= s.b
			}
		}
		if i = l*s.b + r; i < s.n {
			return i
		}
	}
}

// below maps a random word to 0 … n-1.
func below(n, word uint64) uint64 {
	hi, _ := bits.Mul64(word, n)
	return hi
}

// mix scatters the bits of a word.
//
// Reference: Steele, Lea & Flood (2014), Fast splittable pseudorandom number
// generators: the finaliser of SplitMix64.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
