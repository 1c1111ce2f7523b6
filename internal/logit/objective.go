package logit

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// objective is what a fit minimises: the mean over the rows of −log p(y | x) and
// of the penalty. The optimiser asks for value and gradient at one point after
// the other, so both are found in one pass.
type objective struct {
	ctx     context.Context
	m       *Model
	z       *rows
	y       []int32
	penalty float64

	at    []float64 // where it was evaluated last
	loss  float64
	grad  []float64
	parts [parts]part
}

// parts is into how many parts the rows are cut for a sum: fixed, so that the
// sum does not depend on the workers.
const parts = 16

type part struct {
	loss  float64
	grad  []float64
	score []float64
}

func newObjective(ctx context.Context, m *Model, z *rows, y []int32, penalty float64) *objective {
	o := &objective{ctx: ctx, m: m, z: z, y: y, penalty: penalty, grad: make([]float64, len(m.w))}
	for p := range o.parts {
		o.parts[p].grad = make([]float64, len(m.w))
		o.parts[p].score = make([]float64, m.classes)
	}
	return o
}

func (o *objective) status() (optimize.Status, error) {
	if err := o.ctx.Err(); err != nil {
		return optimize.Failure, err
	}
	return optimize.NotTerminated, nil
}

func (o *objective) value(w []float64) float64 {
	o.evaluate(w)
	return o.loss
}

func (o *objective) gradient(dst, w []float64) {
	o.evaluate(w)
	copy(dst, o.grad)
}

func (o *objective) evaluate(w []float64) {
	if o.at != nil && slices.Equal(o.at, w) {
		return
	}
	o.at = append(o.at[:0], w...)
	n := len(o.y)
	// An error is the context's, which status reports.
	_ = par.Do(o.ctx, parts, func(k int) error {
		p := &o.parts[k]
		p.loss = 0
		clear(p.grad)
		for i := k * n / parts; i < (k+1)*n/parts; i++ {
			p.loss += o.row(p, w, i)
		}
		return nil
	})
	o.loss = 0
	clear(o.grad)
	for k := range o.parts {
		o.loss += o.parts[k].loss
		for at, g := range o.parts[k].grad {
			o.grad[at] += g
		}
	}
	width := o.m.design.width
	for at, v := range w {
		if at%width != width-1 {
			o.loss += o.penalty * v * v / 2
			o.grad[at] += o.penalty * v
		}
	}
	scale := 1 / float64(max(n, 1))
	o.loss *= scale
	for at := range o.grad {
		o.grad[at] *= scale
	}
}

// row adds the gradient of −log p(y | x) of row i to that of the part and
// returns its value.
func (o *objective) row(p *part, w []float64, i int) float64 {
	o.m.scores(p.score, w, o.z, i)
	total := floats.LogSumExp(p.score)
	own, width := int(o.y[i]), o.m.design.width
	for k := range o.m.vectors() {
		y := k
		if o.m.classes == 2 {
			y = 1
		}
		d := math.Exp(p.score[y] - total)
		if y == own {
			d--
		}
		o.z.addTo(p.grad[k*width:(k+1)*width], d, i)
	}
	return total - p.score[own]
}
