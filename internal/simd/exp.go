package simd

import "math"

// Exp sets dst to e^x, within 2 units in the last place for x in
// [-87.3, 88.7]: below that it is the value at -87.3 (1.2e-38), above it the
// value at 88.7 (3.3e38), and NaN gives the first. dst may be x.
func Exp(dst, x []float32) { exp(dst, x[:len(dst)]) }

// Sigmoid sets dst to 1/(1 + e^-x), as exactly as Exp. dst may be x.
func Sigmoid(dst, x []float32) { sigmoid(dst, x[:len(dst)]) }

// Bounds within which the exponent of e^x is that of a normal number, and the
// split of ln 2 into a part of few bits, whose products with whole numbers are
// exact, and the rest.
const (
	expMin = -87.3
	expMax = 88.7
	log2e  = 1.44269504088896341
	ln2Hi  = 0.693359375
	ln2Lo  = -2.12194440e-4
	// round shifts the fraction of a float32 out of its mantissa.
	round = 1.5 * (1 << 23)
)

// expPoly is the polynomial of (e^r - 1 - r)/r² for |r| <= ln(2)/2, highest
// power first.
//
// Reference: Moshier, Cephes mathematical library, expf.
var expPoly = [6]float32{1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}

func exp1(x float32) float32 {
	if !(x > expMin) {
		x = expMin
	}
	if !(x < expMax) {
		x = expMax
	}
	k := float32(x*log2e) + round
	n := math.Float32bits(k)
	k -= round
	r := x - float32(k*ln2Hi)
	r -= float32(k * ln2Lo)
	p := expPoly[0]
	for _, c := range expPoly[1:] {
		p = float32(p*r) + c
	}
	p = float32(float32(p*r)*r) + r + 1
	// The lowest bits of n are the whole number k; shifted into the exponent's
	// place they multiply by 2^k.
	return math.Float32frombits(math.Float32bits(p) + n<<23)
}

func expGo(dst, x []float32) {
	for i := range dst {
		dst[i] = exp1(x[i])
	}
}

func sigmoidGo(dst, x []float32) {
	for i := range dst {
		dst[i] = 1 / (1 + exp1(-x[i]))
	}
}
