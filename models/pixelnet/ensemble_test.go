package pixelnet

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
)

// randomEnsemble returns networks of pictures of a size whose weights are all random.
func randomEnsemble(nets, width, height, levels, classes int) *ensemble {
	var all []*net
	for k := range nets {
		n, _ := randomNetOf(uint64(1+k), width, height, levels, classes)
		all = append(all, n)
	}
	return newEnsemble(all...)
}

// everyPicture returns the codes [4][256] of all pictures of 2x2 pixels and four levels.
func everyPicture() [][]uint16 {
	all := make([][]uint16, 4)
	for i := range 256 {
		for j := range all {
			all[j] = append(all[j], uint16(i>>(2*j)&3))
		}
	}
	return all
}

// TestMean compares with the mean of the probabilities of each tone as the formula of
// each network is written.
func TestMean(t *testing.T) {
	for _, levels := range []int{2, 4} {
		const nets, classes = 3, 2
		e := randomEnsemble(nets, 7, 9, levels, classes)
		p := randomPictures(e.raster, classes, 4)
		var naives []*naive
		for _, n := range e.nets {
			naives = append(naives, newNaive(n))
		}
		a := e.artist()
		for i := range p.n {
			tones, want := p.lines(i), 0.0
			for y := range e.raster.height {
				for x := range e.raster.width {
					sum := 0.0
					for _, n := range naives {
						z, shades := n.odds(tones, x, y, int(p.labelOf(i)), nil)
						q := 1 / (1 + math.Exp(-z))
						switch tone := tones[y][x]; {
						case tone == 0:
							q = 1 - q
						case levels > 2:
							q *= math.Exp(shades[tone-1])
						}
						sum += q / nets
					}
					want += math.Log(sum)
				}
			}
			e.sketch(a, p, i, nil)
			if got := e.logProb(a, p.labelOf(i), 0); math.Abs(got-want) > 1e-4*math.Abs(want) {
				t.Errorf("%d levels, picture %d: %v, want %v", levels, i, got, want)
			}
		}
	}
}

// TestDraws compares how often each of the 256 pictures is drawn with its
// probability, by a sum of squares. It fails by chance once in a million seeds, and
// nearly always sees a mean that leaves one of the three networks out.
func TestDraws(t *testing.T) {
	e := randomEnsemble(3, 2, 2, 4, 0)
	distance := func(of, drawn *ensemble) (chi2 float64) {
		const n = 20_000
		l := &law{form: form{raster: *of.raster, label: -1, paper: 1}, ensemble: of}
		all, logp := everyPicture(), make([]float64, 256)
		l.LogProb(logp, all)
		d := &law{form: l.form, ensemble: drawn}
		codes := make([][]uint16, 4)
		for j := range codes {
			codes[j] = make([]uint16, n)
		}
		d.Sample(codes, 0, rng.New(2))
		var count [256]float64
		for i := range n {
			at := 0
			for j := range codes {
				at |= int(codes[j][i]) << (2 * j)
			}
			count[at]++
		}
		for i, c := range count {
			want := n * math.Exp(logp[i])
			chi2 += (c - want) * (c - want) / want
		}
		return chi2
	}
	// The quantile of 1e-6 of the chi-squared distribution of 255 degrees.
	const most = 377
	if d := distance(e, e); d > most {
		t.Errorf("draws are at %v of the density, more than %v", d, float64(most))
	}
	if d := distance(e, newEnsemble(e.nets[:2]...)); d < most {
		t.Errorf("two networks are at %v of the mean of three", d)
	}
}

// TestBeforeClassScale reads the weights of a network with labels as they were
// written before labels scaled the first layer.
func TestBeforeClassScale(t *testing.T) {
	for _, levels := range []int{2, 4} {
		n, _ := randomNet(5, 4, levels, 3)
		n.w[classScale] = ones(len(n.w[classScale]))
		old := n.wire()[:n.usedBefore()]
		m := &net{raster: n.raster, classes: n.classes, hidden: n.hidden, second: n.second}
		if err := m.take(old); err != nil {
			t.Fatal(err)
		}
		p := randomPictures(&n.raster, 3, 3)
		for i := range p.n {
			var logp [2]float64
			for k, n := range []*net{n, m} {
				e := newEnsemble(n)
				a := e.artist()
				e.sketch(a, p, i, nil)
				logp[k] = e.logProb(a, p.labelOf(i), 0)
			}
			if logp[0] != logp[1] {
				t.Errorf("%d levels, picture %d: %v, want %v", levels, i, logp[1], logp[0])
			}
		}
		if err := m.take(old[:len(old)-1]); err == nil {
			t.Error("a tensor is missing, and nobody minds")
		}
	}
}
