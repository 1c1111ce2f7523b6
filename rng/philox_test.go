package rng

import (
	"encoding/json"
	"math/bits"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestKnownAnswers checks the vectors that Random123 gives for philox4x64 10
// in its file kat_vectors: counter, key, result.
func TestKnownAnswers(t *testing.T) {
	for _, line := range []string{
		"0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000 0000000000000000   16554d9eca36314c db20fe9d672d0fdc d7e772cee186176b 7e68b68aec7ba23b",
		"ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff ffffffffffffffff   87b092c3013fe90b 438c3c67be8d0224 9cc7d7c69cd777b6 a09caebf594f0ba0",
		"243f6a8885a308d3 13198a2e03707344 a4093822299f31d0 082efa98ec4e6c89 452821e638d01377 be5466cf34e90c6c   a528f45403e61d95 38c72dbd566e9788 a5a1610e72fd18b5 57bd43b5e52b7fe6",
	} {
		words := strings.Fields(line)
		checkBlock(t, words[:4], words[4:6], words[6:])
	}
}

// TestNumpy checks blocks that numpy's Philox made: internal/refgen/rng.
func TestNumpy(t *testing.T) {
	text, err := os.ReadFile("testdata/numpy.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Blocks []struct{ Counter, Key, Words []string }
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Blocks) < 20 {
		t.Fatalf("%d blocks in the file", len(file.Blocks))
	}
	for _, b := range file.Blocks {
		checkBlock(t, b.Counter, b.Key, b.Words)
	}
}

func checkBlock(t *testing.T, counter, key, want []string) {
	t.Helper()
	c, k, w := hex(t, counter), hex(t, key), hex(t, want)
	var got [4]uint64
	got[0], got[1], got[2], got[3] = philox4x64(c[0], c[1], c[2], c[3], k[0], k[1])
	if got != [4]uint64(w) {
		t.Errorf("counter %v, key %v: %x, want %v", counter, key, got, want)
	}
}

func hex(t *testing.T, words []string) []uint64 {
	t.Helper()
	v := make([]uint64, len(words))
	for i, s := range words {
		var err error
		if v[i], err = strconv.ParseUint(s, 16, 64); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

// TestAvalanche flips each bit of counter and key: each bit of the block must
// change half of the time. 300 counters, 384 × 256 shares; a share farther than
// 6.2 standard errors (.18) from a half fails, which chance does in one of 10⁴
// choices of the counters. A bit that decides nothing is 17 errors off.
func TestAvalanche(t *testing.T) {
	const trials = 300
	source := New(7)
	for bit := range 6 * 64 {
		var changed [256]int
		for trial := range trials {
			var in [6]uint64
			source.Uint64s(in[:], int64(6*trial))
			before := block(in)
			in[bit/64] ^= 1 << (bit % 64)
			after := block(in)
			for i := range before {
				for d := before[i] ^ after[i]; d != 0; d &= d - 1 {
					changed[64*i+bits.TrailingZeros64(d)]++
				}
			}
		}
		for out, n := range changed {
			if share := float64(n) / trials; share < .5-.18 || share > .5+.18 {
				t.Errorf("flipping input bit %d changes output bit %d with probability %.2f", bit, out, share)
			}
		}
	}
}

func block(in [6]uint64) (w [4]uint64) {
	w[0], w[1], w[2], w[3] = philox4x64(in[0], in[1], in[2], in[3], in[4], in[5])
	return w
}
