package dist

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// The standard normal distribution,
//
//	φ(z) = exp(-z²/2)/√(2π),  Φ(z) = ∫_{-∞}^z φ,
//
// as what a normal field needs: the log-density of reals, the log-mass of grid
// cells, and draws by inversion. Location and scale are the caller's.

var logSqrt2Pi = 0.5 * math.Log(2*math.Pi)

// NormalLogDensity returns log φ(z).
func NormalLogDensity(z float64) float64 { return -0.5*z*z - logSqrt2Pi }

// NormalQuantile returns z with Φ(z) = u, for u in (0, 1).
func NormalQuantile(u float64) float64 { return mathext.NormalQuantile(u) }

// NormalLogMass returns log(Φ(b) - Φ(a)) for a < b, to about 1e-12 of its
// value, in the tails and for the narrowest cell too:
//
//   - a narrow cell of middle m and half-width h has mass
//     φ(m)·2·Σ_k He_2k(m)·h^(2k+1)/(2k+1)!, without cancellation, He_n the Hermite
//     polynomials;
//   - others are a difference of error functions, in the lower tail;
//   - in the far tail it is log Φ(b) + log(1 - Φ(a)/Φ(b)).
func NormalLogMass(a, b float64) float64 {
	if a > -b {
		a, b = -b, -a // the same mass, mostly in the lower tail
	}
	m, h := a/2+b/2, b/2-a/2
	switch {
	case h*(1+math.Abs(m)) <= 0.25:
		return NormalLogDensity(m) + math.Log(2*h*meanRatio(m, h))
	case b > farTail:
		return math.Log(0.5 * (math.Erfc(-b/math.Sqrt2) - math.Erfc(-a/math.Sqrt2)))
	}
	upper := normalLogCDF(b)
	return upper + math.Log1p(-math.Exp(normalLogCDF(a)-upper))
}

// farTail is where Φ is taken in logarithms.
const farTail = -16

// meanRatio returns the mean of φ(m+t)/φ(m) over t in [-h, h], where h·(1+|m|) is
// small.
func meanRatio(m, h float64) float64 {
	he, before := 1.0, 0.0 // He_n(m), He_n-1(m)
	mean, power := 1.0, 1.0
	for n := 1.0; n <= 12; n++ {
		he, before = m*he-(n-1)*before, he
		power *= h / n
		if int(n)%2 == 0 {
			mean += he * power / (n + 1)
		}
	}
	return mean
}

// normalLogCDF returns log Φ(z) for z <= 0.
//
// Reference: Abramowitz & Stegun (1964), 26.2.12, for the far tail.
func normalLogCDF(z float64) float64 {
	if z > farTail {
		return math.Log(0.5 * math.Erfc(-z/math.Sqrt2))
	}
	w := 1 / (z * z)
	series, term := 1.0, 1.0
	for k := 1.0; k < 16; k += 2 {
		term *= -k * w
		series += term
	}
	return NormalLogDensity(z) - math.Log(-z) + math.Log(series)
}
