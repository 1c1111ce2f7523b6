package simd

// The float64 kernels of four rows side by side: element l of a quad belongs to
// row l.

// QuadDistance sets q to |A·dev|² of four rows, dev [m], where a holds the lower
// triangle of A row by row. Once all four have passed their limit it may stop, with
// less.
func QuadDistance(q *[4]float64, dev [][4]float64, a []float64, limit *[4]float64) {
	quadDistance(q, dev, a[:len(dev)*(len(dev)+1)/2], limit)
}

// QuadMoments adds Σ w·dev to first [m] and Σ w·dev·devᵀ to second, a lower triangle
// row by row, of four rows of weights w.
func QuadMoments(first, second []float64, dev [][4]float64, w *[4]float64) {
	quadMoments(first[:len(dev)], second[:len(dev)*(len(dev)+1)/2], dev, w)
}

func quadDistanceGo(q *[4]float64, dev [][4]float64, a []float64, limit *[4]float64) {
	var q0, q1, q2, q3 float64
	at := 0
	for k := range dev {
		var z0, z1, z2, z3 float64
		row := a[at : at+k+1]
		dev := dev[:len(row)]
		for j, a := range row {
			v := &dev[j]
			z0 += float64(a * v[0])
			z1 += float64(a * v[1])
			z2 += float64(a * v[2])
			z3 += float64(a * v[3])
		}
		at += k + 1
		q0 += float64(z0 * z0)
		q1 += float64(z1 * z1)
		q2 += float64(z2 * z2)
		q3 += float64(z3 * z3)
		if k&1 == 1 && q0 > limit[0] && q1 > limit[1] && q2 > limit[2] && q3 > limit[3] {
			break
		}
	}
	*q = [4]float64{q0, q1, q2, q3}
}

func quadMomentsGo(first, second []float64, dev [][4]float64, w *[4]float64) {
	at := 0
	for k := range dev {
		v := &dev[k]
		w0, w1, w2, w3 := float64(w[0]*v[0]), float64(w[1]*v[1]), float64(w[2]*v[2]), float64(w[3]*v[3])
		first[k] += (w0 + w1) + (w2 + w3)
		row := second[at : at+k+1]
		dev := dev[:len(row)]
		for j := range row {
			v := &dev[j]
			row[j] += (float64(w0*v[0]) + float64(w1*v[1])) + (float64(w2*v[2]) + float64(w3*v[3]))
		}
		at += k + 1
	}
}
