package gaussian

import "gonum.org/v1/gonum/floats"

// moments are the weight, mean and co-moments Σ w·(x-mean)(x-mean)ᵀ of rows of
// d numbers, updated without cancellation.
//
// Reference: Chan, Golub & LeVeque (1983), Algorithms for computing the sample
// variance, equations 2.1; the same with outer products for covariances.
type moments struct {
	n    float64
	mean []float64 // [d]
	co   []float64 // [d × d], upper triangle, at i·d + j
}

func newMoments(d int) *moments {
	return &moments{mean: make([]float64, d), co: make([]float64, d*d)}
}

// add adds n rows of weights w; x [d][n] are columns. It uses x up.
func (m *moments) add(x [][]float64, w []float64) {
	rows := newMoments(len(x))
	for _, v := range w {
		rows.n += v
	}
	if rows.n == 0 {
		return
	}
	for j, col := range x {
		var sum float64
		for i, v := range col {
			sum += w[i] * (v - col[0])
		}
		rows.mean[j] = col[0] + sum/rows.n
	}
	for j, col := range x {
		var left float64 // what rounding left of the mean
		for i := range col {
			col[i] -= rows.mean[j]
			left += w[i] * col[i]
		}
		left /= rows.n
		rows.mean[j] += left
		for i := range col {
			col[i] -= left
		}
	}
	weighted := make([]float64, len(w))
	for j, col := range x {
		for i, v := range col {
			weighted[i] = w[i] * v
		}
		for k := j; k < len(x); k++ {
			rows.co[j*len(x)+k] = floats.Dot(weighted, x[k])
		}
	}
	m.merge(rows)
}

// merge adds the rows of l.
func (m *moments) merge(l *moments) {
	if l.n == 0 {
		return
	}
	total := m.n + l.n
	d := len(m.mean)
	delta := make([]float64, d)
	for j := range delta {
		delta[j] = l.mean[j] - m.mean[j]
	}
	for j := range d {
		factor := delta[j] * m.n * l.n / total
		for k := j; k < d; k++ {
			m.co[j*d+k] += l.co[j*d+k] + factor*delta[k]
		}
	}
	for j := range d {
		m.mean[j] += delta[j] * l.n / total
	}
	m.n = total
}
