package pixelnet

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// naive is the network in float64, as its formula is written: each pixel looks at
// every pixel before it.
type naive struct {
	*net
	w [tensors][]float64
}

func newNaive(n *net) *naive {
	m := &naive{net: n}
	for i, tensor := range n.w {
		for _, x := range tensor {
			m.w[i] = append(m.w[i], float64(x))
		}
	}
	return m
}

// odds returns the log-odds of ink in the pixel in column x of line y, and the
// log-probabilities of its shades where ink has several.
func (m *naive) odds(tones [][]uint8, x, y, label int, mask []float32) (ink float64, shades []float64) {
	toneAt := func(dx, dy int) int {
		if x+dx < 0 || x+dx >= m.width || y+dy < 0 {
			return 0
		}
		return int(tones[y+dy][x+dx])
	}
	at := func(dx, dy int) bool { return toneAt(dx, dy) > 0 }
	kinds := m.shades()
	pattern := func(west, north, farther int) (p int) {
		bit := func(dx, dy, shift int) {
			if at(dx, dy) {
				p |= 1 << shift
			}
		}
		for i := range farther {
			bit(i-farther/2, -2, i)
		}
		for i := range north {
			bit(i-north/2, -1, farther+i)
		}
		for i := range west {
			bit(i-west, 0, farther+north+i)
		}
		return p
	}
	quiet := !at(-1, 0) && !at(-2, 0) && !at(-3, 0)
	for dy := -3; dy < 0; dy++ {
		for dx := -3; dx <= 3; dx++ {
			quiet = quiet && !at(dx, dy)
		}
	}
	spot := y*m.width + x
	if quiet {
		spot += m.pixels()
	}
	first := make([]float64, m.hidden)
	add := func(tensor, row int) {
		for i := range first {
			first[i] += m.w[tensor][row*m.hidden+i]
		}
	}
	add(place, spot)
	for v := range m.height {
		for u := range m.width {
			if tone := int(tones[v][u]); tone > 0 && (v < y || v == y && u < x) {
				add(before, v*m.width+u)
				if kinds > 0 {
					add(tintBefore, (v*m.width+u)*kinds+tone-1)
				}
			}
		}
	}
	offset := 0
	for dy := 0; dy <= above && dy < m.height; dy++ {
		far := min(reach[dy], m.width-1)
		for dx := -far; dx <= far && (dy > 0 || dx < 0); dx++ {
			if at(dx, -dy) {
				add(window, offset)
				if kinds > 0 {
					add(tint, offset*kinds+toneAt(dx, -dy)-1)
				}
			}
			offset++
		}
	}
	if m.classes > 0 {
		for i := range first {
			first[i] *= m.w[classScale][label*m.hidden+i]
		}
		add(class, label)
	}
	o := m.w[outBias][spot] + m.w[outWide][pattern(4, 7, 5)]
	if m.classes > 0 {
		o += m.w[classBias][label*2*m.pixels()+spot]
	}
	for k := range kinds {
		beside := toneAt(-1, 0)*m.levels + toneAt(0, -1)
		shades = append(shades, m.w[shadeAt][spot*kinds+k]+m.w[shadeBeside][beside*kinds+k])
	}
	for j := range m.second {
		z := m.w[mixBias][j] + m.w[near][pattern(3, 5, 3)*m.second+j]
		if m.classes > 0 {
			z += m.w[classMix][label*m.second+j]
		}
		for i, h := range first {
			if mask != nil {
				h *= float64(mask[i])
			}
			z += max(h, 0) * m.w[mix][i*m.second+j]
		}
		v := m.w[out][j] + m.w[outAt][spot*m.second+j]
		if m.classes > 0 {
			v += m.w[classAt][m.classPlace(label, spot)*m.second+j]
		}
		o += max(z, 0) * v
		for k := range shades {
			shades[k] += max(z, 0) * m.w[shade][k*m.second+j]
		}
	}
	if kinds > 0 {
		sum := 0.0
		for _, s := range shades {
			sum += math.Exp(s)
		}
		for k := range shades {
			shades[k] -= math.Log(sum)
		}
	}
	return o, shades
}

// loss returns the loss of a picture whose pixels have weights.
func (m *naive) loss(tones [][]uint8, label int, weight []float64, masks [][]float32) (sum float64) {
	for y := range m.height {
		for x := range m.width {
			z, shades := m.odds(tones, x, y, label, masks[y*m.width+x])
			if tone := tones[y][x]; tone > 0 {
				z = -z
				if len(shades) > 0 {
					sum -= weight[y*m.width+x] * shades[tone-1]
				}
			}
			sum += weight[y*m.width+x] * softplus(z)
		}
	}
	return sum
}

// randomNet returns a network of pictures of a size whose weights are all random.
func randomNet(width, height, levels, classes int) (*net, []*descent.Tensor) {
	return randomNetOf(1, width, height, levels, classes)
}

func randomNetOf(seed uint64, width, height, levels, classes int) (*net, []*descent.Tensor) {
	n := &net{raster: newRaster(&space.Image{Width: width, Height: height, Channels: 1, Levels: levels}), classes: classes, hidden: 7, second: 5}
	all := n.start(rng.New(1))
	r := rand.New(rand.NewPCG(seed, 2))
	for _, t := range all {
		for i := range t.W {
			t.W[i] = float32(r.NormFloat64() * .3)
		}
	}
	return n, all[:n.used()]
}

// randomPictures returns n pictures of strokes with labels.
func randomPictures(g *raster, classes, n int) *pictures {
	p := newPictures(g, n)
	p.label = make([]uint16, n)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		p.label[i] = uint16(r.IntN(max(1, classes)))
		for range 1 + i%3 {
			x, y := r.IntN(g.width), r.IntN(g.height)
			for range g.width + g.height {
				p.put(i, y*g.width+x, uint8(1+(x+2*y+i)%(g.levels-1)))
				x = min(max(0, x+r.IntN(3)-1), g.width-1)
				y = min(max(0, y+r.IntN(3)-1), g.height-1)
			}
		}
	}
	return p
}

// lines returns the tones of a picture line by line.
func (p *pictures) lines(i int) [][]uint8 {
	lines := make([][]uint8, p.raster.height)
	for y := range lines {
		for x := range p.raster.width {
			lines[y] = append(lines[y], p.tone(i, y*p.raster.width+x))
		}
	}
	return lines
}

var sizes = [][2]int{{1, 1}, {1, 12}, {12, 1}, {3, 3}, {8, 8}, {20, 14}, {28, 28}, {70, 5}, {64, 64}}

// TestOdds compares with the network as its formula is written.
func TestOdds(t *testing.T) {
	for _, size := range sizes {
		for kind := range 4 {
			levels, classes := 2+3*(kind&1), 3*(kind>>1)
			n, _ := randomNet(size[0], size[1], levels, classes)
			m := newNaive(n)
			p := randomPictures(&n.raster, classes, 2)
			e := newEnsemble(n)
			a := e.artist()
			v, l := &a.view, &a.layers[0]
			for i := range p.n {
				e.sketch(a, p, i, nil)
				n.judge(l, v, p.labelOf(i))
				tones := p.lines(i)
				for j, z := range l.odds {
					want, shades := m.odds(tones, j%n.width, j/n.width, int(p.labelOf(i)), nil)
					if math.Abs(float64(z)-want) > 1e-4*(1+math.Abs(want)) {
						t.Fatalf("%v, %d levels, %d classes, picture %d, pixel %d: odds %v, want %v", size, levels, classes, i, j, z, want)
					}
					if levels == 2 {
						continue
					}
					n.logShades(l, v, j)
					for k, want := range shades {
						if got := l.shades[k]; math.Abs(got-want) > 1e-4*(1+math.Abs(want)) {
							t.Fatalf("%v, %d classes, picture %d, pixel %d: shade %d has %v, want %v", size, classes, i, j, k, got, want)
						}
					}
				}
			}
		}
	}
}

// TestGradient compares with finite differences of the loss.
func TestGradient(t *testing.T) {
	for kind := range 4 {
		levels, classes := 2+2*(kind&1), 3*(kind>>1)
		n, all := randomNet(8, 11, levels, classes)
		p := randomPictures(&n.raster, classes, 2)
		weights := make([]float64, n.pixels())
		for j := range weights {
			weights[j] = float64(j % 4)
		}
		g := descent.NewGradient(all)
		e := newEnsemble(n)
		a := e.newArtist()
		drop := newDropout(.3, n.hidden, rng.New(7))
		a.layers[0].drop = drop
		drawn, masks := drawMasks(drop, weights, p.n)
		n.prepare(&a.slope)
		m := newNaive(n)
		loss := func() (sum float64) {
			for i := range p.n {
				sum += 1.5 * m.loss(p.lines(i), int(p.labelOf(i)), weights, masks[i])
			}
			return sum
		}
		got := 0.0
		for i := range p.n {
			a.layers[0].masks = drawn[i]
			e.sketch(a, p, i, func(place int, _ bool) float32 { return float32(weights[place%n.pixels()]) })
			got += n.learn(&g, a, p.labelOf(i), 1.5)
		}
		if want := loss(); math.Abs(got-want) > 1e-4*want {
			t.Errorf("loss %v, want %v", got, want)
		}
		if err := slopes(&g, all, m, loss); err != nil {
			t.Errorf("%d levels, %d classes: %v", levels, classes, err)
		}
	}
}

// drawMasks draws masks for the pixels of n pictures, of those that have a weight, and
// returns them as the fast net takes them, and as [pictures][pixels][hidden].
func drawMasks(drop *dropout, weights []float64, n int) (drawn [][]uint16, every [][][]float32) {
	r := rand.New(rand.NewPCG(8, 9))
	for range n {
		var of []uint16
		var all [][]float32
		for _, w := range weights {
			var mask []float32
			if w > 0 {
				at := r.IntN(masks)
				of = append(of, uint16(at))
				mask = drop.mask[at*drop.hidden:][:drop.hidden]
			}
			all = append(all, mask)
		}
		drawn, every = append(drawn, of), append(every, all)
	}
	return drawn, every
}

// slopes compares a gradient with finite differences of the loss that it is to be of:
// along some weights, and along all in random directions.
func slopes(g *descent.Gradient, all []*descent.Tensor, m *naive, loss func() float64) error {
	r := rand.New(rand.NewPCG(5, 6))
	for i, tensor := range all {
		var touched []int
		for j := range tensor.W {
			if g.At(i, j) != 0 {
				touched = append(touched, j)
			}
		}
		if len(touched) == 0 {
			continue // of labels
		}
		w := slices.Clone(m.w[i])
		for try := range 12 {
			direction := make([]float64, len(w))
			if try < 9 {
				direction[touched[r.IntN(len(touched))]] = 1
			} else {
				for j := range direction {
					direction[j] = r.NormFloat64()
				}
			}
			const h = 1e-6
			at := func(h float64) float64 {
				for j := range w {
					m.w[i][j] = w[j] + h*direction[j]
				}
				return loss()
			}
			want, got, size := (at(h)-at(-h))/(2*h), 0.0, 0.0
			for j, d := range direction {
				x := float64(g.At(i, j)) * d
				got, size = got+x, size+x*x
			}
			if math.Abs(got-want) > 1e-3*(1+math.Sqrt(size)) {
				return fmt.Errorf("tensor %d: slope %v, want %v", i, got, want)
			}
		}
		copy(m.w[i], w)
	}
	return nil
}
