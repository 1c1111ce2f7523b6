package pixelnet

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// view is what some pixels see.
type view struct {
	sights []sight // [n]
	list   []int32 // offsets of ink, by sight
	tints  []int32 // rows of tint, as many; none where ink has one shade
}

func (v *view) clear() { v.sights, v.list, v.tints = v.sights[:0], v.list[:0], v.tints[:0] }

// add appends what the pixel in column x of line y of a canvas sees.
func (v *view) add(c *canvas, x, y, place int) {
	var s sight
	s, v.list = c.look(x, y, place, v.list)
	if c.tones != nil {
		v.tints = c.shade(&s, x, y, v.tints)
	}
	v.sights = append(v.sights, s)
}

// layers is what a network makes of a view.
type layers struct {
	common []float32 // [n][hidden] what the first layer has without the label
	first  []float32 // [n][hidden] the first layer
	second []float32 // [n][second] the second
	odds   []float32 // [n] log-odds of ink
	shades []float64 // [shades] as logShades sets them

	drop  *dropout // of a fit; nil else
	masks []uint16 // [n] that it has drawn
}

// sized returns x with length n, made anew only where it has not the room.
func sized(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n+n/4)[:n]
	}
	return x[:n]
}

// see sets row i of the common part of the first layer, given the sum of what ink
// before the pixel adds to it.
func (n *net) see(l *layers, v *view, i int, ink []float32) {
	s := &v.sights[i]
	h := l.common[i*n.hidden:][:n.hidden]
	copy(h, n.row(place, s.place, n.hidden))
	simd.Add(h, ink)
	simd.Gather(h, n.w[window], v.list[s.lo:s.hi])
	if n.shades() > 0 {
		simd.Gather(h, n.w[tint], v.tints[s.lo:s.hi])
	}
}

// judge sets the layers and the odds, of pixels with the given labels, one each,
// or the same for all.
func (n *net) judge(l *layers, v *view, labels ...uint16) {
	m := len(v.sights)
	l.first = sized(l.first, m*n.hidden)
	l.second = sized(l.second, m*n.second)
	l.odds = sized(l.odds, m)
	labelOf := func(i int) int { return int(labels[min(i, len(labels)-1)]) }

	common := l.common[:m*n.hidden]
	if n.classes > 0 {
		copy(l.first, common)
		common = l.first
		for i := range m {
			h := common[i*n.hidden:][:n.hidden]
			simd.Mul(h, n.row(classScale, labelOf(i), n.hidden))
			simd.Add(h, n.row(class, labelOf(i), n.hidden))
		}
	}
	simd.ReLU(l.first, common)
	if l.drop != nil {
		l.drop.apply(l.first, l.masks)
	}
	for i, s := range v.sights {
		z := l.second[i*n.second:][:n.second]
		copy(z, n.w[mixBias])
		simd.Add(z, n.row(near, s.near, n.second))
		if n.classes > 0 {
			simd.Add(z, n.row(classMix, labelOf(i), n.second))
		}
	}
	simd.AddMatMul(l.second, l.first, n.w[mix], m, n.hidden, n.second)
	simd.ReLU(l.second, l.second)
	for i, s := range v.sights {
		z := l.second[i*n.second:][:n.second]
		o := simd.Dot(n.w[out], z) + simd.Dot(n.row(outAt, s.place, n.second), z)
		o += n.w[outBias][s.place] + n.w[outWide][s.wide]
		if n.classes > 0 {
			at := n.classPlace(labelOf(i), s.place)
			o += n.w[classBias][at] + simd.Dot(n.row(classAt, at, n.second), z)
		}
		l.odds[i] = o
	}
}

// logTone returns the log-probability of a tone of pixel i, which judge has seen.
func (n *net) logTone(l *layers, v *view, i int, tone uint8) float64 {
	logp := logProb(l.odds[i], tone > 0)
	if tone > 0 && n.shades() > 0 {
		n.logShades(l, v, i)
		logp += l.shades[tone-1]
	}
	return logp
}

// logTones sets dst [levels] to the log-probabilities of all tones of pixel i.
func (n *net) logTones(dst []float64, l *layers, v *view, i int) {
	ink := logProb(l.odds[i], true)
	dst[0], dst[1] = logProb(l.odds[i], false), ink
	if n.shades() > 0 {
		n.logShades(l, v, i)
		for k, logp := range l.shades {
			dst[1+k] = ink + logp
		}
	}
}

// logProb returns the log-probability of ink at log-odds z, or of none.
func logProb(z float32, ink bool) float64 {
	if ink {
		z = -z
	}
	return -softplus(float64(z))
}

// softplus returns log(1 + e^z).
func softplus(z float64) float64 { return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }

// probability returns that of ink at log-odds z.
func probability(z float32) float64 { return 1 / (1 + math.Exp(-float64(z))) }
