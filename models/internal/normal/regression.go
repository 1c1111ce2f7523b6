package normal

// Regression is the conditional of some fields given others under N(μ, Σ):
//
//	E[x_to - μ_to | x_from] = B·(x_from - μ_from),  Cov = rest.
type Regression struct {
	Beta []float64 // B [to × from]
	Rest []float64 // [to × to]
}

// Regress returns the conditional of the fields to given those of a chain, under
// the covariance cov [d × d], in full: B = Σ_to,from·Σ_from⁻¹ by two triangular
// solves a row.
func Regress(cov []float64, d int, from *Chain, to []int) Regression {
	n := len(from.Order)
	r := Regression{Beta: make([]float64, len(to)*n), Rest: make([]float64, len(to)*len(to))}
	half := make([]float64, len(to)*n) // Σ_to,from·L⁻ᵀ
	for t, a := range to {
		h := half[t*n : (t+1)*n]
		for k, b := range from.Order {
			l, s := from.Coefficients(k)
			v := cov[a*d+b]
			for i, c := range l {
				v -= c * h[i]
			}
			h[k] = v / s
		}
		beta := r.Beta[t*n : (t+1)*n]
		for k := n - 1; k >= 0; k-- {
			v := h[k]
			for i := k + 1; i < n; i++ {
				v -= from.l[i*n+k] * beta[i]
			}
			beta[k] = v / from.l[k*n+k]
		}
	}
	for t, a := range to {
		for u, b := range to {
			v := cov[a*d+b]
			for k := range n {
				v -= half[t*n+k] * half[u*n+k]
			}
			r.Rest[t*len(to)+u] = v
		}
	}
	return r
}

// Absent returns the fields 0 … d-1 that are not in order.
func Absent(d int, order []int) (gone []int) {
	in := make([]bool, d)
	for _, k := range order {
		in[k] = true
	}
	for k := range d {
		if !in[k] {
			gone = append(gone, k)
		}
	}
	return gone
}
