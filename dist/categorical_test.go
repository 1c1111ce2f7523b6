package dist

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func drawProbabilities(t *rapid.T) []float64 {
	p := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 40).Draw(t, "p")
	for k := range p {
		if rapid.IntRange(0, 3).Draw(t, "zero") == 0 {
			p[k] = 0
		}
	}
	if normalise(p) == 0 {
		p[0] = 1
	}
	return p
}

// TestCategoricalDraw compares with a walk along the running sum.
func TestCategoricalDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProbabilities(t)
		c, err := NewCategorical(p)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			u := rapid.Float64Range(1e-300, 1-1.0/(1<<53)).Draw(t, "u")
			want, below := 0, 0.0
			for want < len(p)-1 && below+p[want] <= u {
				below += p[want]
				want++
			}
			for p[want] == 0 { // rounding carried the walk past the last code
				want--
				below -= p[want]
			}
			k, rest := c.Draw(u)
			if k != want {
				t.Fatalf("Draw(%v) of %v = %d, want %d", u, p, k, want)
			}
			if rest < 0 || rest >= 1 || math.Abs(rest*p[k]-(u-below)) > 1e-12 {
				t.Fatalf("Draw(%v) of %v leaves %v, want %v", u, p, rest, (u-below)/p[k])
			}
		}
	})
}

func TestCategoricalRefuses(t *testing.T) {
	for _, p := range [][]float64{nil, {}, {0}, {0.5, 0.6}, {-0.5, 1.5}, {math.NaN(), 1}, {math.Inf(1)}} {
		if _, err := NewCategorical(p); err == nil {
			t.Errorf("%v taken for probabilities", p)
		}
	}
}

func TestStrength(t *testing.T) {
	var ref struct {
		Cases []struct {
			Base     []float64
			Counts   [][]float64
			Strength float64
		} `json:"strength"`
	}
	readReference(t, &ref)
	for i, c := range ref.Cases {
		if got := Strength(c.Counts, c.Base); math.Abs(got/c.Strength-1) > 0.002 {
			t.Errorf("case %d: strength %v, want %v", i, got, c.Strength)
		}
	}
	if len(ref.Cases) == 0 {
		t.Error("no reference cases")
	}
	// Groups that are alike are smoothed to their base, groups of their own not.
	alike := [][]float64{{500, 500}, {501, 499}}
	apart := [][]float64{{1000, 0}, {0, 1000}}
	base := []float64{0.5, 0.5}
	if a, b := Strength(alike, base), Strength(apart, base); a < 100*b {
		t.Errorf("strength %v where groups are alike, %v where they are apart", a, b)
	}
}

func TestSmooth(t *testing.T) {
	p := make([]float64, 3)
	Smooth(p, []float64{6, 2, 0}, []float64{0.5, 0.25, 0.25}, 2)
	if want := []float64{0.7, 0.25, 0.05}; !slices.Equal(p, want) {
		t.Errorf("smoothed to %v, want %v", p, want)
	}
}
