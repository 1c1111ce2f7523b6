package pixelnet

import (
	"testing"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// benchNet returns a network of the usual size, and pictures of 28x28 pixels with
// strokes.
func benchNet() (*net, []*descent.Tensor, *pictures) {
	n := &net{raster: newRaster(&space.Image{Width: 28, Height: 28, Channels: 1, Levels: 2}), hidden: hidden, second: second}
	all := n.start(rng.New(1))[:class]
	return n, all, randomPictures(&n.raster, 0, 64)
}

func perPicture(b *testing.B, pictures int) {
	b.ReportMetric(float64(b.N*pictures)/b.Elapsed().Seconds(), "pictures/s")
}

// BenchmarkLearn takes the gradient of a batch, without the step of Adam.
func BenchmarkLearn(b *testing.B) {
	n, all, p := benchNet()
	o := newObjective(n, p, p, criterion{}, rng.New(2))
	g := descent.NewGradient(all)
	examples := []int{0, 1, 2, 3, 4, 5, 6, 7}
	for b.Loop() {
		o.Gradient(&g, 0, examples, 0)
	}
	perPicture(b, len(examples))
}

func BenchmarkScore(b *testing.B) {
	n, _, p := benchNet()
	e := newEnsemble(n)
	a := e.artist()
	for b.Loop() {
		for i := range p.n {
			e.sketch(a, p, i, nil)
			e.logProb(a, 0, 0)
		}
	}
	perPicture(b, p.n)
}

func BenchmarkSample(b *testing.B) {
	n, _, _ := benchNet()
	l := &law{form: form{raster: n.raster, label: -1}, ensemble: newEnsemble(n)}
	codes := make([][]uint16, n.pixels())
	for j := range codes {
		codes[j] = make([]uint16, 64)
	}
	for b.Loop() {
		l.Sample(codes, 0, rng.New(3))
	}
	perPicture(b, 64)
}
