package rng

import (
	"math/rand/v2"
	"testing"
)

const benchWords = 4096

func reportWords(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchWords, "ns/word")
}

func BenchmarkUint64s(b *testing.B) {
	dst := make([]uint64, benchWords)
	for b.Loop() {
		New(1).Uint64s(dst, 0)
	}
	reportWords(b)
}

func BenchmarkFloat64s(b *testing.B) {
	dst := make([]float64, benchWords)
	for b.Loop() {
		New(1).Float64s(dst, 0)
	}
	reportWords(b)
}

func BenchmarkStream(b *testing.B) {
	dst := make([]uint64, benchWords)
	for b.Loop() {
		s := New(1).Stream(0)
		for i := range dst {
			dst[i] = s.Uint64()
		}
	}
	reportWords(b)
}

// The standard library's sequential generator, to compare with.
func BenchmarkChaCha8(b *testing.B) {
	dst := make([]uint64, benchWords)
	s := rand.NewChaCha8([32]byte{})
	for b.Loop() {
		for i := range dst {
			dst[i] = s.Uint64()
		}
	}
	reportWords(b)
}
