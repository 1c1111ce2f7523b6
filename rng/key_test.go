package rng

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAnyPart reads a sequence in one piece, in pieces and word by word.
func TestAnyPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := New(rapid.Uint64().Draw(t, "seed")).Child(rapid.Uint64().Draw(t, "child"))
		first := rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, math.MaxInt64-2000)).Draw(t, "first")
		n := rapid.OneOf(rapid.IntRange(0, 20), rapid.IntRange(0, 1000)).Draw(t, "n")
		words, floats := make([]uint64, n), make([]float64, n)
		k.Uint64s(words, first)
		k.Float64s(floats, first)
		cut := rapid.IntRange(0, n).Draw(t, "cut")
		part := make([]uint64, n)
		k.Uint64s(part[cut:], first+int64(cut))
		k.Uint64s(part[:cut], first)
		if !slices.Equal(words, part) {
			t.Fatalf("cut at %d: %v, whole %v", cut, part, words)
		}
		for i := range words {
			at := first + int64(i)
			if w := k.Uint64(at); w != words[i] {
				t.Fatalf("word %d: %x, in bulk %x", at, w, words[i])
			}
			if f := k.Float64(at); f != floats[i] || f != Open01(words[i]) {
				t.Fatalf("value %d: %v, in bulk %v, of its word %v", at, f, floats[i], Open01(words[i]))
			}
		}
	})
}

func TestOpen01IsOpen(t *testing.T) {
	if lo, hi := Open01(0), Open01(math.MaxUint64); lo <= 0 || hi >= 1 {
		t.Errorf("[%v, %v]", lo, hi)
	}
}

// TestNothingCoincides gathers words, children and streams of several keys. Two
// equal ones among n = 120,000 random words have probability n²/2⁶⁵ < 10⁻⁹.
func TestNothingCoincides(t *testing.T) {
	seen := map[uint64]string{}
	add := func(w uint64, what string) {
		if old, ok := seen[w]; ok {
			t.Fatalf("%s and %s have the same word", old, what)
		}
		seen[w] = what
	}
	for seed := range uint64(3) {
		k := New(seed)
		for i := range uint64(10_000) {
			add(k.Uint64(int64(i)), "a word")
			add(k.Child(i).k0, "a child")
			add(k.Child(i).Uint64(0), "a child's word")
			add(k.Stream(int64(i)).Uint64(), "a stream")
		}
	}
}

func TestStream(t *testing.T) {
	k := New(3)
	one, two := k.Stream(5), rand.New(k.Stream(5))
	for range 9 {
		if a, b := one.Uint64(), two.Uint64(); a != b {
			t.Fatalf("%x and %x from the same row", a, b)
		}
	}
	if u := one.Float64(); u <= 0 || u >= 1 {
		t.Errorf("%v is not in (0, 1)", u)
	}
}

// The sequences that a driver of fits and samples really uses: neighbouring
// words, neighbouring children at one place, neighbouring rows' streams, and
// neighbouring seeds.
var sequences = map[string]func(i int) float64{
	"words":    func(i int) float64 { return New(1).Float64(int64(i)) },
	"children": func(i int) float64 { return New(1).Child(uint64(i)).Float64(0) },
	"streams":  func(i int) float64 { return New(1).Stream(int64(i)).Float64() },
	"seeds":    func(i int) float64 { return New(uint64(i)).Child(0).Float64(0) },
}

// TestUniform is a Kolmogorov–Smirnov test of 100,000 draws of each sequence.
// Chance fails it for one in 10⁶ seeds (Massey's bound 2·exp(-2nD²)); a
// distribution function that is .017 off somewhere fails it half of the time.
func TestUniform(t *testing.T) {
	const n, rate = 100_000, 1e-6
	limit := math.Sqrt(math.Log(2/rate) / (2 * n))
	for name, draw := range sequences {
		x := make([]float64, n)
		for i := range x {
			x[i] = draw(i)
		}
		slices.Sort(x)
		far := 0.
		for i, u := range x {
			far = max(far, u-float64(i)/n, float64(i+1)/n-u)
		}
		if far > limit {
			t.Errorf("%s: distribution function off by %.4f, more than %.4f", name, far, limit)
		}
	}
}

// TestIndependent correlates each draw with those 1 to 8 places on. A
// correlation of n = 100,000 pairs is normal with standard deviation n^-½; 5.4
// of them (.017) are exceeded by chance once in 10⁷, here once in 3·10⁵ seeds.
// A correlation of .02 fails three times in four.
func TestIndependent(t *testing.T) {
	const n, lags = 100_000, 8
	for name, draw := range sequences {
		x := make([]float64, n+lags)
		for i := range x {
			x[i] = draw(i) - .5
		}
		for lag := 1; lag <= lags; lag++ {
			sum := 0.
			for i := range n {
				sum += x[i] * x[i+lag]
			}
			if r := 12 * sum / n; math.Abs(r) > 5.4/math.Sqrt(n) {
				t.Errorf("%s: correlation %.4f at lag %d", name, r, lag)
			}
		}
	}
}
