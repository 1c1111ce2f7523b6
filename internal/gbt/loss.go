package gbt

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// gradient of the loss of one row by its raw prediction, and its second
// derivative.
type gradient struct{ g, h float32 }

// loss is one objective: how far raw predictions are from the target.
type loss interface {
	// base returns the best constant raw prediction of each output.
	base(rows []int32, weight func(i int32) float64) []float64
	// gradients sets dst [outputs] for row i, of weight 1.
	gradients(dst []gradient, raw []float64, i int32)
	// value returns the loss of row i, of weight 1.
	value(raw []float64, i int32) float64
	// link turns raw predictions into what is predicted.
	link(raw []float64)
	// maxStep bounds the Newton step of a leaf.
	maxStep() float64
}

// maxLogOdds bounds the Newton step of log-odds: in a leaf of a rare class the
// second derivative can all but vanish, and the step would be absurd.
const maxLogOdds = 5

func newLoss(y Target) loss {
	switch {
	case y.value != nil:
		return squared{y.value}
	case y.classes == 2:
		return logistic{y.class}
	}
	return softmax{y.class, y.classes}
}

// tiny keeps log-odds of absent classes, and steps of flat leaves, finite.
const tiny = 1e-9

type squared struct{ y []float64 }

func (l squared) base(rows []int32, weight func(int32) float64) []float64 {
	sum, mean := 0.0, 0.0
	for _, i := range rows {
		w := weight(i)
		sum += w
		mean += (l.y[i] - mean) * w / sum
	}
	return []float64{mean}
}

func (l squared) gradients(dst []gradient, raw []float64, i int32) {
	dst[0] = gradient{float32(raw[0] - l.y[i]), 1}
}

func (l squared) value(raw []float64, i int32) float64 {
	d := raw[0] - l.y[i]
	return d * d / 2
}

func (squared) link([]float64) {}

func (squared) maxStep() float64 { return math.Inf(1) }

type logistic struct{ y []int32 }

func (l logistic) base(rows []int32, weight func(int32) float64) []float64 {
	var n [2]float64
	for _, i := range rows {
		n[l.y[i]] += weight(i)
	}
	return []float64{math.Log((n[1] + tiny) / (n[0] + tiny))}
}

func (l logistic) gradients(dst []gradient, raw []float64, i int32) {
	p := sigmoid(raw[0])
	dst[0] = gradient{float32(p - float64(l.y[i])), float32(p * (1 - p))}
}

func (l logistic) value(raw []float64, i int32) float64 {
	z := raw[0]
	if l.y[i] == 1 {
		z = -z
	}
	// log(1+exp(z)) without overflow
	return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}

func (logistic) link(raw []float64) { raw[0] = sigmoid(raw[0]) }

func (logistic) maxStep() float64 { return maxLogOdds }

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

type softmax struct {
	y       []int32
	classes int
}

func (l softmax) base(rows []int32, weight func(int32) float64) []float64 {
	n := make([]float64, l.classes)
	total := 0.0
	for _, i := range rows {
		n[l.y[i]] += weight(i)
		total += weight(i)
	}
	for k := range n {
		n[k] = math.Log((n[k] + tiny) / (total + tiny))
	}
	return n
}

func (l softmax) gradients(dst []gradient, raw []float64, i int32) {
	z := floats.LogSumExp(raw)
	for k := range raw {
		p := math.Exp(raw[k] - z)
		g := p
		if int(l.y[i]) == k {
			g--
		}
		dst[k] = gradient{float32(g), float32(p * (1 - p))}
	}
}

func (l softmax) value(raw []float64, i int32) float64 {
	return floats.LogSumExp(raw) - raw[l.y[i]]
}

func (softmax) maxStep() float64 { return maxLogOdds }

func (softmax) link(raw []float64) {
	z := floats.LogSumExp(raw)
	for k := range raw {
		raw[k] = math.Exp(raw[k] - z)
	}
}
