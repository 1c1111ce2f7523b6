package pixelnet

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// seeing is what some pixels see, and what the network makes of it.
type seeing struct {
	sights []sight   // [n]
	list   []int32   // offsets of ink, by sight
	tints  []int32   // rows of tint, as many; none where ink has one shade
	common []float32 // [n][hidden] what the first layer has without the label
	first  []float32 // [n][hidden] the first layer
	second []float32 // [n][second] the second
	odds   []float32 // [n] log-odds of ink
	shades []float64 // [shades] as logShades sets them

	drop   *dropout // of a fit; nil else
	stream *rng.Stream
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
func (n *net) see(v *seeing, i int, ink []float32) {
	s := &v.sights[i]
	h := v.common[i*n.hidden:][:n.hidden]
	copy(h, n.row(place, s.place, n.hidden))
	simd.Add(h, ink)
	simd.Gather(h, n.w[window], v.list[s.lo:s.hi])
	if n.shades() > 0 {
		simd.Gather(h, n.w[tint], v.tints[s.lo:s.hi])
	}
}

// judge sets the layers and the odds, of pixels with the given labels, one each,
// or the same for all.
func (n *net) judge(v *seeing, labels ...uint16) {
	m := len(v.sights)
	v.first = sized(v.first, m*n.hidden)
	v.second = sized(v.second, m*n.second)
	v.odds = sized(v.odds, m)
	labelOf := func(i int) int { return int(labels[min(i, len(labels)-1)]) }

	common := v.common[:m*n.hidden]
	if n.classes > 0 {
		copy(v.first, common)
		common = v.first
		for i := range m {
			simd.Add(common[i*n.hidden:][:n.hidden], n.row(class, labelOf(i), n.hidden))
		}
	}
	simd.ReLU(v.first, common)
	if v.drop != nil {
		v.drop.apply(v.first, v.stream)
	}
	for i, s := range v.sights {
		z := v.second[i*n.second:][:n.second]
		copy(z, n.w[mixBias])
		simd.Add(z, n.row(near, s.near, n.second))
		if n.classes > 0 {
			simd.Add(z, n.row(classMix, labelOf(i), n.second))
		}
	}
	simd.AddMatMul(v.second, v.first, n.w[mix], m, n.hidden, n.second)
	simd.ReLU(v.second, v.second)
	for i, s := range v.sights {
		z := v.second[i*n.second:][:n.second]
		o := simd.Dot(n.w[out], z) + simd.Dot(n.row(outAt, s.place, n.second), z)
		o += n.w[outBias][s.place] + n.w[outWide][s.wide]
		if n.classes > 0 {
			at := n.classPlace(labelOf(i), s.place)
			o += n.w[classBias][at] + simd.Dot(n.row(classAt, at, n.second), z)
		}
		v.odds[i] = o
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

// artist looks at pictures, one after the other.
type artist struct {
	canvas *canvas
	seeing seeing
	ink    []float32 // [hidden] sum of what the ink so far adds to the first layer
	inked  []bool    // [sights] whether the pixel has ink
	tones  []uint8   // [sights] its tone, where ink has several shades
	weight []float32 // [sights] how often it counts, in a fit
	slope  gradientScratch
}

// artist returns one who has nothing to do; put him back into the pool.
func (n *net) artist() *artist {
	if a, ok := n.pool.Get().(*artist); ok {
		return a
	}
	return n.newArtist()
}

func (n *net) newArtist() *artist {
	return &artist{canvas: newCanvas(&n.raster), ink: make([]float32, n.hidden)}
}

// sketch looks at picture i and sets what its pixels see, of all pixels, or of
// those that keep returns a weight for.
func (n *net) sketch(a *artist, p *pictures, i int, keep func(place int, ink bool) float32) {
	v := &a.seeing
	v.sights, v.list, v.tints = v.sights[:0], v.list[:0], v.tints[:0]
	a.inked, a.tones, a.weight = a.inked[:0], a.tones[:0], a.weight[:0]
	v.common = sized(v.common, n.pixels()*n.hidden)
	clear(a.ink)
	p.paint(a.canvas, i)
	for y := range n.height {
		for x := range n.width {
			pixel := y*n.width + x
			inked := p.inked(i, pixel)
			at, weight := a.canvas.placeOf(x, y), float32(1)
			if keep != nil {
				weight = keep(at, inked)
			}
			if weight > 0 {
				s, list := a.canvas.look(x, y, at, v.list)
				if p.tones != nil {
					v.tints = a.canvas.shade(&s, x, y, v.tints)
					a.tones = append(a.tones, p.tone(i, pixel))
				}
				v.sights, v.list = append(v.sights, s), list
				a.inked, a.weight = append(a.inked, inked), append(a.weight, weight)
				n.see(v, len(v.sights)-1, a.ink)
			}
			if inked {
				n.remember(a.ink, pixel, p.tone(i, pixel))
			}
		}
	}
}

// logProb returns the log-probability of the picture that was sketched, of the
// given label, but for that of its first pixels, as many as known.
func (n *net) logProb(a *artist, label uint16, known int) float64 {
	n.judge(&a.seeing, label)
	sum := 0.0
	for i, z := range a.seeing.odds {
		if a.seeing.sights[i].place%n.pixels() >= known {
			sum += logProb(z, a.inked[i])
			if a.inked[i] && a.tones != nil {
				n.logShades(&a.seeing, i)
				sum += a.seeing.shades[a.tones[i]-1]
			}
		}
	}
	return sum
}
