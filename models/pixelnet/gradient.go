package pixelnet

import (
	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/simd"
)

// gradientScratch is what the way back through the network needs.
type gradientScratch struct {
	odds   []float32 // [n]
	second []float32 // [n][second]
	first  []float32 // [n][hidden]
	mix    []float32 // [second][hidden], the transpose of mix
	scaled []float32 // [hidden]
	after  []float32 // [hidden] sum over the pixels that come later
}

// prepare sets what does not depend on the picture.
func (n *net) prepare(b *gradientScratch) {
	b.mix = sized(b.mix, n.hidden*n.second)
	for i := range n.hidden {
		for j, w := range n.row(mix, i, n.second) {
			b.mix[j*n.hidden+i] = w
		}
	}
	b.after = sized(b.after, n.hidden)
}

// learn adds the gradient of the loss of the picture that was sketched for the net
// alone, times a weight, to g, and returns the loss.
func (n *net) learn(g *descent.Gradient, a *artist, label uint16, weight float32) float64 {
	v, l, b := &a.view, &a.layers[0], &a.slope
	m := len(v.sights)
	n.judge(l, v, label)
	b.odds = sized(b.odds, m)
	simd.Sigmoid(b.odds, l.odds)
	loss := 0.0
	for i, tone := range a.tones {
		w := a.weight[i] * weight
		loss -= float64(w) * logProb(l.odds[i], tone > 0)
		if tone > 0 {
			b.odds[i]--
		}
		b.odds[i] *= w
	}

	b.second = sized(b.second, m*n.second)
	for i, s := range v.sights {
		e, z, d := b.odds[i], l.second[i*n.second:][:n.second], b.second[i*n.second:][:n.second]
		g.Row(outBias, s.place)[0] += e
		g.Row(outWide, s.wide)[0] += e
		simd.Axpy(e, z, g.Dense(out))
		simd.Axpy(e, z, g.Row(outAt, s.place))
		copy(d, n.w[out])
		simd.Add(d, n.row(outAt, s.place, n.second))
		if n.classes > 0 {
			at := n.classPlace(int(label), s.place)
			simd.Add(d, n.row(classAt, at, n.second))
			simd.Axpy(e, z, g.Row(classAt, at))
			g.Row(classBias, at)[0] += e
		}
		simd.Scale(e, d)
		if tone := a.tones[i]; tone > 0 && n.shades() > 0 {
			loss += n.learnShade(g, d, l, v, i, tone, a.weight[i]*weight)
		}
		simd.ReLUGrad(d, z)
		simd.Add(g.Row(near, s.near), d)
		simd.Add(g.Dense(mixBias), d)
	}
	simd.AddMatMulT(g.Dense(mix), l.first, b.second, n.hidden, m, n.second)

	b.first = sized(b.first, m*n.hidden)
	clear(b.first)
	simd.AddMatMul(b.first, b.second, b.mix, m, n.second, n.hidden)
	simd.ReLUGrad(b.first, l.first[:m*n.hidden])
	if l.drop != nil {
		l.drop.back(b.first)
	}
	if n.classes > 0 {
		n.learnLabel(g, l, b, int(label), m)
	}
	for i, s := range v.sights {
		d := b.first[i*n.hidden:][:n.hidden]
		simd.Add(g.Row(place, s.place), d)
		simd.Scatter(g.Dense(window), d, v.list[s.lo:s.hi])
		if n.shades() > 0 {
			simd.Scatter(g.Dense(tint), d, v.tints[s.lo:s.hi])
		}
	}
	n.learnBefore(g, a)
	return loss
}

// learnLabel adds the gradient of what the label does to both layers of m pixels, and
// takes that of the first to what it has without the label.
func (n *net) learnLabel(g *descent.Gradient, l *layers, b *gradientScratch, label, m int) {
	scale, first := g.Dense(classScale)[label*n.hidden:][:n.hidden], g.Dense(class)[label*n.hidden:][:n.hidden]
	second := g.Dense(classMix)[label*n.second:][:n.second]
	b.scaled = sized(b.scaled, n.hidden)
	for i := range m {
		d := b.first[i*n.hidden:][:n.hidden]
		simd.Add(first, d)
		copy(b.scaled, d)
		simd.Mul(b.scaled, l.common[i*n.hidden:][:n.hidden])
		simd.Add(scale, b.scaled)
		simd.Mul(d, n.row(classScale, label, n.hidden))
		simd.Add(second, b.second[i*n.second:][:n.second])
	}
}

// learnBefore adds the gradient of what ink adds to all pixels that come after it:
// a sum from the last pixel back.
func (n *net) learnBefore(g *descent.Gradient, a *artist) {
	v, b := &a.view, &a.slope
	clear(b.after)
	i := len(v.sights) - 1
	for pixel := n.pixels() - 1; pixel >= 0; pixel-- {
		if a.canvas.inked(pixel%n.width, pixel/n.width) {
			simd.Add(g.Row(before, pixel), b.after)
			if shades := n.shades(); shades > 0 {
				tone := a.canvas.tone(pixel%n.width, pixel/n.width)
				simd.Add(g.Row(tintBefore, pixel*shades+int(tone)-1), b.after)
			}
		}
		if i >= 0 && v.sights[i].place%n.pixels() == pixel {
			simd.Add(b.after, b.first[i*n.hidden:][:n.hidden])
			i--
		}
	}
}
