// Package normal is the linear algebra of N(μ, Σ) that the rungs of normal
// distributions share: Σ as a chain of regressions, and the regression of some
// fields on others.
package normal

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Chain is N(μ, Σ) of some of the fields as a chain of regressions: with
// z_i = (x_i - mean_i)/s_i,
//
//	mean_k = μ_k + Σ_{i<k} L_ki·z_i,  s_k = L_kk,  Σ = L·Lᵀ,
//
// where x_i is what the field took, rounded to its grid or not.
type Chain struct {
	Order []int     // fields, in the order of the chain
	l     []float64 // [m × m] lower triangle of L, at k·m + i; nil where Σ is diagonal
	s     []float64 // [m] L_kk, where Σ is diagonal
}

// NewDiagonal returns the chain of the fields in order under variances [d], each
// of which is raised to the variance least [d] where it is below. Where raise is
// not nil it takes by how much [m].
func NewDiagonal(order []int, variance, least, raise []float64) *Chain {
	c := &Chain{Order: order, s: make([]float64, len(order))}
	for k, a := range order {
		v := variance[a]
		if !(v >= least[a]) {
			if raise != nil {
				raise[k] = least[a] - v
			}
			v = least[a]
		}
		c.s[k] = math.Sqrt(v)
	}
	return c
}

// NewChain returns the chain of the fields in order under the covariance cov
// [d × d], in full. A pivot below the variance least [d] is raised to it; where
// raise is not nil it takes by how much [m].
func NewChain(order []int, cov, least, raise []float64) *Chain {
	d, m := len(least), len(order)
	c := &Chain{Order: order, l: make([]float64, m*m)}
	for k, a := range order {
		row := c.l[k*m : (k+1)*m]
		for i, b := range order[:k] {
			prior := c.l[i*m : (i+1)*m]
			row[i] = (cov[a*d+b] - floats.Dot(row[:i], prior[:i])) / prior[i]
		}
		pivot := cov[a*d+a] - floats.Dot(row[:k], row[:k])
		if !(pivot >= least[a]) {
			if raise != nil {
				raise[k] = least[a] - pivot
			}
			pivot = least[a]
		}
		row[k] = math.Sqrt(pivot)
	}
	return c
}

// Coefficients returns L_k0 … L_k,k-1 and s_k.
func (c *Chain) Coefficients(k int) (l []float64, s float64) {
	if c.l == nil {
		return nil, c.s[k]
	}
	m := len(c.Order)
	return c.l[k*m : k*m+k], c.l[k*m+k]
}

// Means sets dst [n rows] to the conditional mean of the k-th field of the
// chain, whose mean is mu, given z [k][n] of those before it.
func (c *Chain) Means(dst []float64, k int, mu float64, z [][]float64) {
	for i := range dst {
		dst[i] = mu
	}
	l, _ := c.Coefficients(k)
	for i, v := range l {
		if v != 0 {
			floats.AddScaled(dst, v, z[i][:len(dst)])
		}
	}
}
