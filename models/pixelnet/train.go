package pixelnet

import (
	"context"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
)

// lanes is how many pictures of a batch can be learned from at a time.
const lanes = 4

// objective is the negative log-probability of pictures given their labels.
type objective struct {
	net         *net
	alone       *ensemble // of net
	train, held *pictures
	artists     [lanes]*artist
	scale       float64 // what a picture of weight one counts
	visits      rng.Key // of what is drawn when a picture is looked at
}

func newObjective(n *net, train, held *pictures, k rng.Key) *objective {
	o := &objective{net: n, alone: newEnsemble(n), train: train, held: held, scale: 1, visits: k}
	drop := newDropout(dropped, n.hidden, k.Child(0))
	for i := range o.artists {
		o.artists[i] = o.alone.newArtist()
		o.artists[i].layers[0].drop = drop
	}
	if train.weight != nil {
		o.scale = float64(train.n) / train.total()
	}
	return o
}

// Of the quiet pixels, the bulk of a picture, that have no ink, one of quietEvery
// is learned from, as if it were as many.
const quietEvery = 4

// Gradient implements descent.Objective.
func (o *objective) Gradient(g *descent.Gradient, lane int, examples []int, first int64) (loss float64) {
	n, a := o.net, o.artists[lane]
	n.prepare(&a.slope)
	pixels := n.pixels()
	for i, at := range examples {
		stream := o.visits.Stream(first + int64(i))
		a.layers[0].stream = stream
		var word uint64
		left := 0
		o.alone.sketch(a, o.train, at, func(place int, ink bool) float32 {
			if place < pixels || ink {
				return 1
			}
			if left == 0 {
				word, left = stream.Uint64(), 32
			}
			drawn := word % quietEvery
			word, left = word/quietEvery, left-1
			if drawn != 0 {
				return 0
			}
			return quietEvery
		})
		loss += n.learn(g, a, o.train.labelOf(at), float32(o.train.weightOf(at)*o.scale))
	}
	return loss
}

// Held implements descent.Objective.
func (o *objective) Held(ctx context.Context) (float64, error) { return o.alone.loss(ctx, o.held) }
