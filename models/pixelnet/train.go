package pixelnet

import (
	"context"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
)

// lanes is how many pictures of a batch can be learned from at a time.
const lanes = 4

// objective is the criterion of a fit on pictures.
type objective struct {
	criterion
	net         *net
	alone       *ensemble // of net
	train, held *pictures
	artists     [lanes]*artist
	scale       float64 // what a picture of weight one counts
	visits      rng.Key // of what is drawn when a picture is looked at
}

func newObjective(n *net, train, held *pictures, c criterion, k rng.Key) *objective {
	o := &objective{criterion: c, net: n, alone: newEnsemble(n), train: train, held: held, scale: 1, visits: k}
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

// Gradient implements descent.Objective.
func (o *objective) Gradient(g *descent.Gradient, lane int, examples []int, first int64) (loss float64) {
	n, a := o.net, o.artists[lane]
	n.prepare(&a.slope)
	for i, at := range examples {
		s := o.visits.Stream(first + int64(i))
		label, weight := o.train.labelOf(at), o.train.weightOf(at)*o.scale
		o.sketch(a, o.train, at, s)
		loss += n.learn(g, a, label, float32(weight))
		if o.lambda > 0 {
			o.sketch(a, o.moved(a, at, s), 0, s)
			loss += o.tell(g, a, label, float32(o.lambda*weight))
		}
	}
	return loss
}

// Of the quiet pixels, the bulk of a picture, that have no ink, one of quietEvery
// is learned from, as if it were as many.
const quietEvery = 4

// sketch has the artist look at picture i of p, and draws which quiet pixels count and
// what is dropped.
func (o *objective) sketch(a *artist, p *pictures, i int, s *rng.Stream) {
	pixels := o.net.pixels()
	var word uint64
	left := 0
	o.alone.sketch(a, p, i, func(place int, ink bool) float32 {
		if place < pixels || ink {
			return 1
		}
		if left == 0 {
			word, left = s.Uint64(), 32
		}
		drawn := word % quietEvery
		word, left = word/quietEvery, left-1
		if drawn != 0 {
			return 0
		}
		return quietEvery
	})
	l := &a.layers[0]
	l.masks = l.drop.draw(l.masks, len(a.tones), s)
}

// Held implements descent.Objective.
func (o *objective) Held(ctx context.Context) (float64, error) {
	return o.alone.loss(ctx, o.held, o.criterion)
}
