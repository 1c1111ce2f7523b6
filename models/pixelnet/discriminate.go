package pixelnet

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
)

// criterion says what a fit minimises: a picture's
//
//	-log p(x | y) - λT log q(y | x),  q(y | x) ∝ p(x, y)^(1/T),
//
// where q is Bayes' rule of the first law if T is 1. A label then has to lead by T times
// as many nats to count as told.
type criterion struct {
	lambda float64   // 0 where no label is to be told
	prior  []float64 // [classes] log p(y)
}

// temperature is T. Pixels that are wrong of a picture are so together: taken by themselves, as
// Bayes' rule takes them, they say too much, and a fit would rest content with too little.
const temperature = 3

// of returns -λT log q(y | x), given log p(x | k) for each label k.
func (c *criterion) of(logp []float64, y int) float64 {
	joint := make([]float64, len(logp))
	for k := range joint {
		joint[k] = (c.prior[k] + logp[k]) / temperature
	}
	return c.lambda * temperature * (logSum(joint) - joint[y])
}

const (
	// leastError is the least error of a label's probability that is learned from:
	// most pictures of a fit that is well under way have none, and cost no way back.
	leastError = .01
	// hopeless is how far behind, in nats, a label may be when a part of the picture
	// has been looked at: the rest is not asked of it. Its q is e^(-hopeless/T) of the
	// first's, and as a rule much less by the end.
	hopeless = 12
	// strip is the number of pixels that are asked of a label at a time.
	strip = 32
	// stride is how many strips further the next one is: so the first few are from
	// all over the picture.
	stride = 5
)

// tell adds the gradient of -T log q(label | picture), times a weight, to g, of the
// picture that was sketched, and returns the loss. With [k = y] for 1 where k is the
// label and 0 elsewhere it is
//
//	Σ_k (q(k | x) - [k = y]) times the gradient of log p(x | k).
func (o *objective) tell(g *descent.Gradient, a *artist, label uint16, weight float32) float64 {
	o.posterior(a, label)
	for k, logp := range a.posterior {
		e := math.Exp(logp)
		if k == int(label) {
			e--
		}
		if math.Abs(e) >= leastError {
			o.net.learn(g, a, uint16(k), -float32(e)*weight)
		}
	}
	return -float64(weight) * temperature * a.posterior[label]
}

// posterior sets a.posterior [classes] to log q(k | x) of the picture that was
// sketched, -Inf of labels that became hopeless on the way; the label itself is
// followed to the end.
func (o *objective) posterior(a *artist, label uint16) {
	n, all, part := o.net, &a.layers[0], &a.strip
	post := append(a.posterior[:0], o.prior...)
	strips := (len(a.tones) + strip - 1) / strip
	for s := range order(strips) {
		lo := s * strip
		hi := min(lo+strip, len(a.tones))
		part.common = all.common[lo*n.hidden : hi*n.hidden]
		part.drop, part.masks = all.drop, all.masks[lo:hi]
		v := view{a.view.sights[lo:hi], a.view.list, a.view.tints}
		least := slices.Max(post) - hopeless
		for k := range post {
			switch {
			case math.IsInf(post[k], -1):
				continue
			case post[k] < least && k != int(label):
				post[k] = math.Inf(-1)
				continue
			}
			n.judge(part, &v, uint16(k))
			for i := range v.sights {
				post[k] += float64(a.weight[lo+i]) * n.logTone(part, &v, i, a.tones[lo+i])
			}
		}
	}
	for k := range post {
		post[k] /= temperature
	}
	total := logSum(post)
	for k := range post {
		post[k] -= total
	}
	a.posterior = post
}

// order visits the numbers below n, each once, and early ones from all over.
func order(n int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for from := range min(n, stride) {
			for i := from; i < n; i += stride {
				if !yield(i) {
					return
				}
			}
		}
	}
}

// A picture whose label is to be told is moved first, by up to a part of its side in
// each direction: its label is the same, and learning it by heart is harder. The
// picture itself is learned as it is.
const nudge = 20

// moved returns picture i of the training pictures, moved at random.
func (o *objective) moved(a *artist, i int, s *rng.Stream) *pictures {
	g := &o.net.raster
	if a.moved == nil {
		a.moved = newPictures(g, 1)
	}
	by := func(side int) int {
		most := side / nudge
		return int(s.Uint64()%uint64(2*most+1)) - most
	}
	a.moved.move(o.train, i, by(g.width), by(g.height))
	return a.moved
}

// move sets the only picture to picture i of q, moved to the right and down.
func (p *pictures) move(q *pictures, i, right, down int) {
	clear(p.bits)
	clear(p.tones)
	g := p.raster
	for y := max(0, -down); y < min(g.height, g.height-down); y++ {
		for x := max(0, -right); x < min(g.width, g.width-right); x++ {
			p.put(0, (y+down)*g.width+x+right, q.tone(i, y*g.width+x))
		}
	}
}
