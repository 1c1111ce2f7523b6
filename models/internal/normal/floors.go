package normal

import (
	"math"

	"github.com/seed-64d012fb/mimic/space"
)

// The least variance of a number given those before it in the chain, as the
// rungs' package comments have it.
const (
	leastOnGrid = 1e-2  // of a step squared
	leastOfReal = 1e-12 // of the domain squared
	leastOfOwn  = 1e-9  // of the field's own variance
)

// Floors returns the least conditional variance of each field of the schema,
// given their variances [d].
func (f Fields) Floors(s *space.Schema, variance []float64) []float64 {
	least := make([]float64, len(f.Numeric))
	for k, g := range f.Grids {
		field := &s.Fields[f.Numeric[k]]
		least[k] = leastOnGrid
		if g.Real() {
			width := field.Max - field.Min
			if width == 0 {
				width = max(math.Abs(field.Max), 1)
			}
			least[k] = leastOfReal * width * width
		}
		least[k] = max(least[k], leastOfOwn*variance[k])
	}
	return least
}

// Diagonal returns the variances [d] of a covariance [d × d].
func Diagonal(cov []float64, d int) []float64 {
	v := make([]float64, d)
	for k := range v {
		v[k] = cov[k*d+k]
	}
	return v
}
