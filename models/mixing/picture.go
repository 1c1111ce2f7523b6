package mixing

import (
	"math"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
)

// picture is the model of a grey picture, pixel by pixel in raster order, and of
// a label beside it:
//
//	p(label) · ∏_i p(pixel i given the label and the pixels before i),
//
// where a pixel's value is told by planes: whether it is 0, and if not its bits,
// the most significant first, as far as the bits above leave them open. Whatever
// the planes answer, the probabilities of all values sum to one.
type picture struct {
	geometry
	pixels int       // position of the first pixel among the fields
	label  int       // that of the label, -1 for none
	labels []float64 // [codes], log-probabilities
	planes []*plane
	known  []uint8 // the values of the first pixels, where they are given
}

var _ coded.ChainLaw = (*picture)(nil)

// drawing is what reading or drawing pictures needs.
type drawing struct {
	*canvas
	surroundings
	x []float32
	p [mostCodes]float64
}

var drawings sync.Pool

func (m *picture) drawing() *drawing {
	d, _ := drawings.Get().(*drawing)
	if d == nil || d.width != m.width || d.height != m.height || d.levels != m.levels {
		d = &drawing{canvas: newCanvas(m.geometry)}
	}
	if n := m.planes[0].inputs; len(d.x) != n {
		d.x = make([]float32, n)
	}
	return d
}

// labelOf returns the label of a row as contexts see it, 0 without a label.
func (m *picture) labelOf(codes [][]uint16, row int) uint64 {
	if m.label < 0 {
		return 0
	}
	return uint64(codes[m.label][row])
}

// LogProb implements coded.Law.
func (m *picture) LogProb(dst []float64, codes [][]uint16) {
	d := m.drawing()
	defer drawings.Put(d)
	for i := range dst {
		dst[i] = 0
		if m.label >= 0 {
			dst[i] = m.labels[codes[m.label][i]]
		}
		label := m.labelOf(codes, i)
		d.begin()
		for y := range m.height {
			for x := range m.width {
				at := y*m.width + x
				value := int(codes[m.pixels+at][i])
				switch {
				case at >= len(m.known):
					d.look(d.canvas, x, y, label)
					dst[i] += m.logProb(d, value)
				case value != int(m.known[at]):
					dst[i] = math.Inf(-1)
				}
				d.put(x, y, value)
			}
		}
	}
}

// logProb returns the log-probability of a pixel's value in its surroundings.
func (m *picture) logProb(d *drawing, value int) float64 {
	log := 0.0
	for depth, p := range m.planes {
		prefix, yes := m.digit(value, depth)
		switch {
		case depth > 0 && value == 0:
			return log
		case !asks(depth, len(m.planes), m.levels, prefix):
			continue
		}
		ifYes, ifNo := logOdds(float64(p.answer(d.canvas, &d.surroundings, prefix, d.x)))
		if yes {
			log += ifYes
		} else {
			log += ifNo
		}
	}
	return log
}

// digit returns the answer of a value to the question of a depth, and the bits
// above, by which the question is known.
func (g *geometry) digit(value, depth int) (prefix int, yes bool) {
	if depth == 0 {
		return 0, value > 0
	}
	below := planesOf(g.levels) - 1 - depth
	return value >> (below + 1), value>>below&1 != 0
}

// Sample implements coded.Law.
func (m *picture) Sample(codes [][]uint16, first int64, k rng.Key) {
	m.SampleWithin(codes, nil, make([][]float64, len(codes)), first, k)
}

// SampleWithin implements coded.ChainLaw.
func (m *picture) SampleWithin(codes [][]uint16, logw []float64, share [][]float64, first int64, k rng.Key) {
	d := m.drawing()
	defer drawings.Put(d)
	only := make([]int, len(codes)) // the only code with a share, -1 where there are others
	for j := range only {
		only[j] = single(share[j])
	}
	known := 0.0 // log-probability of the pixels that no draw comes before
	for i := range codes[0] {
		u := k.Stream(first + int64(i))
		log, drawn := 0.0, false
		if m.label >= 0 {
			p := d.p[:0]
			for _, l := range m.labels {
				p = append(p, math.Exp(l))
			}
			code, mass := choose(p, share[m.label], u.Float64())
			codes[m.label][i], log = uint16(code), math.Log(mass)
			drawn = only[m.label] < 0
		}
		label := m.labelOf(codes, i)
		d.begin()
		for y := range m.height {
			for x := range m.width {
				j := m.pixels + y*m.width + x
				value := only[j]
				switch at := y*m.width + x; {
				case at < len(m.known):
					value = int(m.known[at])
					if share[j] != nil {
						log += math.Log(share[j][value])
					}
				case value >= 0 && !drawn && i > 0: // known has it
				case value >= 0:
					d.look(d.canvas, x, y, label)
					mass := m.logProb(d, value) + math.Log(share[j][value])
					if !drawn {
						known += mass
					} else {
						log += mass
					}
				case share[j] == nil:
					d.look(d.canvas, x, y, label)
					value, drawn = m.draw(d, u), true
				default:
					d.look(d.canvas, x, y, label)
					var mass float64
					value, mass = choose(m.distribution(d), share[j], u.Float64())
					log, drawn = log+math.Log(mass), true
				}
				codes[j][i] = uint16(value)
				d.put(x, y, value)
			}
		}
		if logw != nil {
			logw[i] = known + log
		}
	}
}

// single returns the only code with a share, -1 if there is none or another.
func single(share []float64) int {
	only := -1
	for c, s := range share {
		if s > 0 {
			if only >= 0 {
				return -1
			}
			only = c
		}
	}
	return only
}

// choose draws a code in proportion to p·share, a nil share being 1, and returns
// the sum of that. It changes p.
func choose(p, share []float64, u float64) (code int, sum float64) {
	for c := range p {
		if share != nil {
			p[c] *= share[c]
		}
		sum += p[c]
	}
	u *= sum
	for c, w := range p {
		if w > 0 {
			code = c
			if u -= w; u < 0 {
				break
			}
		}
	}
	return code, sum
}

// draw draws a pixel's value in its surroundings.
func (m *picture) draw(d *drawing, u *rng.Stream) int {
	value := 0
	for depth, p := range m.planes {
		bit := 0
		switch {
		case asks(depth, len(m.planes), m.levels, value):
			_, no := logOdds(float64(p.answer(d.canvas, &d.surroundings, value, d.x)))
			if u.Float64() >= math.Exp(no) {
				bit = 1
			}
		case !zeroOpen(depth, len(m.planes), value):
			bit = 1
		}
		if depth == 0 && bit == 0 {
			return 0
		}
		if depth > 0 {
			value = value<<1 | bit
		}
	}
	return value
}

// distribution returns the probabilities of all values of a pixel in its
// surroundings.
func (m *picture) distribution(d *drawing) []float64 {
	p := d.p[:m.levels]
	var divide func(depth, prefix int, mass float64)
	divide = func(depth, prefix int, mass float64) {
		if depth == len(m.planes) {
			p[prefix] = mass
			return
		}
		zero, one := 0.0, mass
		switch {
		case asks(depth, len(m.planes), m.levels, prefix):
			yes, no := logOdds(float64(m.planes[depth].answer(d.canvas, &d.surroundings, prefix, d.x)))
			zero, one = mass*math.Exp(no), mass*math.Exp(yes)
		case zeroOpen(depth, len(m.planes), prefix):
			zero, one = mass, 0
		}
		if depth == 0 {
			p[0] = zero
			divide(1, 0, one)
			return
		}
		if zero > 0 {
			divide(depth+1, 2*prefix, zero)
		}
		if one > 0 {
			divide(depth+1, 2*prefix+1, one)
		}
	}
	clear(p)
	divide(0, 0, 1)
	return p
}

// Parameters implements coded.Law: the weights, and the slots in use.
func (m *picture) Parameters() (n int64) {
	n = int64(max(0, len(m.labels)-1))
	for _, p := range m.planes {
		for _, w := range p.weights() {
			n += int64(len(w))
		}
		for c, slots := range p.slots {
			n += int64(len(p.logits[c]))
			for _, v := range slots {
				if v != 0 {
					n++
				}
			}
		}
	}
	return n
}
