//go:build !amd64

package simd

func quadDistance(q *[4]float64, dev [][4]float64, a []float64, limit *[4]float64) {
	quadDistanceGo(q, dev, a, limit)
}

func quadMoments(first, second []float64, dev [][4]float64, w *[4]float64) {
	quadMomentsGo(first, second, dev, w)
}
