//go:build amd64

package simd

func quadDistance(q *[4]float64, dev [][4]float64, a []float64, limit *[4]float64) {
	if path == inGo {
		quadDistanceGo(q, dev, a, limit)
		return
	}
	quadDistanceAVX2(q, dev, a, limit)
}

func quadMoments(first, second []float64, dev [][4]float64, w *[4]float64) {
	if path == inGo {
		quadMomentsGo(first, second, dev, w)
		return
	}
	quadMomentsAVX2(first, second, dev, w)
}
