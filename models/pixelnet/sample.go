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
	ink      [][]float32 // [nets][pictures·hidden] sum of what the ink so far adds to the first layer
	labels   []uint16
	logw     []float64 // log-probability of the pixels that were given
	streams  []*rng.Stream
	pick     []int     // the net that draws the pixel
	u        []float64 // the number that it draws it by

	view   view
	shown  []int    // [sights] the picture of the pixel
	called []uint16 // [sights] its label
	layers []layers // [nets]
	logs   []float64
	tones  [][]float64 // [nets][levels]
}

func (l *law) newEasel() *easel {
	e := &easel{
		labels:  make([]uint16, easelPictures),
		logw:    make([]float64, easelPictures),
		streams: make([]*rng.Stream, easelPictures),
		pick:    make([]int, easelPictures),
		u:       make([]float64, easelPictures),
		layers:  make([]layers, len(l.nets)),
		logs:    make([]float64, len(l.nets)),
	}
	for range easelPictures {
		e.canvases = append(e.canvases, newCanvas(&l.form.raster))
	}
	for k, n := range l.nets {
		e.ink = append(e.ink, make([]float32, easelPictures*n.hidden))
		e.layers[k].common = make([]float32, easelPictures*n.hidden)
		e.tones = append(e.tones, make([]float64, l.levels))
	}
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
	e := l.newEasel()
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
		for k := range e.ink {
			clear(e.ink[k])
		}
		clear(e.logw[:m])
		for j := range l.pixels() {
			at := codes[l.first+j][lo : lo+m]
			switch {
			case j < len(l.known):
				for i := range at {
					l.put(e, i, j, l.known[j])
					at[i] = l.codeOf(l.known[j])
				}
			case pixels != nil && pixels[j] != l.free():
				l.drawWithin(e, j, pixels[j], at)
			default:
				l.drawFree(e, j, at)
			}
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

// put sets pixel j of picture i.
func (l *law) put(e *easel, i, j int, tone uint8) {
	if tone == 0 {
		return
	}
	e.canvases[i].ink(j%l.width, j/l.width, tone)
	for k, n := range l.nets {
		n.remember(e.ink[k][i*n.hidden:][:n.hidden], j, tone)
	}
}

// look sets the view to pixel j of the pictures that are shown.
func (l *law) look(e *easel, j int) {
	x, y := j%l.width, j/l.width
	e.view.clear()
	e.called = e.called[:0]
	for _, i := range e.shown {
		c := e.canvases[i]
		e.view.add(c, x, y, c.placeOf(x, y))
		e.called = append(e.called, e.labels[i])
	}
}

// judge has a net judge what it sees.
func (l *law) judge(e *easel, k int) {
	n := l.nets[k]
	for at, i := range e.shown {
		n.see(&e.layers[k], &e.view, at, e.ink[k][i*n.hidden:][:n.hidden])
	}
	n.judge(&e.layers[k], &e.view, e.called...)
}

// drawFree draws pixel j of the pictures on the easel and sets their codes. To draw
// from the mean of the networks is to draw from one of them that is picked at
// random, anew for each pixel.
func (l *law) drawFree(e *easel, j int, codes []uint16) {
	for i := range codes {
		u := e.streams[i].Float64() * float64(len(l.nets))
		e.pick[i] = min(int(u), len(l.nets)-1)
		e.u[i] = u - float64(e.pick[i])
	}
	for k, n := range l.nets {
		e.shown = e.shown[:0]
		for i := range codes {
			if e.pick[i] == k {
				e.shown = append(e.shown, i)
			}
		}
		if len(e.shown) == 0 {
			continue
		}
		l.look(e, j)
		l.judge(e, k)
		for at, i := range e.shown {
			tone := uint8(0)
			if e.u[i] < probability(e.layers[k].odds[at]) {
				tone = 1
				if l.shades() > 0 {
					n.logShades(&e.layers[k], &e.view, at)
					tone += uint8(drawLog(e.layers[k].shades, e.streams[i].Float64()))
				}
			}
			l.put(e, i, j, tone)
			codes[i] = l.codeOf(tone)
		}
	}
}

// drawWithin draws pixel j of the pictures among the tones of a set, and adds the
// logarithm of how probable the set was to the weights of the pictures.
func (l *law) drawWithin(e *easel, j int, given tones, codes []uint16) {
	e.shown = e.shown[:0]
	for i := range codes {
		e.shown = append(e.shown, i)
	}
	l.look(e, j)
	for k := range l.nets {
		l.judge(e, k)
	}
	all := make([]float64, l.levels) // log-probabilities
	for i := range codes {
		for k, n := range l.nets {
			n.logTones(e.tones[k], &e.layers[k], &e.view, i)
		}
		for tone := range all {
			all[tone] = math.Inf(-1)
			if given>>tone&1 != 0 {
				for k := range e.logs {
					e.logs[k] = e.tones[k][tone]
				}
				all[tone] = logMean(e.logs)
			}
		}
		sum := logSum(all)
		e.logw[i] += sum
		tone := uint8(bits.TrailingZeros16(uint16(given)))
		if !given.single() {
			for tone := range all {
				all[tone] -= sum
			}
			tone = uint8(drawLog(all, e.streams[i].Float64()))
		}
		l.put(e, i, j, tone)
		codes[i] = l.codeOf(tone)
	}
}
