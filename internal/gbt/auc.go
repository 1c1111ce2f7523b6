package gbt

import (
	"math"
	"slices"
)

// AUC returns the area under the receiver operating characteristic: the
// probability that a row of class 1 scores higher than a row of class 0, ties
// counting one half. Scores are numbers, class holds 0 and 1. It is NaN where a
// class is absent.
//
// Reference: Hanley & McNeil (1982), The meaning and use of the area under a
// receiver operating characteristic (ROC) curve.
func AUC(score []float64, class []int32) float64 {
	order := make([]int32, len(score))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int {
		switch {
		case score[a] < score[b]:
			return -1
		case score[a] > score[b]:
			return 1
		}
		return 0
	})
	var below, pairs float64 // rows of class 0 so far; ordered pairs, ties half
	var n [2]float64
	for i := 0; i < len(order); {
		var tied [2]float64
		for s := score[order[i]]; i < len(order) && score[order[i]] == s; i++ {
			tied[class[order[i]]]++
		}
		pairs += tied[1] * (below + tied[0]/2)
		below += tied[0]
		n[0] += tied[0]
		n[1] += tied[1]
	}
	if n[0] == 0 || n[1] == 0 {
		return math.NaN()
	}
	return pairs / (n[0] * n[1])
}
