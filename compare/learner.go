package compare

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/internal/logit"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/table"
)

// learner learns to predict a label from rows that have it. What it returns is
// log p(y | x) [levels][n rows] of test.
type learner func(ctx context.Context, train, test *table.Table) ([][]float64, error)

// generative learns all of a row, and predicts by Bayes' rule.
func generative(f mimic.Family, label string) learner {
	return func(ctx context.Context, train, test *table.Table) ([][]float64, error) {
		m, err := fit.Run(ctx, train, f, fit.Options{})
		if err != nil {
			return nil, err
		}
		p, err := predict.Run(ctx, m, test, predict.Options{Label: label})
		if err != nil {
			return nil, err
		}
		return p.LogP, nil
	}
}

// discriminative makes a learner of a classifier that knows the classes of its
// training rows alone. p is mixed with a uniform distribution that weighs as
// much as one more row, so that a level which those rows do not have, or have
// but by themselves, is not held impossible.
func discriminative(label int, classify func(ctx context.Context, train, test *table.Batch, fields []int, y []int32, classes int) ([][]float64, error)) learner {
	return func(ctx context.Context, train, test *table.Table) ([][]float64, error) {
		var fields []int
		for _, j := range train.Schema().Learned() {
			if j != label {
				fields = append(fields, j)
			}
		}
		levels := len(train.Schema().Fields[label].Levels)
		class, level := make([]int32, levels), []int{}
		y := make([]int32, train.Rows())
		for i, code := range train.All().Cols[label].Code {
			if class[code] == 0 {
				level = append(level, int(code))
				class[code] = int32(len(level))
			}
			y[i] = class[code] - 1
		}
		n := int(test.Rows())
		dst := make([][]float64, levels)
		floor := 1 / float64(levels) / float64(len(y)+1)
		for k := range dst {
			dst[k] = make([]float64, n)
			for i := range dst[k] {
				dst[k][i] = math.Log(floor)
			}
		}
		p := [][]float64{ones(n)}
		if len(level) > 1 {
			var err error
			if p, err = classify(ctx, train.All(), test.All(), fields, y, len(level)); err != nil {
				return nil, err
			}
		}
		for k := range p {
			for i, v := range p[k] {
				dst[level[k]][i] = math.Log(v*float64(len(y))/float64(len(y)+1) + floor)
			}
		}
		return dst, nil
	}
}

func ones(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 1
	}
	return x
}

// regression classifies by logistic regression, whose penalty is chosen.
func regression(ctx context.Context, train, test *table.Batch, fields []int, y []int32, classes int) ([][]float64, error) {
	m, _, err := logit.Choose(ctx, train, fields, y, classes, 0)
	return probabilities(m, err, test, classes)
}

// free is a penalty that does no more than keep weights finite where classes
// can be separated.
const free = 1e-3

// unpenalised classifies by logistic regression by maximum likelihood.
func unpenalised(ctx context.Context, train, test *table.Batch, fields []int, y []int32, classes int) ([][]float64, error) {
	m, err := logit.Fit(ctx, train, fields, y, classes, free)
	return probabilities(m, err, test, classes)
}

func probabilities(m *logit.Model, err error, test *table.Batch, classes int) ([][]float64, error) {
	if err != nil {
		return nil, err
	}
	p := square(classes, test.N)
	m.LogProb(p, test)
	for k := range p {
		for i, v := range p[k] {
			p[k][i] = math.Exp(v)
		}
	}
	return p, nil
}

// patience is how many rounds of boosting without a gain on rows kept apart end
// it, from so many rows on that a tenth of them says something.
const (
	patience = 10
	apartOf  = 200
)

// boosting classifies by boosted trees.
func boosting(ctx context.Context, train, test *table.Batch, fields []int, y []int32, classes int) ([][]float64, error) {
	binner, err := gbt.NewBinner(fields, train)
	if err != nil {
		return nil, err
	}
	opt := gbt.Options{}
	if len(y) >= apartOf {
		opt = gbt.Options{Rounds: 1000, Patience: patience}
	}
	m, err := gbt.Train(ctx, binner.Bin(train), gbt.Class(y, classes), nil, opt)
	if err != nil {
		return nil, err
	}
	p := square(m.Outputs(), test.N)
	m.Predict(p, binner.Bin(test))
	if classes == 2 {
		zero := make([]float64, test.N)
		for i, v := range p[0] {
			zero[i] = 1 - v
		}
		p = [][]float64{zero, p[0]}
	}
	return p, nil
}
