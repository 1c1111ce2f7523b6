package nade

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
)

// toy returns a network with parameters at random over fields of 2, 4, 1, 2, 3
// and 2 codes, and rows of them, as codes.
func toy(hidden, rows int) (*network, [][]uint16) {
	counts := []int{2, 4, 1, 2, 3, 2}
	r := rand.New(rand.NewPCG(1, 2))
	n := layOut(counts, []int{0, 2, 0, 1, 0, 0}, []int{3, 1, 0, 2, 5, 4}, hidden)
	for _, x := range []*[]float32{&n.w, &n.v} {
		*x = make([]float32, n.units()*hidden)
	}
	n.b, n.c = make([]float32, n.units()), make([]float32, hidden)
	for _, x := range [][]float32{n.w, n.v, n.b, n.c} {
		for i := range x {
			x[i] = float32(r.NormFloat64())
		}
	}
	codes := make([][]uint16, len(counts))
	for j := range codes {
		for range rows {
			codes[j] = append(codes[j], uint16(r.IntN(counts[j])))
		}
	}
	return n, codes
}

// parameters are those of a network in float64.
type parameters struct{ w, v, b, c []float64 }

func wide(x []float32) (y []float64) {
	for _, v := range x {
		y = append(y, float64(v))
	}
	return y
}

// naive is log p of row i as the formula has it: field by field, unit by unit.
func naive(n *network, p *parameters, codes [][]uint16, i int, mask []float32) float64 {
	sum := 0.0
	for q, j := range n.order {
		h := make([]float64, n.hidden)
		for k := range h {
			a := p.c[k]
			for before, f := range n.order[:q] {
				if u := n.unit(before, int(codes[f][i])); u >= 0 {
					a += p.w[u*n.hidden+k]
				}
			}
			if a > 0 {
				h[k] = a
				if mask != nil {
					h[k] *= float64(mask[k])
				}
			}
		}
		total, own := 1.0, 0.0
		for u := n.first[q]; u < n.first[q+1]; u++ {
			odds := p.b[u]
			for k := range h {
				odds += p.v[u*n.hidden+k] * h[k]
			}
			total += math.Exp(odds)
			if u == n.unit(q, int(codes[j][i])) {
				own = odds
			}
		}
		sum += own - math.Log(total)
	}
	return sum
}

func TestLogProb(t *testing.T) {
	n, codes := toy(21, 300)
	got := make([]float64, 300)
	n.LogProb(got, codes)
	p := &parameters{wide(n.w), wide(n.v), wide(n.b), wide(n.c)}
	for i := range got {
		if want := naive(n, p, codes, i, nil); math.Abs(got[i]-want) > 1e-4 {
			t.Errorf("row %d: log p = %v, by the formula %v", i, got[i], want)
		}
	}
}

// TestGradient compares the gradient with differences of the formula in float64,
// with units dropped and without, under weights.
func TestGradient(t *testing.T) {
	const hidden, rows = 9, 12
	for _, share := range []float64{0, .4} {
		n, codes := toy(hidden, rows)
		o := &objective{network: n, train: rowsOfCodes(n, codes), key: rng.New(3), scratch: []*scratch{newScratch(n)}}
		if share > 0 {
			o.dropout = newDropout(share)
		}
		var examples []int
		for i := range rows {
			examples = append(examples, i)
			o.train.weight[i] = .5 + float32(i)/10
		}
		p := &parameters{wide(n.w), wide(n.v), wide(n.b), wide(n.c)}
		loss := func() (sum float64) {
			for i := range rows {
				var mask []float32
				if share > 0 {
					mask = make([]float32, hidden)
					o.dropout.mask(mask, make([]uint64, (hidden+7)/8), o.key, int64(100+i))
				}
				sum -= float64(o.train.weight[i]) * naive(n, p, codes, i, mask)
			}
			return sum
		}
		g := descent.NewGradient(n.tensors())
		if got, want := o.Gradient(&g, 0, examples, 100), loss(); math.Abs(got-want) > 1e-4*want {
			t.Errorf("dropout %v: loss %v, by the formula %v", share, got, want)
		}
		for i, x := range [][]float64{p.w, p.v, p.b, p.c} {
			for k := range x {
				const step = 1e-5
				at := x[k]
				x[k] = at + step
				up := loss()
				x[k] = at - step
				want := (up - loss()) / (2 * step)
				x[k] = at
				if got := float64(g.At(i, k)); math.Abs(got-want) > 1e-3*max(1, math.Abs(want)) {
					t.Errorf("dropout %v: gradient of parameter %d of tensor %d is %v, by differences %v", share, k, i, got, want)
				}
			}
		}
	}
}

func rowsOfCodes(n *network, codes [][]uint16) *rows {
	r := &rows{first: []int{0}}
	for i := range codes[0] {
		r.active = n.active(r.active, codes, i)
		r.first = append(r.first, len(r.active))
		r.weight = append(r.weight, 1)
	}
	return r
}

// TestDropout: of a million units about the share are dropped, within 5 standard
// errors, and the mean of what they are multiplied by is 1.
func TestDropout(t *testing.T) {
	const share, n = .25, 1 << 20
	mask := make([]float32, n)
	newDropout(share).mask(mask, make([]uint64, n/8), rng.New(4), 7)
	zeros, sum := 0, 0.0
	for _, x := range mask {
		if x == 0 {
			zeros++
		}
		sum += float64(x)
	}
	if sd := math.Sqrt(share * (1 - share) / n); math.Abs(float64(zeros)/n-share) > 5*sd {
		t.Errorf("%d of %d dropped", zeros, n)
	}
	if math.Abs(sum/n-1) > .01 {
		t.Errorf("the mean is %v", sum/n)
	}
}
