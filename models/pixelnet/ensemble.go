package pixelnet

import (
	"context"
	"math"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// ensemble is some networks of one form. A tone of a pixel, given those before it,
// has the mean of the probabilities that they give it.
type ensemble struct {
	raster *raster
	nets   []*net
	pool   sync.Pool // of artists
}

func newEnsemble(nets ...*net) *ensemble { return &ensemble{raster: &nets[0].raster, nets: nets} }

// artist looks at pictures, one after the other.
type artist struct {
	canvas *canvas
	view   view
	tones  []uint8     // [sights]
	weight []float32   // [sights] how often it counts, in a fit
	layers []layers    // [nets]
	ink    [][]float32 // [nets][hidden] sum of what the ink so far adds to the first layer
	logs   []float64   // [nets]
	slope  gradientScratch

	// Of labels that are to be told:
	moved     *pictures
	strip     layers
	posterior []float64 // [classes]
}

// artist returns one who has nothing to do; put him back into the pool.
func (e *ensemble) artist() *artist {
	if a, ok := e.pool.Get().(*artist); ok {
		return a
	}
	return e.newArtist()
}

func (e *ensemble) newArtist() *artist {
	a := &artist{canvas: newCanvas(e.raster), layers: make([]layers, len(e.nets)), logs: make([]float64, len(e.nets))}
	for _, n := range e.nets {
		a.ink = append(a.ink, make([]float32, n.hidden))
	}
	return a
}

// sketch looks at picture i and sets what its pixels see, of all pixels, or of
// those that keep returns a weight for.
func (e *ensemble) sketch(a *artist, p *pictures, i int, keep func(place int, ink bool) float32) {
	a.view.clear()
	a.tones, a.weight = a.tones[:0], a.weight[:0]
	for k, n := range e.nets {
		a.layers[k].common = sized(a.layers[k].common, e.raster.pixels()*n.hidden)
		clear(a.ink[k])
	}
	p.paint(a.canvas, i)
	for y := range e.raster.height {
		for x := range e.raster.width {
			pixel := y*e.raster.width + x
			tone := p.tone(i, pixel)
			at, weight := a.canvas.placeOf(x, y), float32(1)
			if keep != nil {
				weight = keep(at, tone > 0)
			}
			if weight > 0 {
				a.view.add(a.canvas, x, y, at)
				a.tones, a.weight = append(a.tones, tone), append(a.weight, weight)
				for k, n := range e.nets {
					n.see(&a.layers[k], &a.view, len(a.tones)-1, a.ink[k])
				}
			}
			if tone > 0 {
				for k, n := range e.nets {
					n.remember(a.ink[k], pixel, tone)
				}
			}
		}
	}
}

// logProb returns the log-probability of the picture that was sketched, of the
// given label, but for that of its first pixels, as many as known.
func (e *ensemble) logProb(a *artist, label uint16, known int) float64 {
	for k, n := range e.nets {
		n.judge(&a.layers[k], &a.view, label)
	}
	sum := 0.0
	for i, tone := range a.tones {
		if a.view.sights[i].place%e.raster.pixels() < known {
			continue
		}
		for k, n := range e.nets {
			a.logs[k] = n.logTone(&a.layers[k], &a.view, i, tone)
		}
		sum += logMean(a.logs)
	}
	return sum
}

// logMean returns the logarithm of the mean of e^x.
func logMean(x []float64) float64 { return logSum(x) - math.Log(float64(len(x))) }

// lossOf returns the loss of the picture that was sketched.
func (e *ensemble) lossOf(a *artist, label uint16, c criterion) float64 {
	if c.lambda == 0 {
		return -e.logProb(a, label, 0)
	}
	logp := make([]float64, len(c.prior))
	for k := range logp {
		logp[k] = e.logProb(a, uint16(k), 0)
	}
	return c.of(logp, int(label)) - logp[label]
}

// heldBlock is the number of held-out pictures that one task measures.
const heldBlock = 32

// loss returns the mean of what a fit minimises over pictures.
func (e *ensemble) loss(ctx context.Context, p *pictures, c criterion) (float64, error) {
	sums := make([]float64, (p.n+heldBlock-1)/heldBlock)
	err := par.Do(ctx, len(sums), func(block int) error {
		a := e.artist()
		defer e.pool.Put(a)
		for i := block * heldBlock; i < min((block+1)*heldBlock, p.n); i++ {
			e.sketch(a, p, i, nil)
			sums[block] += p.weightOf(i) * e.lossOf(a, p.labelOf(i), c)
		}
		return nil
	})
	sum := 0.0
	for _, s := range sums {
		sum += s
	}
	return sum / p.total(), err
}
