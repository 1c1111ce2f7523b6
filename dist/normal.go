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
//     φ(m)·2∫_0^h cosh(m·t)·exp(-t²/2) dt, without cancellation;
//   - a wide one on both sides of 0 is a sum of two error functions;
//   - a wide one in a tail is log Φ(b) + log(1 - Φ(a)/Φ(b)), a and b negative,
//     where Φ(a) is well below Φ(b).
func NormalLogMass(a, b float64) float64 {
	if a > 0 {
		a, b = -b, -a // the same mass, in the lower tail
	}
	m, h := a/2+b/2, b/2-a/2
	switch {
	case h <= 1 && h*math.Abs(m) <= 2:
		return NormalLogDensity(m) + math.Log(2*h*meanCosh(m, h))
	case b > 0:
		return math.Log(0.5 * (math.Erf(b/math.Sqrt2) - math.Erf(a/math.Sqrt2)))
	}
	upper := normalLogCDF(b)
	return upper + math.Log1p(-math.Exp(normalLogCDF(a)-upper))
}

// Gauss–Legendre nodes and weights of ten points, the positive half.
var (
	gaussNodes   = [5]float64{0.14887433898163122, 0.4333953941292472, 0.6794095682990244, 0.8650633666889845, 0.9739065285171717}
	gaussWeights = [5]float64{0.29552422471475287, 0.26926671930999635, 0.21908636251598204, 0.1494513491505806, 0.06667134430868814}
)

// meanCosh returns the mean of cosh(m·t)·exp(-t²/2) over t in [0, h].
func meanCosh(m, h float64) (mean float64) {
	for i, x := range gaussNodes {
		lo, hi := h*(1-x)/2, h*(1+x)/2
		mean += gaussWeights[i] / 2 * (math.Cosh(m*lo)*math.Exp(-lo*lo/2) + math.Cosh(m*hi)*math.Exp(-hi*hi/2))
	}
	return mean
}

// normalLogCDF returns log Φ(z) for z <= 0.
//
// Reference: Abramowitz & Stegun (1964), 26.2.12, for the far tail.
func normalLogCDF(z float64) float64 {
	if z > -16 {
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
