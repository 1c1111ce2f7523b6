package gbt

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// booster is the state of training.
type booster struct {
	x       *Binned
	loss    loss
	outputs int
	rows    []int32 // trained on
	apart   []int32 // kept apart for early stopping
	weights []float64
	opt     Options

	raw  [][]float64  // [outputs][n rows] predictions so far
	grad [][]gradient // [outputs][n rows]
	grow grower
}

func newBooster(x *Binned, l loss, outputs int, rows, apart []int32, weights []float64, opt Options) *booster {
	b := &booster{x: x, loss: l, outputs: outputs, rows: rows, apart: apart, weights: weights, opt: opt}
	b.raw = make([][]float64, outputs)
	b.grad = make([][]gradient, outputs)
	for k := range outputs {
		b.raw[k] = make([]float64, x.Rows)
		b.grad[k] = make([]gradient, x.Rows)
	}
	b.grow.init(x, len(rows), opt)
	return b
}

func (b *booster) weight(i int32) float64 {
	if b.weights == nil {
		return 1
	}
	return b.weights[i]
}

func (b *booster) train(ctx context.Context) (*Model, error) {
	m := &Model{base: b.loss.base(b.rows, b.weight), gain: make([]float64, len(b.x.Columns)), link: b.loss.link}
	for k := range b.raw {
		for i := range b.raw[k] {
			b.raw[k][i] = m.base[k]
		}
	}
	best, bestRounds := b.apartLoss(), 0
	for round := range b.opt.Rounds {
		if err := b.gradients(ctx); err != nil {
			return nil, err
		}
		trees := make([]tree, b.outputs)
		for k := range trees {
			t, err := b.grow.tree(ctx, b.rows, b.grad[k], b.loss.maxStep(), m.gain)
			if err != nil {
				return nil, err
			}
			b.grow.addTo(b.raw[k])
			for _, i := range b.apart {
				b.raw[k][i] += t.value(b.x, i)
			}
			trees[k] = t
		}
		m.trees = append(m.trees, trees)
		if len(b.apart) == 0 {
			continue
		}
		if now := b.apartLoss(); now < best-1e-7 {
			best, bestRounds = now, round+1
		} else if round+1-bestRounds >= b.opt.Patience {
			break
		}
	}
	if len(b.apart) > 0 {
		m.trees = m.trees[:bestRounds]
	}
	return m, nil
}

// gradients fills b.grad for the rows that are trained on.
func (b *booster) gradients(ctx context.Context) error {
	const block = 8192
	return par.Do(ctx, (len(b.rows)+block-1)/block, func(t int) error {
		raw := make([]float64, b.outputs)
		g := make([]gradient, b.outputs)
		for _, i := range b.rows[t*block : min((t+1)*block, len(b.rows))] {
			for k := range raw {
				raw[k] = b.raw[k][i]
			}
			b.loss.gradients(g, raw, i)
			w := float32(b.weight(i))
			for k := range g {
				b.grad[k][i] = gradient{g[k].g * w, g[k].h * w}
			}
		}
		return nil
	})
}

// apartLoss returns the mean loss of the rows kept apart.
func (b *booster) apartLoss() float64 {
	raw := make([]float64, b.outputs)
	sum, total := 0.0, 0.0
	for _, i := range b.apart {
		for k := range raw {
			raw[k] = b.raw[k][i]
		}
		w := b.weight(i)
		sum += w * b.loss.value(raw, i)
		total += w
	}
	if total == 0 {
		return math.Inf(1)
	}
	return sum / total
}
