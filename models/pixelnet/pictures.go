package pixelnet

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// pictures are pictures in bits, each in words of its own, and their tones.
type pictures struct {
	raster *raster
	words  int
	bits   []uint64 // [pictures][words]
	tones  []uint8  // [pictures][pixels], nil where ink has only one
	label  []uint16 // [pictures], nil where there is none
	weight []float64
	n      int
}

func newPictures(g *raster, n int) *pictures {
	words := (g.pixels() + 63) / 64
	p := &pictures{raster: g, words: words, bits: make([]uint64, n*words), n: n}
	if g.shades() > 0 {
		p.tones = make([]uint8, n*g.pixels())
	}
	return p
}

// gather takes the pictures out of codes, [fields][rows], of which those
// of the code paper have no ink.
func (f *form) gather(codes [][]uint16, n int) *pictures {
	p := newPictures(&f.raster, n)
	for j, column := range codes[f.first:][:f.raster.pixels()] {
		bit, at := uint64(1)<<(j&63), j>>6
		for i, code := range column[:n] {
			if code != f.paper {
				p.bits[at] |= bit
				if p.tones != nil {
					p.tones[i*f.pixels()+j] = f.toneOf(code)
				}
			}
			at += p.words
		}
	}
	if f.label >= 0 && codes[f.label] != nil {
		p.label = codes[f.label][:n]
	}
	return p
}

func (f *form) gatherData(d *coded.Data) *pictures {
	p := f.gather(d.Codes, d.N)
	p.weight = d.Weight
	return p
}

// paint puts picture i onto the canvas.
func (p *pictures) paint(c *canvas, i int) {
	c.clear()
	if p.tones != nil {
		copy(c.tones, p.tones[i*p.raster.pixels():])
	}
	row := p.bits[i*p.words:][:p.words]
	for y := range p.raster.height {
		for x := 0; x < p.raster.width; x += 32 {
			n := min(32, p.raster.width-x)
			at := y*p.raster.width + x
			b := row[at>>6] >> (at & 63)
			if at&63+n > 64 {
				b |= row[at>>6+1] << (64 - at&63)
			}
			c.put(x, y, b&(1<<n-1))
		}
	}
}

// inked reports whether pixel j of picture i has ink.
func (p *pictures) inked(i, j int) bool { return p.bits[i*p.words+j>>6]>>(j&63)&1 != 0 }

// tone returns that of pixel j of picture i.
func (p *pictures) tone(i, j int) uint8 {
	switch {
	case !p.inked(i, j):
		return 0
	case p.tones == nil:
		return 1
	}
	return p.tones[i*p.raster.pixels()+j]
}

// put sets pixel j of picture i, which has no ink, to a tone.
func (p *pictures) put(i, j int, tone uint8) {
	if tone > 0 {
		p.bits[i*p.words+j>>6] |= 1 << (j & 63)
		if p.tones != nil {
			p.tones[i*p.raster.pixels()+j] = tone
		}
	}
}

func (p *pictures) labelOf(i int) uint16 {
	if p.label == nil {
		return 0
	}
	return p.label[i]
}

func (p *pictures) weightOf(i int) float64 {
	if p.weight == nil {
		return 1
	}
	return p.weight[i]
}

// total returns the sum of the weights.
func (p *pictures) total() float64 {
	if p.weight == nil {
		return float64(p.n)
	}
	sum := 0.0
	for _, w := range p.weight {
		sum += w
	}
	return sum
}

// digest names the pictures, for a checkpoint to know its fit by.
func (p *pictures) digest() string {
	h := sha256.New()
	for _, x := range []any{p.bits, p.tones, p.label, p.weight} {
		binary.Write(h, binary.LittleEndian, x) // to a hash it cannot fail
	}
	return string(h.Sum(nil))
}
