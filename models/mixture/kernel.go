package mixture

// The two loops that EM spends its time in. Both take four rows at a time, whose
// deviations from a component's mean lie side by side, so that four sums run at
// once and each parameter is read once for four rows.

// distances sets q [n rows] to (x - μ)ᵀ·Σ⁻¹·(x - μ) = |A·(x - μ)|² for x [n × m], or
// to less where that is above a row's limit [n] already: it is a sum of squares, and
// four rows that have passed their limits are given up. dev has room for m.
func distances(q, x, limit []float64, g *gauss, dev [][4]float64) {
	m := len(g.mean)
	dev = dev[:m]
	for i := 0; i < len(q); i += 4 {
		i1, i2, i3 := min(i+1, len(q)-1), min(i+2, len(q)-1), min(i+3, len(q)-1)
		deviations(dev, x, g.mean, i, i1, i2, i3)
		l0, l1, l2, l3 := limit[i], limit[i1], limit[i2], limit[i3]
		var q0, q1, q2, q3 float64
		at := 0
		for k := range m {
			var z0, z1, z2, z3 float64
			if g.a.diagonal {
				v, a := &dev[k], g.a.a[k]
				z0, z1, z2, z3 = a*v[0], a*v[1], a*v[2], a*v[3]
			} else {
				row := g.a.a[at : at+k+1]
				dev := dev[:len(row)]
				for j, a := range row {
					v := &dev[j]
					z0 += a * v[0]
					z1 += a * v[1]
					z2 += a * v[2]
					z3 += a * v[3]
				}
				at += k + 1
			}
			q0 += z0 * z0
			q1 += z1 * z1
			q2 += z2 * z2
			q3 += z3 * z3
			if k&1 == 1 && q0 > l0 && q1 > l1 && q2 > l2 && q3 > l3 {
				break
			}
		}
		if i+4 <= len(q) {
			q[i], q[i+1], q[i+2], q[i+3] = q0, q1, q2, q3
			continue
		}
		copy(q[i:], []float64{q0, q1, q2, q3})
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
		next := 0
		for k := range m {
			v := &dev[k]
			w0, w1, w2, w3 := w[0]*v[0], w[1]*v[1], w[2]*v[2], w[3]*v[3]
			first[k] += (w0 + w1) + (w2 + w3)
			if g.a.diagonal {
				second[k] += (w0*v[0] + w1*v[1]) + (w2*v[2] + w3*v[3])
				continue
			}
			row := second[next : next+k+1]
			dev := dev[:len(row)]
			for j := range row {
				v := &dev[j]
				row[j] += (w0*v[0] + w1*v[1]) + (w2*v[2] + w3*v[3])
			}
			next += k + 1
		}
	}
}
