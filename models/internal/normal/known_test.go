package normal

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/dist"
)

// TestWithin compares draws within ranges with the share of the range below them.
func TestWithin(t *testing.T) {
	for _, r := range [][2]float64{
		{-1e300, 1e300}, {-1e300, 0}, {-1e300, -7}, {-1e300, -60}, {2, 1e300}, {37.5, 1e300}, {300, 1e300},
		{-1, 2}, {-.5, .5}, {3, 3.5}, {-9, -8}, {.3, .3 + 1e-7}, {12, 12 + 1e-7}, {-100, -99}, {-3, 40},
	} {
		for _, u := range []float64{1e-12, 1e-3, .1, .5, .8, .999, 1 - 1e-9} {
			a, b := r[0], r[1]
			z := within(u, a, b)
			if slack := 1e-15 * math.Abs(z); !(a-slack <= z && z <= b+slack) {
				t.Errorf("within(%v, %v, %v) = %v", u, a, b, z)
			}
			got := math.Exp(dist.NormalLogMass(a, z) - dist.NormalLogMass(a, b))
			// Where z is a float64 next to others, no z is closer.
			resolution := 1e-15 * math.Abs(z) * math.Exp(dist.NormalLogDensity(z)-dist.NormalLogMass(a, b))
			if math.Abs(got-u) > 1e-9+resolution {
				t.Errorf("within(%v, %v, %v) = %v, below which are %v", u, a, b, z, got)
			}
		}
	}
}
