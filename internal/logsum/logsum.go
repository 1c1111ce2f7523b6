// Package logsum sums probabilities that are kept as logarithms: log Σ exp(x), without
// underflow. All logarithms -Inf have the sum -Inf.
package logsum

import (
	"math"
	"slices"
)

// negligible is the logarithm of a share below the rounding of its sum.
const negligible = -45

// Of returns log Σ_k exp(x_k). x is not empty.
func Of(x []float64) float64 {
	top := slices.Max(x)
	if math.IsInf(top, -1) {
		return top
	}
	var sum float64
	for _, v := range x {
		if d := v - top; d > negligible {
			sum += math.Exp(d)
		}
	}
	return top + math.Log(sum)
}

// Add returns log(exp(a) + exp(b)).
func Add(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if math.IsInf(b, -1) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

// Columns sets dst [n rows] to log Σ_k exp(x[k][row]), x [columns][n rows or more].
func Columns(dst []float64, x [][]float64) {
	var tops, sums [256]float64
	for lo := 0; lo < len(dst); lo += len(tops) {
		own := dst[lo:min(lo+len(tops), len(dst))]
		top, sum := tops[:len(own)], sums[:len(own)]
		copy(top, x[0][lo:])
		for _, s := range x[1:] {
			for i, v := range s[lo : lo+len(own)] {
				top[i] = max(top[i], v)
			}
		}
		clear(sum)
		for _, s := range x {
			for i, v := range s[lo : lo+len(own)] {
				if v -= top[i]; v > negligible {
					sum[i] += math.Exp(v)
				}
			}
		}
		for i := range own {
			own[i] = math.Inf(-1)
			if top[i] > own[i] {
				own[i] = top[i] + math.Log(sum[i])
			}
		}
	}
}
