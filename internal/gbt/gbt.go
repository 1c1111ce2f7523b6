// Package gbt trains gradient-boosted trees on histograms: the classifier of
// the two-sample test, and the learner of train-on-synthetic, test-on-real.
//
// A model is a sum of trees, each grown leaf by leaf on the gradient of a loss
// (logistic, softmax or squared error) over predictors in at most 256 bins.
// Trees split numbers at a threshold, categories into two sets ordered by
// their gradient, and send missing values the way that lowered the loss.
// Results are the same bits for any number of workers.
//
// Cost: rounds × rows × columns × log2(leaves)/2 histogram updates.
//
// Reference: Friedman (2001), Greedy function approximation: a gradient
// boosting machine; Ke et al. (2017), LightGBM. Defaults are those of
// scikit-learn's HistGradientBoostingClassifier, against which it is tested.
package gbt

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/rng"
)

// Options of training; the zero value is a good default.
type Options struct {
	Rounds       int     // trees for each output; 0 means 100
	LearningRate float64 // shrinkage of each tree; 0 means 0.1
	Leaves       int     // leaves of a tree at most; 0 means 31
	MinLeaf      int     // rows of a leaf at least; 0 means 20
	L2           float64 // ridge penalty of leaf values

	// Patience stops training when so many rounds have not lowered the loss on
	// a tenth of the rows, kept apart, and keeps the rounds up to the best; 0
	// trains all rounds on all rows.
	Patience int
	Seed     uint64 // chooses the rows kept apart
}

func (o Options) withDefaults() Options {
	if o.Rounds == 0 {
		o.Rounds = 100
	}
	if o.LearningRate == 0 {
		o.LearningRate = 0.1
	}
	if o.Leaves == 0 {
		o.Leaves = 31
	}
	if o.MinLeaf == 0 {
		o.MinLeaf = 20
	}
	return o
}

// Target is what is predicted: a class or a number for each row.
type Target struct {
	class   []int32
	classes int
	value   []float64
}

// Class is the target of classification: y [n rows] holds 0 … classes-1.
func Class(y []int32, classes int) Target { return Target{class: y, classes: classes} }

// Value is the target of regression under squared error.
func Value(y []float64) Target { return Target{value: y} }

// Outputs returns the number of values that a prediction has: 1 for a number
// and for two classes (the probability of class 1), else one for each class.
func (y Target) Outputs() int {
	if y.classes > 2 {
		return y.classes
	}
	return 1
}

func (y Target) validate(rows int) error {
	if len(y.class)+len(y.value) != rows {
		return fmt.Errorf("%d targets for %d rows", len(y.class)+len(y.value), rows)
	}
	if y.value == nil && y.classes < 2 {
		return fmt.Errorf("%d classes: at least 2 are needed", y.classes)
	}
	for i, k := range y.class {
		if k < 0 || int(k) >= y.classes {
			return fmt.Errorf("row %d: class %d is not in 0 … %d", i, k, y.classes-1)
		}
	}
	for i, v := range y.value {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("row %d: target %v is not a finite number", i, v)
		}
	}
	return nil
}

// Model is a trained sum of trees. It is immutable and safe for concurrent use.
type Model struct {
	base  []float64 // prediction before the first tree, of each output
	trees [][]tree  // [rounds][outputs]
	gain  []float64 // loss taken away by the splits of each column
	link  func(raw []float64)
}

// Importance returns the share of the loss reduction that is due to the splits
// of each column [d columns]; the shares sum to 1, or are all 0 when no tree
// has a split.
func (m *Model) Importance() []float64 { return shares(m.gain) }

func shares(gain []float64) []float64 {
	total := 0.0
	for _, g := range gain {
		total += g
	}
	s := make([]float64, len(gain))
	if total > 0 {
		for j, g := range gain {
			s[j] = g / total
		}
	}
	return s
}

// Rounds returns the number of rounds that the model keeps.
func (m *Model) Rounds() int { return len(m.trees) }

// Train fits a model to the rows of x. weight [n rows] counts rows, a row of
// weight 0 being absent; nil means once each.
func Train(ctx context.Context, x *Binned, y Target, weight []float64, opt Options) (*Model, error) {
	opt = opt.withDefaults()
	if err := y.validate(x.Rows); err != nil {
		return nil, err
	}
	if weight != nil && len(weight) != x.Rows {
		return nil, fmt.Errorf("%d weights for %d rows", len(weight), x.Rows)
	}
	keep := rng.New(opt.Seed)
	var rows, apart []int32
	for i := range x.Rows {
		switch {
		case weight != nil && !(weight[i] > 0):
			if weight[i] != 0 {
				return nil, fmt.Errorf("row %d: weight %v is not a finite number from 0 up", i, weight[i])
			}
		case opt.Patience > 0 && keep.Float64(int64(i)) < 0.1:
			apart = append(apart, int32(i))
		default:
			rows = append(rows, int32(i))
		}
	}
	if len(rows) == 0 {
		return nil, errors.New("no rows to train on")
	}
	b := newBooster(x, newLoss(y), y.Outputs(), rows, apart, weight, opt)
	return b.train(ctx)
}

// Predict sets dst [outputs][n rows] to the predictions for the rows of x,
// whose columns are those of the training: the probability of class 1 of two,
// of each class of more, or the expected number.
func (m *Model) Predict(dst [][]float64, x *Binned) {
	rows := make([]int32, x.Rows)
	for i := range rows {
		rows[i] = int32(i)
	}
	m.predictRows(dst, x, rows)
}

// predictRows sets the given rows of dst alone.
func (m *Model) predictRows(dst [][]float64, x *Binned, rows []int32) {
	raw := make([]float64, len(m.base))
	for _, i := range rows {
		copy(raw, m.base)
		for _, round := range m.trees {
			for k := range round {
				raw[k] += round[k].value(x, i)
			}
		}
		m.link(raw)
		for k, v := range raw {
			dst[k][i] = v
		}
	}
}

// Outputs returns the number of values that a prediction has.
func (m *Model) Outputs() int { return len(m.base) }
