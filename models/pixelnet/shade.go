package pixelnet

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/simd"
)

// remember adds what ink of a tone in a pixel adds to all pixels that come after it.
func (n *net) remember(ink []float32, pixel int, tone uint8) {
	simd.Add(ink, n.row(before, pixel, n.hidden))
	if shades := n.shades(); shades > 0 {
		simd.Add(ink, n.row(tintBefore, pixel*shades+int(tone)-1, n.hidden))
	}
}

// logShades sets l.shades to the log-probability of each shade of pixel i, which
// judge has seen, given that it has ink.
func (n *net) logShades(l *layers, v *view, i int) {
	s, z, shades := &v.sights[i], l.second[i*n.second:][:n.second], n.shades()
	l.shades = l.shades[:0]
	at, beside := n.row(shadeAt, s.place, shades), n.row(shadeBeside, s.beside, shades)
	for k := range shades {
		l.shades = append(l.shades, float64(simd.Dot(n.row(shade, k, n.second), z)+at[k]+beside[k]))
	}
	total := logSum(l.shades)
	for k := range l.shades {
		l.shades[k] -= total
	}
}

// learnShade adds the gradient of the loss of pixel i, which has ink of a tone, to
// g, and to that of its second layer, both times a weight; it returns the loss.
func (n *net) learnShade(g *descent.Gradient, second []float32, l *layers, v *view, i int, tone uint8, weight float32) float64 {
	s, z, own := &v.sights[i], l.second[i*n.second:][:n.second], int(tone)-1
	n.logShades(l, v, i)
	at, beside := g.Row(shadeAt, s.place), g.Row(shadeBeside, s.beside)
	for k, logp := range l.shades {
		e := float32(math.Exp(logp))
		if k == own {
			e--
		}
		e *= weight
		at[k] += e
		beside[k] += e
		simd.Axpy(e, z, g.Dense(shade)[k*n.second:][:n.second])
		simd.Axpy(e, n.row(shade, k, n.second), second)
	}
	return -float64(weight) * l.shades[own]
}
