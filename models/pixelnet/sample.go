package pixelnet

import (
	"math"
	"math/bits"

	"github.com/seed-64d012fb/mimic/rng"
)

// easelPictures is the number of pictures that are drawn side by side, pixel by
// pixel.
const easelPictures = 64

// easel is where pictures are drawn.
type easel struct {
	canvases []*canvas
	ink      []float32 // [pictures][hidden] sum of what the ink so far adds to the first layer
	labels   []uint16
	logw     []float64 // log-probability of the pixels that were given
	streams  []*rng.Stream
	seeing   seeing
}

func (n *net) newEasel() *easel {
	e := &easel{
		ink:     make([]float32, easelPictures*n.hidden),
		labels:  make([]uint16, easelPictures),
		logw:    make([]float64, easelPictures),
		streams: make([]*rng.Stream, easelPictures),
	}
	for range easelPictures {
		e.canvases = append(e.canvases, newCanvas(&n.raster))
	}
	e.seeing.sights = make([]sight, easelPictures)
	e.seeing.common = make([]float32, easelPictures*n.hidden)
	return e
}

// Sample implements coded.Distribution: row i has stream i of the key.
func (l *law) Sample(codes [][]uint16, first int64, k rng.Key) {
	l.draw(codes, nil, nil, first, k)
}

// draw fills codes with rows first, first+1, … of the key's sequence. Pixels that
// are not free take what they are to be, and logw [n rows] gets the logarithm of
// how probable that was.
func (l *law) draw(codes [][]uint16, logw []float64, pixels []tones, first int64, k rng.Key) {
	n := len(codes[l.first])
	e := l.net.newEasel()
	for lo := 0; lo < n; lo += easelPictures {
		m := min(easelPictures, n-lo)
		for i := range m {
			e.streams[i] = k.Stream(first + int64(lo+i))
			e.canvases[i].clear()
			if l.prior != nil {
				e.labels[i] = uint16(drawLog(l.prior, e.streams[i].Float64()))
			}
			if l.label >= 0 {
				codes[l.label][lo+i] = e.labels[i]
			}
		}
		clear(e.ink)
		clear(e.logw[:m])
		for j := range l.pixels() {
			given := l.free()
			if pixels != nil {
				given = pixels[j]
			}
			l.pixel(e, j, given, codes[l.first+j][lo:lo+m])
		}
		if logw != nil {
			copy(logw[lo:], e.logw[:m])
		}
	}
}

// drawLog returns the place where the running sum of probabilities, given by their
// logarithms, exceeds u.
func drawLog(logs []float64, u float64) int {
	last := 0
	for k, logp := range logs {
		if p := math.Exp(logp); p > 0 {
			last = k
			if u -= p; u < 0 {
				break
			}
		}
	}
	return last
}

// pixel draws pixel j of the pictures on the easel and sets their codes.
func (l *law) pixel(e *easel, j int, given tones, codes []uint16) {
	x, y := j%l.width, j/l.width
	n, v := l.net, &e.seeing
	judged := j >= len(l.known)
	if judged {
		v.sights, v.list, v.tints = v.sights[:len(codes)], v.list[:0], v.tints[:0]
		for i := range codes {
			c := e.canvases[i]
			v.sights[i], v.list = c.look(x, y, c.placeOf(x, y), v.list)
			if n.shades() > 0 {
				v.tints = c.shade(&v.sights[i], x, y, v.tints)
			}
			n.see(v, i, e.ink[i*n.hidden:][:n.hidden])
		}
		n.judge(v, e.labels...)
	}
	for i := range codes {
		var tone uint8
		switch {
		case !judged:
			tone = l.known[j]
		case given == l.free():
			tone = l.drawTone(e, i)
		default:
			tone = l.drawWithin(e, i, given)
		}
		codes[i] = l.codeOf(tone)
		if tone > 0 {
			e.canvases[i].ink(x, y, tone)
			n.remember(e.ink[i*n.hidden:][:n.hidden], j, tone)
		}
	}
}

// drawTone draws the tone of a pixel of picture i.
func (l *law) drawTone(e *easel, i int) uint8 {
	v, s := &e.seeing, e.streams[i]
	switch {
	case s.Float64() >= probability(v.odds[i]):
		return 0
	case l.shades() == 0:
		return 1
	}
	l.net.logShades(v, i)
	return 1 + uint8(drawLog(v.shades, s.Float64()))
}

// drawWithin draws the tone of a pixel of picture i among those of a set, and adds
// the logarithm of how probable the set was to the weight of the picture.
func (l *law) drawWithin(e *easel, i int, given tones) uint8 {
	v := &e.seeing
	all := make([]float64, l.levels) // log-probabilities
	all[0], all[1] = logProb(v.odds[i], false), logProb(v.odds[i], true)
	if l.shades() > 0 {
		l.net.logShades(v, i)
		ink := all[1]
		for k, logp := range v.shades {
			all[1+k] = ink + logp
		}
	}
	for tone := range all {
		if given>>tone&1 == 0 {
			all[tone] = math.Inf(-1)
		}
	}
	sum := logSum(all)
	e.logw[i] += sum
	if given.single() {
		return uint8(bits.TrailingZeros16(uint16(given)))
	}
	for tone := range all {
		all[tone] -= sum
	}
	return uint8(drawLog(all, e.streams[i].Float64()))
}
