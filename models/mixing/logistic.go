package mixing

import "math"

// Log-odds are called logits: logit(p) = log p/(1-p). What is mixed are logits
// in float32; what is returned are log-probabilities in float64.

// limit bounds the logit of a prediction, so that nothing is impossible: it is
// a probability of 3e-6.
const limit = 12.75

func clamp(x float32) float32 {
	switch { // faster than min and max, which look for NaN
	case x > limit:
		return limit
	case x < -limit:
		return -limit
	}
	return x
}

// logOdds returns log p and log(1-p) of the probability with that logit; the two
// probabilities sum to 1 to the last bits of a float64.
func logOdds(logit float64) (yes, no float64) {
	// log σ(z) = -log(1+e^-z), written so that e is never raised to more than 0.
	tail := math.Log1p(math.Exp(-math.Abs(logit)))
	return min(logit, 0) - tail, min(-logit, 0) - tail
}

// probability returns σ(logit) to 2e-3 of the smaller of it and its complement:
// what learning needs, not what is returned.
func probability(logit float32) float32 { return sigmoid[int((clamp(logit)+limit)*sigmoidParts)] }

const sigmoidParts = 256 // of a unit

// sigmoid holds σ at the middles of the parts of [-limit, limit].
var sigmoid = func() []float32 {
	t := make([]float32, 2*limit*sigmoidParts+2)
	for i := range t {
		t[i] = float32(1 / (1 + math.Exp(limit-(float64(i)+.5)/sigmoidParts)))
	}
	return t
}()

const mantissa = 11 // bits of a float32's mantissa that logTable looks at

// logTable holds the logarithms of the middles of the parts of [1, 2), and
// logPower those of the powers of two.
var logTable, logPower = func() (t [1 << mantissa]float32, p [256]float32) {
	for i := range t {
		t[i] = float32(math.Log(1 + (float64(i)+0.5)/(1<<mantissa)))
	}
	for i := range p {
		p[i] = float32(float64(i-127) * math.Ln2)
	}
	return t, p
}()

// logarithm returns log x of a positive normal number to 2.5e-4.
func logarithm(x float32) float32 {
	b := math.Float32bits(x)
	return logPower[b>>23&255] + logTable[b>>(23-mantissa)&(1<<mantissa-1)]
}

// A logit is kept as a whole number of 1/fine, a weight as one of 1/fineWeight.
const (
	fine       = 2048
	fineWeight = 4096
)

// quantise returns x as the nearest whole number of 1/unit that an int16 holds.
func quantise(x, unit float32) int16 {
	return int16(math.RoundToEven(float64(min(max(x*unit, math.MinInt16), math.MaxInt16))))
}
