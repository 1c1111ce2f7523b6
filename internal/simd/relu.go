package simd

// ReLU sets dst to x where x > 0, and to 0 elsewhere. dst may be x.
func ReLU(dst, x []float32) { relu(dst, x[:len(dst)]) }

// ReLUGrad sets g to 0 where h > 0 does not hold: it takes a gradient from the
// output h of ReLU, or its input, back to the input.
func ReLUGrad(g, h []float32) { reluGrad(g, h[:len(g)]) }

func reluGo(dst, x []float32) {
	for i := range dst {
		v := x[i]
		if !(v > 0) {
			v = 0
		}
		dst[i] = v
	}
}

func reluGradGo(g, h []float32) {
	for i := range g {
		if !(h[i] > 0) {
			g[i] = 0
		}
	}
}
