package simd

// Dot returns Σ_i x_i y_i.
func Dot(x, y []float32) float32 { return dot(x, y[:len(x)]) }

// MatVec sets dst [rows] to A x, where a [rows][len(x)] is stored by rows: the
// dot product of x with each row.
func MatVec(dst, a, x []float32) { matVec(dst, a[:len(dst)*len(x)], x) }

func dotGo(x, y []float32) float32 {
	var s [lanes]float32
	for len(x) >= lanes {
		xs, ys := (*[lanes]float32)(x), (*[lanes]float32)(y)
		for l := range s {
			s[l] += float32(xs[l] * ys[l])
		}
		x, y = x[lanes:], y[lanes:]
	}
	for l, v := range x {
		s[l] += float32(v * y[l])
	}
	for half := lanes / 2; half > 0; half /= 2 {
		for l := range half {
			s[l] += s[l+half]
		}
	}
	return s[0]
}

func matVecGo(dst, a, x []float32) {
	for i := range dst {
		dst[i] = dotGo(a[i*len(x):][:len(x)], x)
	}
}
