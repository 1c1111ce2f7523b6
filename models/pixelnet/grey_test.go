package pixelnet

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// TestWithin compares the weights of draws within sets of tones, and the tones drawn,
// with sums over all pictures. At six standard errors it fails by chance once in 1e8.
func TestWithin(t *testing.T) {
	for _, paper := range []uint16{0, 2} {
		e := randomEnsemble(1+int(paper), 2, 2, 4, 0)
		l := &law{form: form{raster: *e.raster, label: -1, paper: paper}, ensemble: e}
		all := everyPicture()
		logp := make([]float64, 256)
		l.LogProb(logp, all)
		if sum := logSum(logp); math.Abs(sum) > 1e-9 {
			t.Fatalf("paper %d: all pictures have log-probability %v", paper, sum)
		}
		share := [][]float64{nil, {0, 1, 0, 1}, {0, 0, 1, 0}, {1, 1, 1, 0}}
		var evidence float64
		var want [4]float64 // of the codes of pixel 1
		for i := range 256 {
			p := math.Exp(logp[i])
			for j, s := range share {
				if s != nil {
					p *= s[all[j][i]]
				}
			}
			evidence += p
			want[all[1][i]] += p
		}
		if _, _, err := l.Condition(share); err == nil {
			t.Error("a set of levels is taken for known")
		}
		c, rest, got := l.begin(share)
		if c == nil || got != 0 {
			t.Fatalf("begins with %v", got)
		}
		const draws = 20_000
		codes, logw := make([][]uint16, 4), make([]float64, draws)
		for j := range codes {
			codes[j] = make([]uint16, draws)
		}
		c.draw(codes, logw, rest, 0, rng.New(9))
		near := func(what string, want float64, f func(i int) float64) {
			var sum, squares float64
			for i, l := range logw {
				x := math.Exp(l) * f(i)
				sum, squares = sum+x, squares+x*x
			}
			mean := sum / draws
			if stdErr := math.Sqrt((squares/draws - mean*mean) / draws); math.Abs(mean-want) > 6*stdErr+1e-6 {
				t.Errorf("paper %d: %s has %v ± %v, want %v", paper, what, mean, stdErr, want)
			}
		}
		near("the evidence", evidence, func(int) float64 { return 1 })
		for code, want := range want {
			near("a level", want, func(i int) float64 {
				if int(codes[1][i]) == code {
					return 1
				}
				return 0
			})
		}
		for j, s := range share {
			for _, code := range codes[j] {
				if s != nil && s[code] == 0 {
					t.Fatalf("pixel %d: level %d is not in the evidence", j, code)
				}
			}
		}

		// The first two pixels are known: exact.
		c2, logProb, err := l.Condition([][]float64{{0, 1, 0, 0}, {1, 0, 0, 0}, nil, nil})
		if err != nil {
			t.Fatal(err)
		}
		given := make([]float64, 256)
		c2.LogProb(given, all)
		for i := range given {
			want := math.Inf(-1)
			if all[0][i] == 1 && all[1][i] == 0 {
				want = logp[i] - logProb
			}
			if given[i] != want && !(math.Abs(given[i]-want) < 1e-6) {
				t.Fatalf("picture %d given its first pixels has %v, want %v", i, given[i], want)
			}
		}
	}
}

// TestTones asks for codes that go to tones and back.
func TestTones(t *testing.T) {
	for paper := range uint16(5) {
		f := form{raster: newRaster(&space.Image{Width: 1, Height: 1, Channels: 1, Levels: 5}), paper: paper}
		seen := 0
		for code := range uint16(5) {
			tone := f.toneOf(code)
			seen |= 1 << tone
			if (tone == 0) != (code == paper) || f.codeOf(tone) != code {
				t.Errorf("paper %d: code %d has tone %d, and that code %d", paper, code, tone, f.codeOf(tone))
			}
		}
		if seen != 31 {
			t.Errorf("paper %d: tones %b", paper, seen)
		}
	}
}
