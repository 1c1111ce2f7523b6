package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/internal/par"
)

// stretch is the number of rows that a task evaluates.
const stretch = 2048

// eachStretch calls f for stretches of the rows of d, in parallel, with the
// codes of their rows.
func eachStretch(ctx context.Context, d *coded.Data, f func(lo, hi int, codes [][]uint16)) error {
	return par.Do(ctx, (d.N+stretch-1)/stretch, func(t int) error {
		lo, hi := t*stretch, min((t+1)*stretch, d.N)
		view := make([][]uint16, len(d.Codes))
		for j := range view {
			view[j] = d.Codes[j][lo:hi]
		}
		f(lo, hi, view)
		return nil
	})
}

// posteriors sets post [nets][rows] to the probability of each net given the row,
// and logP [rows] to the log-probability of the row, for the rows of d.
func (m *Mixture) posteriors(ctx context.Context, post [][]float64, logP []float64, d *coded.Data) error {
	return eachStretch(ctx, d, func(lo, hi int, codes [][]uint16) {
		own := mixPool.Get().(*mixScratch)
		defer mixPool.Put(own)
		m.each(hi-lo, codes, own, func(from int, logs [][]float64) {
			from += lo
			logsum.Columns(logP[from:from+len(logs[0])], logs)
			for k, l := range logs {
				for i, x := range l {
					post[k][from+i] = math.Exp(x - logP[from+i])
				}
			}
		})
	})
}

// LogProbs returns the log-probability of each row of d.
func (m *Mixture) LogProbs(ctx context.Context, d *coded.Data) ([]float64, error) {
	logP := make([]float64, d.N)
	return logP, eachStretch(ctx, d, func(lo, hi int, codes [][]uint16) { m.LogProb(logP[lo:hi], codes) })
}

// MeanLogProb returns the mean log-probability of the rows of d.
func (m *Mixture) MeanLogProb(ctx context.Context, d *coded.Data) (float64, error) {
	logP, err := m.LogProbs(ctx, d)
	sum := 0.0
	for i, x := range logP {
		sum += d.WeightOf(i) * x
	}
	return sum / d.Total(), err
}
