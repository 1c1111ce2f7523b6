// Package importance is about weighted draws: how many equal ones they are
// worth, and taking one of them.
package importance

import "math"

// largest returns the largest log-weight; -Inf if all are.
func largest(logw []float64) float64 {
	top := math.Inf(-1)
	for _, l := range logw {
		top = max(top, l)
	}
	return top
}

// Effective returns the number of equal weights that are worth as much as those
// of the given logarithms: (Σw)²/Σw², 0 where all are 0.
//
// Reference: Kong (1992), A note on importance sampling using standardized
// weights.
func Effective(logw []float64) float64 {
	top := largest(logw)
	if math.IsInf(top, -1) {
		return 0
	}
	var sum, squares float64
	for _, l := range logw {
		w := math.Exp(l - top)
		sum += w
		squares += w * w
	}
	return sum * sum / squares
}

// Candidates for the missing cells of a row: as many are drawn as are worth Enough
// equally likely ones, as far as Most go, and Few to begin with.
const (
	Few    = 256
	Most   = 1 << 13
	Enough = 16
)

// Gather calls draw for candidates lo … hi-1, whose log-weights it is to set in
// logw [Most], until there are enough. It returns how many there are, and what they
// are worth.
func Gather(logw []float64, draw func(lo, hi int) error) (n int, effective float64, err error) {
	for n < Few || n < Most && effective < Enough {
		more := max(Few, n)
		if err := draw(n, n+more); err != nil {
			return n, 0, err
		}
		n += more
		effective = Effective(logw[:n])
	}
	return n, effective, nil
}

// Choose returns the place where the running sum of the weights exceeds the
// share u, from 0 to 1, of their total, or -1 where all are 0.
func Choose(logw []float64, u float64) int {
	top := largest(logw)
	if math.IsInf(top, -1) {
		return -1
	}
	total := 0.0
	for _, l := range logw {
		total += math.Exp(l - top)
	}
	last := -1
	u *= total
	for i, l := range logw {
		if w := math.Exp(l - top); w > 0 {
			last = i
			if u -= w; u < 0 {
				break
			}
		}
	}
	return last
}
