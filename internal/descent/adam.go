package descent

import (
	"context"
	"math"
	"math/bits"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/simd"
)

// The decays of Adam's moments, and what keeps a step finite. A gradient is a
// sum over the batch: Adam does not see its scale.
const (
	beta1   = .9
	beta2   = .995
	epsilon = 1e-6
)

// chunk is a part of a tensor that is moved at a time: elements lo to hi, or the
// rows of such words of the sets of rows touched.
type chunk struct {
	tensor, lo, hi int
	none           []float32 // [width] the first moment that rows do not have
}

// chunkSize is how many elements a chunk has, about.
const chunkSize = 1 << 14

func chunks(tensors []*Tensor) (c []chunk) {
	for i, t := range tensors {
		n, size := len(t.W), chunkSize
		if t.Width > 0 {
			n, size = words(t.rows()), max(1, chunkSize/(64*t.Width))
		}
		for lo := 0; lo < n; lo += size {
			c = append(c, chunk{i, lo, min(lo+size, n), make([]float32, t.Width)})
		}
	}
	return c
}

// update adds the lanes up, moves the tensors by a step of Adam, and clears the
// lanes.
func (d *descent) update(ctx context.Context, rate float64) {
	t := float64(d.Step + 1)
	adam := simd.Adam{
		Rate: float32(rate), B1: beta1, B2: beta2, Eps: epsilon,
		C1: float32(1 / (1 - math.Pow(beta1, t))), C2: float32(1 / (1 - math.Pow(beta2, t))),
	}
	par.Do(ctx, len(d.chunks), func(i int) error {
		c := &d.chunks[i]
		if t := d.tensors[c.tensor]; t.Width > 0 {
			d.updateRows(c, t, adam)
		} else {
			d.updateDense(c, t, adam)
		}
		return nil
	})
}

func (d *descent) updateDense(c *chunk, t *Tensor, adam simd.Adam) {
	adam.Decay = t.Decay
	sum := d.lanes[0].parts[c.tensor].g[c.lo:c.hi]
	for l := range d.lanes[1:] {
		g := d.lanes[1+l].parts[c.tensor].g[c.lo:c.hi]
		simd.Add(sum, g)
		clear(g)
	}
	adam.Step(t.W[c.lo:c.hi], sum, t.m[c.lo:c.hi], t.v[c.lo:c.hi])
}

func (d *descent) updateRows(c *chunk, t *Tensor, adam simd.Adam) {
	adam.B1, adam.C1, adam.Decay = 0, 1, t.Decay
	for word := c.lo; word < c.hi; word++ {
		var touched uint64
		for l := range d.lanes {
			touched |= d.lanes[l].parts[c.tensor].touched[word]
		}
		for ; touched != 0; touched &= touched - 1 {
			bit := bits.TrailingZeros64(touched)
			row := word<<6 + bit
			lo, hi := row*t.Width, (row+1)*t.Width
			sum := d.lanes[0].parts[c.tensor].g[lo:hi]
			for l := range d.lanes[1:] {
				if p := &d.lanes[1+l].parts[c.tensor]; p.touched[word]>>bit&1 != 0 {
					simd.Add(sum, p.g[lo:hi])
					clear(p.g[lo:hi])
				}
			}
			t.touches[row]++
			adam.C2 = corrections[min(int(t.touches[row]), len(corrections)-1)]
			adam.Step(t.W[lo:hi], sum, c.none, t.v[lo:hi])
		}
		for l := range d.lanes {
			d.lanes[l].parts[c.tensor].touched[word] = 0
		}
	}
}

// corrections of the second moment's bias after so many steps; the last is 1 to
// the last bit.
var corrections = func() (c [4096]float32) {
	for k := range c {
		c[k] = float32(1 / (1 - math.Pow(beta2, float64(max(k, 1)))))
	}
	return c
}()
