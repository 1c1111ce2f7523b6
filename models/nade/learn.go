package nade

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// rows are a dataset as a network sees it: active units, row after row.
type rows struct {
	active []int32
	first  []int     // [rows + 1] of active
	weight []float32 // [rows], mean 1
	mean   float64   // of the weights before that
}

func (n *network) rowsOf(d *coded.Data) *rows {
	r := &rows{first: make([]int, 1, d.N+1), weight: make([]float32, d.N), mean: d.Total() / float64(d.N)}
	for i := range d.N {
		r.active = n.active(r.active, d.Codes, i)
		r.first = append(r.first, len(r.active))
		r.weight[i] = float32(d.WeightOf(i) / r.mean)
	}
	return r
}

func (r *rows) n() int { return len(r.weight) }

func (r *rows) of(i int) []int32 { return r.active[r.first[i]:r.first[i+1]] }

// gradient is where one lane adds the gradient of a row to.
type gradient struct {
	w       func(unit int) []float32
	v, b, c []float32
}

// objective is the loss of a network on rows, for package descent.
type objective struct {
	*network
	train, valid *rows      // valid may be nil
	dropout      *dropout   // nil for none
	key          rng.Key    // of dropout
	scratch      []*scratch // [lanes]
}

// tensors returns the parameters in the order in which laneOf finds their
// gradients.
func (n *network) tensors() []*descent.Tensor {
	return []*descent.Tensor{{W: n.w}, {W: n.v}, {W: n.b}, {W: n.c}}
}

func (n *network) laneOf(g *descent.Gradient) *gradient {
	w := g.Dense(0)
	return &gradient{
		w: func(u int) []float32 { return w[u*n.hidden:][:n.hidden] },
		v: g.Dense(1), b: g.Dense(2), c: g.Dense(3),
	}
}

// Gradient implements descent.Objective.
func (o *objective) Gradient(g *descent.Gradient, lane int, examples []int, first int64) (loss float64) {
	s, to := o.scratch[lane], o.laneOf(g)
	for k, i := range examples {
		var mask []float32
		if o.dropout != nil {
			mask = s.mask
			o.dropout.mask(mask, s.words, o.key, first+int64(k))
		}
		active := o.train.of(i)
		o.forward(s, active, mask)
		o.exponentials(s)
		w := o.train.weight[i]
		loss -= float64(w) * o.logProb(s, active)
		o.errors(s, active, w)
		o.backward(to, s, active, mask)
	}
	return loss
}

// dropout is what a hidden unit is multiplied by for each value of a random
// byte: 0 for a share of them, and for the others what makes the mean 1.
type dropout [256]float32

func newDropout(share float64) *dropout {
	d := new(dropout)
	zeros := int(math.Round(share * 256))
	for b := zeros; b < 256; b++ {
		d[b] = 256 / float32(256-zeros)
	}
	return d
}

// mask sets dst to the mask of a visit. words is scratch memory of an eighth of
// dst's length, rounded up.
func (d *dropout) mask(dst []float32, words []uint64, key rng.Key, visit int64) {
	key.Uint64s(words, visit*int64(len(words)))
	for i := range dst {
		dst[i] = d[uint8(words[i>>3]>>(i&7*8))]
	}
}

// heldBlock is how many rows of validation are one task.
const heldBlock = 512

// Held implements descent.Objective: nats per row of validation.
func (o *objective) Held(ctx context.Context) (float64, error) {
	if o.valid == nil {
		return math.NaN(), nil
	}
	blocks := (o.valid.n() + heldBlock - 1) / heldBlock
	sums := make([]float64, blocks)
	scratches := make([]*scratch, par.Workers(ctx))
	err := par.DoWorker(ctx, blocks, func(worker, k int) error {
		s := scratches[worker]
		if s == nil {
			s = newScratch(o.network)
			scratches[worker] = s
		}
		for i := k * heldBlock; i < min((k+1)*heldBlock, o.valid.n()); i++ {
			o.forward(s, o.valid.of(i), nil)
			o.exponentials(s)
			sums[k] -= float64(o.valid.weight[i]) * o.logProb(s, o.valid.of(i))
		}
		return nil
	})
	sum := 0.0
	for _, x := range sums {
		sum += x
	}
	return sum / float64(o.valid.n()), err
}
