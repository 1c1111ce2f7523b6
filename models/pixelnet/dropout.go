package pixelnet

import (
	"math/rand/v2"

	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// dropped is the share of the first layer that each pixel goes without while the
// network learns, so that it does not lean on few of its numbers.
const dropped = .12

// masks is how many random masks there are, of which each pixel draws one.
const masks = 1 << 10

// dropout leaves a share of the first layer out and scales the rest up to make up
// for it in the mean.
//
// Reference: Srivastava et al. (2014), Dropout.
type dropout struct {
	hidden int
	scale  float32
	mask   []float32 // [masks][hidden], 0 or scale
}

func newDropout(share float64, hidden int, k rng.Key) *dropout {
	d := &dropout{hidden, float32(1 / (1 - share)), make([]float32, masks*hidden)}
	r := rand.New(k.Stream(0))
	for i := range d.mask {
		if r.Float64() >= share {
			d.mask[i] = d.scale
		}
	}
	return d
}

// draw draws a mask for each of n pixels.
func (d *dropout) draw(drawn []uint16, n int, s *rng.Stream) []uint16 {
	drawn = drawn[:0]
	for range n {
		drawn = append(drawn, uint16(s.Uint64()%masks))
	}
	return drawn
}

// apply masks the first layer of pixels for which masks are drawn.
func (d *dropout) apply(first []float32, drawn []uint16) {
	for i, at := range drawn {
		simd.Mul(first[i*d.hidden:][:d.hidden], d.mask[int(at)*d.hidden:][:d.hidden])
	}
}

// back takes the gradient of the masked layer to that before the mask. Where the
// mask is 0 the layer is, too, and the gradient is 0 already.
func (d *dropout) back(gradient []float32) { simd.Scale(d.scale, gradient) }
