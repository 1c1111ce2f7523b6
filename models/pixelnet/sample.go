package pixelnet

import (
	"math"

	"github.com/seed-64d012fb/mimic/internal/simd"
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
func (l *law) draw(codes [][]uint16, logw []float64, pixels []uint8, first int64, k rng.Key) {
	n := len(codes[l.first])
	e := l.net.newEasel()
	for lo := 0; lo < n; lo += easelPictures {
		m := min(easelPictures, n-lo)
		for i := range m {
			e.streams[i] = k.Stream(first + int64(lo+i))
			e.canvases[i].clear()
			if l.prior != nil {
				e.labels[i] = l.drawLabel(e.streams[i].Float64())
			}
			if l.label >= 0 {
				codes[l.label][lo+i] = e.labels[i]
			}
		}
		clear(e.ink)
		clear(e.logw[:m])
		for j := range l.pixels() {
			given := uint8(free)
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

// drawLabel returns the label where the running sum of the prior exceeds u.
func (l *law) drawLabel(u float64) uint16 {
	last := 0
	for y, logp := range l.prior {
		if p := math.Exp(logp); p > 0 {
			last = y
			if u -= p; u < 0 {
				break
			}
		}
	}
	return uint16(last)
}

// pixel draws pixel j of the pictures on the easel and sets their codes.
func (l *law) pixel(e *easel, j int, given uint8, codes []uint16) {
	x, y := j%l.width, j/l.width
	n, v := l.net, &e.seeing
	judged := j >= len(l.known)
	if judged {
		v.sights, v.list = v.sights[:len(codes)], v.list[:0]
		for i := range codes {
			c := e.canvases[i]
			v.sights[i], v.list = c.look(x, y, c.placeOf(x, y), v.list)
			n.see(v, i, e.ink[i*n.hidden:][:n.hidden])
		}
		n.judge(v, e.labels...)
	}
	for i := range codes {
		ink := given == inked
		switch {
		case !judged:
			ink = l.known[j]
		case given == free:
			ink = e.streams[i].Float64() < probability(v.odds[i])
		default:
			e.logw[i] += logProb(v.odds[i], ink)
		}
		codes[i] = l.paper
		if ink {
			codes[i] = 1 - l.paper
			e.canvases[i].ink(x, y)
			simd.Add(e.ink[i*n.hidden:][:n.hidden], n.row(before, j, n.hidden))
		}
	}
}
