package dist

import (
	"fmt"
	"math"
)

// Categorical is a distribution over codes 0 … K-1:
//
//	p(k) = θ_k.
//
// It is drawn from by inversion: the smallest k with θ_0+…+θ_k > u, found from
// a guide table in about one comparison whatever K is. What is left of u within
// θ_k is again uniform, and draws the detail of the code.
//
// Reference: Chen & Asau (1974), On generating random variates from an
// empirical distribution, AIIE Transactions 6.
type Categorical struct {
	p, logp []float64 // [K]
	cum     []float64 // [K] running sums; 1 from the last possible code on
	guide   []int32   // [cells] first k with cum[k] > i/cells; a power of two
}

// NewCategorical returns the distribution p [K codes], which it keeps. It is an
// error if p are not probabilities that sum to one, to rounding.
func NewCategorical(p []float64) (*Categorical, error) {
	total, last := 0.0, 0
	for k, v := range p {
		if !(v >= 0 && v <= 1+1e-9) {
			return nil, fmt.Errorf("code %d has probability %v", k, v)
		}
		if v > 0 {
			last = k
		}
		total += v
	}
	if len(p) == 0 || math.Abs(total-1) > 1e-9 {
		return nil, fmt.Errorf("the probabilities of %d codes sum to %v", len(p), total)
	}
	c := &Categorical{p: p, logp: make([]float64, len(p)), cum: runningSum(p)}
	for k, v := range p {
		c.logp[k] = math.Log(v)
	}
	for k := last; k < len(p); k++ {
		c.cum[k] = 1
	}
	cells := 1
	for cells < len(p) {
		cells *= 2
	}
	c.guide = make([]int32, cells)
	k := int32(0)
	for i := range c.guide {
		for c.cum[k] <= float64(i)/float64(cells) {
			k++
		}
		c.guide[i] = k
	}
	return c, nil
}

// P returns θ [K], which the caller does not change.
func (c *Categorical) P() []float64 { return c.p }

// LogP returns log θ [K], which the caller does not change.
func (c *Categorical) LogP() []float64 { return c.logp }

// LogProb adds log p of codes to dst [n]. Outside has -Inf.
func (c *Categorical) LogProb(dst []float64, codes []uint16) {
	for i, k := range codes {
		if int(k) < len(c.logp) {
			dst[i] += c.logp[k]
		} else {
			dst[i] = math.Inf(-1)
		}
	}
}

// Draw returns the code at which the running sum of θ passes u, in (0, 1), and
// how far u goes into it: another uniform draw, from [0, 1).
func (c *Categorical) Draw(u float64) (k int, rest float64) {
	k = int(c.guide[int(u*float64(len(c.guide)))])
	for c.cum[k] <= u {
		k++
	}
	below := 0.0
	if k > 0 {
		below = c.cum[k-1]
	}
	return k, min((u-below)/(c.cum[k]-below), 1-1.0/(1<<53))
}

// Smooth sets dst [K] to the distribution of codes that were counted, smoothed
// toward the distribution base [K] as if strength more rows had come from it:
//
//	θ_k = (n_k + a·q_k) / (n + a).
//
// dst may be counts.
func Smooth(dst, counts, base []float64, strength float64) {
	n := 0.0
	for _, c := range counts {
		n += c
	}
	for k, c := range counts {
		dst[k] = (c + strength*base[k]) / (n + strength)
	}
}

// Bounds of the strength of smoothing, in rows.
const (
	minStrength = 0.5
	maxStrength = 1 << 20
)

// Strength returns the strength a of Smooth that maximises the leave-one-out
// likelihood of groups of counts [K], which share a base [K]:
//
//	Σ_groups Σ_k n_k log((n_k - 1 + a·q_k) / (n - 1 + a)),
//
// each row being predicted from the others of its group. At least half a row,
// so that no code of the base becomes impossible.
//
// Reference: Zhai & Lafferty (2002), Two-stage language models for information
// retrieval, section 4.1.
func Strength(groups [][]float64, base []float64) float64 {
	type cell struct{ n, q float64 }
	var cells []cell
	var totals []float64
	for _, counts := range groups {
		total := 0.0
		for k, n := range counts {
			total += n
			if n > 0 {
				cells = append(cells, cell{n, base[k]})
			}
		}
		if total > 0 {
			totals = append(totals, total)
		}
	}
	slope := func(a float64) (d float64) {
		for _, c := range cells {
			d += c.n * c.q / (max(c.n-1, 0) + a*c.q)
		}
		for _, n := range totals {
			d -= n / (max(n-1, 0) + a)
		}
		return d
	}
	lo, hi := minStrength, float64(maxStrength)
	if slope(lo) <= 0 {
		return lo
	}
	if slope(hi) >= 0 {
		return hi
	}
	for hi/lo > 1.001 {
		if mid := math.Sqrt(lo * hi); slope(mid) > 0 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return math.Sqrt(lo * hi)
}

// Uniform returns the distribution that gives each of n codes the same
// probability.
func Uniform(n int) []float64 {
	p := make([]float64, n)
	for k := range p {
		p[k] = 1 / float64(n)
	}
	return p
}
