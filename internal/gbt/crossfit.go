package gbt

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// CrossFitted holds the predictions of each row by a model that has not seen it.
type CrossFitted struct {
	Predictions [][]float64 // [outputs][n rows]; see Model.Predict
	Importance  []float64   // [d columns], see Model.Importance, over all folds
}

// Folds parts the rows of y into k folds of equal size at random, each class
// in equal parts. It returns the fold of each row [n rows].
func Folds(y Target, k int, seed uint64) []int32 {
	rows := len(y.class) + len(y.value)
	byClass := make([][]int32, max(y.classes, 1))
	for i := range rows {
		c := int32(0)
		if y.class != nil {
			c = y.class[i]
		}
		byClass[c] = append(byClass[c], int32(i))
	}
	key := rng.New(seed)
	folds := make([]int32, rows)
	dealt := 0
	for _, of := range byClass {
		for i := len(of) - 1; i > 0; i-- {
			j := int(key.Uint64(int64(dealt+i)) % uint64(i+1))
			of[i], of[j] = of[j], of[i]
		}
		for _, i := range of {
			folds[i] = int32(dealt % k)
			dealt++
		}
	}
	return folds
}

// CrossFit predicts every row by a model that is trained on the rows of all
// other folds. folds [n rows] holds fold numbers from 0 up.
func CrossFit(ctx context.Context, x *Binned, y Target, weight []float64, folds []int32, opt Options) (*CrossFitted, error) {
	if len(folds) != x.Rows {
		return nil, fmt.Errorf("%d fold numbers for %d rows", len(folds), x.Rows)
	}
	var members [][]int32
	for i, f := range folds {
		if f < 0 || int(f) >= len(folds) {
			return nil, fmt.Errorf("row %d: fold %d", i, f)
		}
		for int(f) >= len(members) {
			members = append(members, nil)
		}
		members[f] = append(members[f], int32(i))
	}
	r := &CrossFitted{Predictions: make([][]float64, y.Outputs())}
	for k := range r.Predictions {
		r.Predictions[k] = make([]float64, x.Rows)
	}
	gains := make([][]float64, len(members))
	// Folds side by side keep all workers busy, with none of the waiting that
	// columns side by side bring.
	inner := par.WithWorkers(ctx, max(1, par.Workers(ctx)/len(members)))
	err := par.Do(ctx, len(members), func(f int) error {
		w := make([]float64, x.Rows)
		for i := range w {
			switch {
			case int(folds[i]) == f:
			case weight == nil:
				w[i] = 1
			default:
				w[i] = weight[i]
			}
		}
		m, err := Train(inner, x, y, w, opt)
		if err != nil {
			return fmt.Errorf("without fold %d: %w", f, err)
		}
		m.predictRows(r.Predictions, x, members[f])
		gains[f] = m.gain
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := make([]float64, len(x.Columns))
	for _, gain := range gains {
		for j, g := range gain {
			total[j] += g
		}
	}
	r.Importance = shares(total)
	return r, nil
}
