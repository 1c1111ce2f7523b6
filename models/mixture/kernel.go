package mixture

import "github.com/seed-64d012fb/mimic/internal/simd"

// The two loops that EM spends its time in. Both take four rows at a time, whose
// deviations from a component's mean lie side by side, as package simd has them.

// distances sets q [n rows] to (x - μ)ᵀ·Σ⁻¹·(x - μ) = |A·(x - μ)|² for x [n × m], or
// to less where that is above a row's limit [n] already: it is a sum of squares, and
// four rows that have passed their limits are given up. dev has room for m.
func distances(q, x, limit []float64, g *gauss, dev [][4]float64) {
	m := len(g.mean)
	dev = dev[:m]
	for i := 0; i < len(q); i += 4 {
		i1, i2, i3 := min(i+1, len(q)-1), min(i+2, len(q)-1), min(i+3, len(q)-1)
		deviations(dev, x, g.mean, i, i1, i2, i3)
		var four [4]float64
		if g.a.diagonal {
			for k, a := range g.a.a[:m] {
				for l, v := range dev[k] {
					four[l] += a * v * (a * v)
				}
			}
		} else {
			simd.QuadDistance(&four, dev, g.a.a, &[4]float64{limit[i], limit[i1], limit[i2], limit[i3]})
		}
		copy(q[i:], four[:])
	}
}

// distance returns |A·(x - μ)|² of one row; dev has room for m.
func distance(x []float64, g *gauss, dev [][4]float64) (q float64) {
	at := 0
	for k := range g.mean {
		dev[k][0] = x[k] - g.mean[k]
		var z float64
		if g.a.diagonal {
			z = g.a.a[k] * dev[k][0]
		} else {
			for j, a := range g.a.a[at : at+k+1] {
				z += a * dev[j][0]
			}
			at += k + 1
		}
		q += z * z
	}
	return q
}

// deviations sets dev [m] to x - μ of four rows.
func deviations(dev [][4]float64, x, mean []float64, i0, i1, i2, i3 int) {
	m := len(mean)
	x0, x1, x2, x3 := x[i0*m:][:m], x[i1*m:][:m], x[i2*m:][:m], x[i3*m:][:m]
	dev = dev[:m]
	for j, mu := range mean {
		dev[j] = [4]float64{x0[j] - mu, x1[j] - mu, x2[j] - mu, x3[j] - mu}
	}
}

// moments adds to first [m] and second (the lower triangle, row by row, or the
// diagonal) the moments about μ of some rows of x [n × m], weighted by r [n].
func moments(first, second, x, r []float64, rows []int32, g *gauss, dev [][4]float64) {
	m := len(g.mean)
	dev = dev[:m]
	for ; len(rows) > 0; rows = rows[min(4, len(rows)):] {
		var at [4]int
		var w [4]float64
		for i := range at {
			at[i] = int(rows[0])
			if i < len(rows) {
				at[i] = int(rows[i])
				w[i] = r[at[i]]
			}
		}
		deviations(dev, x, g.mean, at[0], at[1], at[2], at[3])
		if !g.a.diagonal {
			simd.QuadMoments(first, second, dev, &w)
			continue
		}
		for k := range m {
			for l, v := range dev[k] {
				first[k] += w[l] * v
				second[k] += w[l] * v * v
			}
		}
	}
}
