// Package weights finds the weights of a mixture whose components are fixed.
package weights

import "math"

// When EM stops.
const (
	mostIterations = 1000
	enough         = 1e-6 // by which a weight moves
)

// Fit returns the weights w [parts], with sum 1, that maximise
//
//	Σ_i n_i log Σ_k w_k exp(logs[k][i]) + Σ_k log w_k
//
// over the rows i, of weight n_i, by EM: each part has explained one row more than
// it has, so that no weight is 0. Without the last term it is the mean over the
// rows that is returned too. A row that is impossible under all parts says nothing
// of the weights, and makes the mean -Inf.
//
// Reference: Dempster, Laird & Rubin (1977), Maximum likelihood from incomplete
// data via the EM algorithm, section 4.3, of which this is the case that only the
// weights are free.
func Fit(logs [][]float64, n func(i int) float64) (w []float64, mean float64) {
	parts, rows := len(logs), len(logs[0])
	w = make([]float64, parts)
	for k := range w {
		w[k] = 1 / float64(parts)
	}
	var (
		share     = make([]float64, rows*parts) // of a row, p_k over the largest
		tops      = 0.0                         // Σ n·log of the largest
		all       = 0.0                         // rows
		possible  = float64(parts)              // rows, and one for each part
		explained = make([]float64, parts)
	)
	for i := range rows {
		top := math.Inf(-1)
		for _, l := range logs {
			top = max(top, l[i])
		}
		all += n(i)
		if n(i) == 0 {
			continue
		}
		tops += n(i) * top
		if math.IsInf(top, -1) {
			continue
		}
		possible += n(i)
		for k, l := range logs {
			share[i*parts+k] = math.Exp(l[i] - top)
		}
	}
	for range mostIterations {
		for k := range explained {
			explained[k] = 1
		}
		for i := range rows {
			row := share[i*parts:][:parts]
			if sum := dot(w, row); sum > 0 {
				f := n(i) / sum
				for k, p := range row {
					explained[k] += f * w[k] * p
				}
			}
		}
		moved := 0.0
		for k, e := range explained {
			moved = max(moved, math.Abs(e/possible-w[k]))
			w[k] = e / possible
		}
		if moved < enough {
			break
		}
	}
	mean = tops
	for i := range rows {
		if sum := dot(w, share[i*parts:][:parts]); sum > 0 {
			mean += n(i) * math.Log(sum)
		}
	}
	return w, mean / all
}

func dot(w, p []float64) (sum float64) {
	for k, x := range p {
		sum += w[k] * x
	}
	return sum
}
