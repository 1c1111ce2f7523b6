// Package logit is multinomial logistic regression, the discriminative yardstick
// of the generative rungs:
//
//	p(y | x) ∝ exp(b_y + w_y·z(x)),
//
// where z has, of a number, its value standardised by the training rows, and of
// levels an indicator each; a missing number has z = 0 and an indicator of its
// own, a missing level an indicator.
//
// Fit minimises Σ_rows −log p(y | x) + ½λ‖w‖², which is convex, by L-BFGS: the
// posterior mode under a normal prior of variance 1/λ on each weight.
// Intercepts are free. Two classes have one vector of weights. Choose finds λ on
// rows that the weights have not seen.
//
// Cost: O(rows·(numbers + coded fields)·classes) an iteration. Results are the
// same bits for any number of workers.
//
// Reference: Hastie, Tibshirani & Friedman (2009), The elements of statistical
// learning, section 4.4.
package logit

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"github.com/seed-64d012fb/mimic/table"
)

// Model is a fitted regression. It is immutable.
type Model struct {
	design  design
	classes int
	w       []float64 // [vectors × width], the intercept last in each
}

// mostWeights bounds the memory of a fit.
const mostWeights = 1 << 22

// Fit fits the regression of y [n rows], in 0 … classes-1, on the given fields
// of the rows of b, with the penalty λ > 0. Weights of rows are not looked at.
func Fit(ctx context.Context, b *table.Batch, fields []int, y []int32, classes int, penalty float64) (*Model, error) {
	m, err := newModel(b, fields, y, classes)
	if err != nil {
		return nil, err
	}
	z := m.design.rows(b)
	return m, m.minimise(ctx, &z, y, penalty, enough)
}

// tolerance says where a fit ends: at a derivative of the mean loss by any
// weight, or where five iterations in a row gain less than a share of it.
type tolerance struct{ gradient, gain float64 }

var enough = tolerance{gradient: 1e-6, gain: 1e-8}

func newModel(b *table.Batch, fields []int, y []int32, classes int) (*Model, error) {
	if classes < 2 {
		return nil, fmt.Errorf("%d classes: at least 2 are needed", classes)
	}
	if len(y) != b.N {
		return nil, fmt.Errorf("%d classes of %d rows", len(y), b.N)
	}
	for i, k := range y {
		if k < 0 || int(k) >= classes {
			return nil, fmt.Errorf("row %d: class %d is not in 0 … %d", i, k, classes-1)
		}
	}
	m := &Model{design: newDesign(b, fields), classes: classes}
	if m.design.width > mostWeights/m.vectors() {
		return nil, fmt.Errorf("logistic regression of %d vectors of %d weights: %d weights are the limit", m.vectors(), m.design.width, mostWeights)
	}
	m.w = make([]float64, m.vectors()*m.design.width)
	return m, nil
}

// minimise sets the weights to those of the least penalised loss, from those
// that the model has.
func (m *Model) minimise(ctx context.Context, z *rows, y []int32, penalty float64, tol tolerance) error {
	if !(penalty > 0) || math.IsInf(penalty, 1) {
		return fmt.Errorf("penalty %v: a finite number above 0", penalty)
	}
	o := newObjective(ctx, m, z, y, penalty)
	result, err := optimize.Minimize(
		optimize.Problem{Func: o.value, Grad: o.gradient, Status: o.status},
		m.w,
		&optimize.Settings{
			GradientThreshold: tol.gradient,
			MajorIterations:   2000,
			Converger:         &optimize.FunctionConverge{Relative: tol.gain, Iterations: 5},
		},
		&optimize.LBFGS{Store: 10},
	)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	// A search line that finds nothing better ends at the minimum, to the
	// rounding of the sum; the weights so far are then the answer.
	if err != nil && (result == nil || !errors.Is(err, optimize.ErrLinesearcherFailure) && !errors.Is(err, optimize.ErrLinesearcherBound)) {
		return fmt.Errorf("logistic regression: %w", err)
	}
	m.w = result.X
	return nil
}

// vectors returns the number of weight vectors: the first of two classes has
// weight 0.
func (m *Model) vectors() int {
	if m.classes == 2 {
		return 1
	}
	return m.classes
}

// LogProb sets dst [classes][n rows] to log p(y | x) of the rows of b.
func (m *Model) LogProb(dst [][]float64, b *table.Batch) {
	z := m.design.rows(b)
	score := make([]float64, m.classes)
	for i := range b.N {
		m.scores(score, m.w, &z, i)
		total := floats.LogSumExp(score)
		for y, s := range score {
			dst[y][i] = s - total
		}
	}
}

// scores sets dst [classes] to b_y + w_y·z of row i.
func (m *Model) scores(dst, w []float64, z *rows, i int) {
	width := m.design.width
	if m.classes == 2 {
		dst[0], dst[1] = 0, z.dot(w, i)
		return
	}
	for y := range dst {
		dst[y] = z.dot(w[y*width:(y+1)*width], i)
	}
}
