package pixelnet

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// telling is a picture whose label is to be told, by a random net and, as the formula is
// written, by its naive twin.
type telling struct {
	*objective
	tensors []*descent.Tensor
	naive   *naive
	label   int
	weights []float64
	masks   [][]float32
}

const tellClasses = 4

// newTelling has a prior that leaves the labels' q about as share says.
func newTelling(levels int, share [tellClasses]float64) *telling {
	n, all := randomNet(9, 11, levels, tellClasses)
	for _, t := range all { // so that labels are not far from each other halfway
		simd.Scale(.5, t.W)
	}
	p := randomPictures(&n.raster, tellClasses, 3)
	o := newObjective(n, p, p, criterion{lambda: 1}, rng.New(1))
	t := &telling{objective: o, tensors: all, naive: newNaive(n), label: int(p.label[2])}
	for j := range n.pixels() {
		t.weights = append(t.weights, float64(j%4))
	}
	a := o.artists[0]
	drawn, masks := drawMasks(a.layers[0].drop, t.weights, 1)
	a.layers[0].masks, t.masks = drawn[0], masks[0]
	o.alone.sketch(a, p, 2, func(place int, _ bool) float32 { return float32(t.weights[place%n.pixels()]) })
	n.prepare(&a.slope)
	for k, s := range share {
		o.prior = append(o.prior, temperature*math.Log(s)+t.logProb(k))
	}
	return t
}

// logProb returns minus the naive log-probability of the picture given a label.
func (t *telling) logProb(label int) float64 {
	return t.naive.loss(t.train.lines(2), label, t.weights, t.masks)
}

// loss returns -T log q(y | x).
func (t *telling) loss() float64 {
	logp := make([]float64, tellClasses)
	for k := range logp {
		logp[k] = -t.logProb(k)
	}
	return t.of(logp, t.label)
}

// TestTell compares the gradient with finite differences of the loss by the naive net,
// and asks that they tell it from that of another label, and from one in which the true
// label alone counts.
func TestTell(t *testing.T) {
	for _, levels := range []int{2, 4} {
		x := newTelling(levels, [tellClasses]float64{.1, .2, .3, .4})
		a := x.artists[0]
		loss := func() float64 { return 1.5 * x.loss() }
		g := descent.NewGradient(x.tensors)
		if got, want := x.tell(&g, a, uint16(x.label), 1.5), loss(); math.Abs(got-want) > 1e-3 {
			t.Errorf("%d levels: loss %v, want %v", levels, got, want)
		}
		if err := slopes(&g, x.tensors, x.naive, loss); err != nil {
			t.Errorf("%d levels: %v", levels, err)
		}
		g = descent.NewGradient(x.tensors)
		x.tell(&g, a, uint16(x.label+1)%tellClasses, 1.5)
		if slopes(&g, x.tensors, x.naive, loss) == nil {
			t.Errorf("%d levels: the gradient of another label passes", levels)
		}
		g = descent.NewGradient(x.tensors)
		x.net.learn(&g, a, uint16(x.label), float32(1.5*(1-math.Exp(-x.loss()/temperature))))
		if slopes(&g, x.tensors, x.naive, loss) == nil {
			t.Errorf("%d levels: the gradient passes without the other labels", levels)
		}
	}
}

// TestPosterior compares q(y | x), strip by strip, with Bayes' rule as it is written,
// and asks that a label far behind is given up and the true one is not.
func TestPosterior(t *testing.T) {
	for _, share := range [][tellClasses]float64{{.1, .2, .3, .4}, {.05, .5, .5, .02}, {1, .05, .05, 1}} {
		x := newTelling(2, share)
		a := x.artists[0]
		x.posterior(a, uint16(x.label))
		sum := 0.0
		for _, s := range share {
			sum += s
		}
		for k, logp := range a.posterior {
			if want := share[k] / sum; math.Abs(math.Exp(logp)-want) > 1e-3*want {
				t.Errorf("label %d has %v, want %v", k, math.Exp(logp), want)
			}
		}
		other := (x.label + 1) % tellClasses
		x.prior[other] -= temperature * 1e3
		x.posterior(a, uint16(x.label))
		if !math.IsInf(a.posterior[other], -1) {
			t.Errorf("a label without hope has %v", a.posterior[other])
		}
		x.prior[x.label] -= temperature * 1e3
		x.posterior(a, uint16(x.label))
		if logp := a.posterior[x.label]; !(logp < -900 && logp > -1100) {
			t.Errorf("a true label without hope has %v", logp)
		}
	}
}

// TestOrder asks for each number once.
func TestOrder(t *testing.T) {
	for n := range 40 {
		var all []int
		for i := range order(n) {
			all = append(all, i)
		}
		slices.Sort(all)
		for i, x := range all {
			if i != x || len(all) != n {
				t.Fatalf("%d: %v", n, all)
			}
		}
	}
}

// TestMove compares with moved tones.
func TestMove(t *testing.T) {
	for _, levels := range []int{2, 5} {
		n, _ := randomNet(9, 7, levels, 0)
		p := randomPictures(&n.raster, 0, 2)
		moved := newPictures(&n.raster, 1)
		for down := -2; down <= 2; down++ {
			for right := -3; right <= 3; right++ {
				moved.move(p, 1, right, down)
				was, is := p.lines(1), moved.lines(0)
				for y := range is {
					for x := range is[y] {
						want := uint8(0)
						if u, v := x-right, y-down; u >= 0 && u < n.width && v >= 0 && v < n.height {
							want = was[v][u]
						}
						if is[y][x] != want {
							t.Fatalf("%d levels, by %d and %d: pixel %d, %d has %d, want %d", levels, right, down, x, y, is[y][x], want)
						}
					}
				}
			}
		}
	}
}
