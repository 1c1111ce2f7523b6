package judge

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/rng"
)

// The randomness of a judgement: each purpose has its own child of the seed.
const (
	forHeldRows = iota
	forMix
	forSubset
	forWeights
	forFolds
	forPairs
	forDonors
)

// subset returns m of the numbers 0 … n-1, drawn without replacement, in rising
// order; all of them if m ≥ n.
func subset(n, m int, k rng.Key) []int {
	if m >= n {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	chosen := permutation(n, k)[:max(m, 0)]
	slices.Sort(chosen)
	return chosen
}

// permutation returns the numbers 0 … n-1 in random order.
func permutation(n int, k rng.Key) []int {
	word := make([]uint64, n)
	k.Uint64s(word, 0)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case word[a] < word[b]:
			return -1
		case word[a] > word[b]:
			return 1
		}
		return a - b
	})
	return order
}

// replicates is the number of bootstrap samples behind a standard error; its
// own relative error is then 14 %.
const replicates = 25

// bootstrap returns how often each of n rows occurs in each of the bootstrap
// samples [replicates][n rows].
func bootstrap(n int, k rng.Key) [][]uint8 {
	weights := make([][]uint8, replicates)
	word := make([]uint64, n)
	for r := range weights {
		w := make([]uint8, n)
		k.Child(uint64(r)).Uint64s(word, 0)
		for _, x := range word {
			// The high half times n, over 2³²: a draw of 0 … n-1.
			if i := (x >> 32) * uint64(n) >> 32; w[i] < math.MaxUint8 {
				w[i]++
			}
		}
		weights[r] = w
	}
	return weights
}

// withError returns the estimate of value with the standard deviation of its
// bootstrap replicates. The interval is that of the normal distribution, cut to
// [low, high]: percentiles of the replicates would carry the bias that
// resampling adds to distances between distributions.
func withError(value float64, replicate []float64, low, high float64) Estimate {
	var mean, m2, n float64
	for _, x := range replicate {
		if x == x {
			n++
			d := x - mean
			mean += d / n
			m2 += d * (x - mean)
		}
	}
	if n < 2 {
		return normal(value, math.NaN(), low, high)
	}
	return normal(value, math.Sqrt(m2/(n-1)), low, high)
}

// normal returns the estimate of value with the interval that its standard
// error gives, cut to [low, high].
func normal(value, stderr, low, high float64) Estimate {
	if value != value {
		return none()
	}
	return Estimate{Number(value), Number(stderr),
		Number(max(low, value-1.96*stderr)), Number(min(high, value+1.96*stderr))}
}

// share returns the share k of n with Wilson's interval.
//
// Reference: Wilson (1927), Probable inference, the law of succession, and
// statistical inference.
func share(k, n int) Estimate {
	if n == 0 {
		return none()
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	// The standard error takes Wilson's half-width too: that of a share of 0 is
	// not 0.
	return Estimate{Number(p), Number(half / z), Number(max(0, min(mid-half, p))), Number(min(1, max(mid+half, p)))}
}
