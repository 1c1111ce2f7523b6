// Package rng gives counter-based randomness: a key and a row number give the
// row, whatever the number of workers, shards or machines.
//
// Nothing in mimic keeps a random state. A Key is an endless sequence of words
// that can be read at any place; Child splits a key into independent ones, so
// that every field, every pass and every purpose has its own.
package rng

import "math/rand/v2"

// The last word of a counter says what the counter is for, so that words,
// children and row streams of one key never coincide.
const (
	forWords  = 0
	forChild  = 1
	forStream = 2
)

// Key is an endless, randomly accessible sequence of random words. The zero
// Key is valid. Keys are values: copy and compare them freely.
type Key struct{ k0, k1 uint64 }

// New returns the key of a seed.
func New(seed uint64) Key { return Key{k0: seed} }

// Child returns the i-th key derived from k, independent of k's own words and
// of every other child.
func (k Key) Child(i uint64) Key {
	w0, w1, _, _ := philox4x64(i, 0, 0, forChild, k.k0, k.k1)
	return Key{w0, w1}
}

// wordBlock returns words 4·i … 4·i+3 of the sequence.
func (k Key) wordBlock(i uint64) (w [4]uint64) {
	w[0], w[1], w[2], w[3] = philox4x64(i, 0, 0, forWords, k.k0, k.k1)
	return w
}

// Uint64 returns word i of the sequence.
func (k Key) Uint64(i int64) uint64 { return k.wordBlock(uint64(i) >> 2)[i&3] }

// Uint64s fills dst [n words] with words first, first+1, … of the sequence.
func (k Key) Uint64s(dst []uint64, first int64) {
	block := uint64(first) >> 2
	if skip := first & 3; skip != 0 {
		w := k.wordBlock(block)
		dst = dst[copy(dst, w[skip:]):]
		block++
	}
	for ; len(dst) >= 4; dst = dst[4:] {
		dst[0], dst[1], dst[2], dst[3] = philox4x64(block, 0, 0, forWords, k.k0, k.k1)
		block++
	}
	if len(dst) > 0 {
		w := k.wordBlock(block)
		copy(dst, w[:])
	}
}

// Float64s fills dst [n values] with uniform draws in the open interval (0, 1):
// value i is made of word first+i.
func (k Key) Float64s(dst []float64, first int64) {
	var words [256]uint64
	for len(dst) > 0 {
		some := words[:min(len(words), len(dst))]
		k.Uint64s(some, first)
		for i, w := range some {
			dst[i] = Open01(w)
		}
		dst = dst[len(some):]
		first += int64(len(some))
	}
}

// Float64 returns value i of Float64s.
func (k Key) Float64(i int64) float64 { return Open01(k.Uint64(i)) }

// Open01 maps a random word to the open interval (0, 1): the middle of one of
// 2⁵² equal parts. With one bit more, the middle of the last part would round
// to 1.
func Open01(w uint64) float64 { return (float64(w>>12) + 0.5) * (1.0 / (1 << 52)) }

// Stream returns the stream of row i: as many words as the row needs. It is a
// rand.Source, so rand.New(k.Stream(i)) has normal and other draws.
func (k Key) Stream(i int64) *Stream { return &Stream{key: k, row: uint64(i), at: 4} }

// Stream is a sequential source of random words that belongs to one row.
type Stream struct {
	key   Key
	row   uint64
	block uint64
	words [4]uint64
	at    int
}

var _ rand.Source = (*Stream)(nil)

// Uint64 returns the next word.
func (s *Stream) Uint64() uint64 {
	if s.at == 4 {
		w := &s.words
		w[0], w[1], w[2], w[3] = philox4x64(s.block, s.row, 0, forStream, s.key.k0, s.key.k1)
		s.block++
		s.at = 0
	}
	w := s.words[s.at]
	s.at++
	return w
}

// Float64 returns the next draw from the open interval (0, 1).
func (s *Stream) Float64() float64 { return Open01(s.Uint64()) }
