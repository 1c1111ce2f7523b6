package kde

import "math"

// sumExp returns Σ exp(x - top) of those that are above cut, which is above -700;
// none is above zero.
//
// e^r = 2^(k/64)·e^s: 2^(k/64) from a table, and a polynomial of degree 5 for
// |s| <= log(2)/128, whose error is 4·10⁻¹⁷ of it.
//
// Reference: Tang (1989), Table-driven implementation of the exponential function
// in IEEE floating-point arithmetic.
func sumExp(x []float64, top, cut float64) (sum float64) {
	for _, v := range x {
		v -= top
		if v < cut {
			continue
		}
		shifted := v*perLog2 + shifter
		k := int64(math.Float64bits(shifted)) - int64(shifterBits)
		n := shifted - shifter
		s := v - n*log2Hi - n*log2Lo
		p := 1 + s*(1+s*(1./2+s*(1./6+s*(1./24+s*(1./120)))))
		sum += p * math.Float64frombits(powers[k&63]+uint64(k>>6)<<52)
	}
	return sum
}

const (
	perLog2 = 64 / math.Ln2
	shifter = 1.5 * (1 << 52) // its last bit is worth one
	log2Hi  = 0x1.62e42fefp-7 // log(2)/64 in few bits, so that n·log2Hi is exact
	log2Lo  = math.Ln2/64 - log2Hi
)

var shifterBits = math.Float64bits(shifter)

// powers are the bits of 2^(k/64).
var powers = func() (p [64]uint64) {
	for k := range p {
		p[k] = math.Float64bits(math.Exp2(float64(k) / 64))
	}
	return p
}()
