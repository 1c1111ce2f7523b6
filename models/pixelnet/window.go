package pixelnet

import (
	"math/bits"

	"github.com/seed-64d012fb/mimic/space"
)

// What a pixel sees of those before it in raster order: a window of the lines
// above and of its own, to the left.
const (
	above  = 9 // lines of the window above the pixel's
	margin = 8 // columns of the window to either side, at most
)

// reach is how far the window reaches to the left in the pixel's own line, and to
// either side in the lines above.
var reach = [above + 1]int{8, 7, 7, 7, 7, 7, 7, 6, 6, 6}

// The bits of the two patterns of pixels next to one: those to the left, in the
// line above and in the line above that.
const (
	nearBits = 3 + 5 + 3
	wideBits = 4 + 7 + 5
)

// quietReach is how far around a quiet pixel there is no ink.
const quietReach = 3

// raster is the size of pictures and the window that fits it: offsets that no two
// pixels of such a picture have are left out.
type raster struct {
	width, height int
	levels        int
	lines         [above + 1]line
	offsets       int
}

// line is a line of the window.
type line struct {
	left, n int // columns from -left on, n of them
	first   int // number of the first offset
}

func newRaster(m *space.Image) raster {
	g := raster{width: m.Width, height: m.Height, levels: m.Levels}
	for dy := range min(above+1, m.Height) {
		left := min(reach[dy], m.Width-1)
		l := line{left, 2*left + 1, g.offsets}
		if dy == 0 {
			l.n = left
		}
		g.lines[dy] = l
		g.offsets += l.n
	}
	return g
}

func (g *raster) pixels() int { return g.width * g.height }

// shades returns how many levels ink has, and 0 where it has only one.
func (g *raster) shades() int {
	if g.levels <= 2 {
		return 0
	}
	return g.levels - 1
}

// canvas is the ink of one picture, a bit a pixel, with room around it, and its
// tones: 0 where there is none, else 1 more than its shade.
type canvas struct {
	raster *raster
	stride int // words of a line
	bits   []uint64
	tones  []uint8 // [pixels], nil where ink has only one; of pixels with ink
}

func newCanvas(g *raster) *canvas {
	stride := (g.width+2*margin+63)/64 + 1
	c := &canvas{raster: g, stride: stride, bits: make([]uint64, stride*(g.height+above))}
	if g.shades() > 0 {
		c.tones = make([]uint8, g.pixels())
	}
	return c
}

func (c *canvas) clear() { clear(c.bits) }

// ink sets the pixel in column x of line y to a tone.
func (c *canvas) ink(x, y int, tone uint8) {
	if c.tones != nil {
		c.tones[y*c.raster.width+x] = tone
	}
	at := x + margin
	c.bits[(y+above)*c.stride+at>>6] |= 1 << (at & 63)
}

// inked reports whether the pixel in column x of line y has ink.
func (c *canvas) inked(x, y int) bool { return c.span(x, y, 1) != 0 }

// tone returns that of the pixel in column x of line y.
func (c *canvas) tone(x, y int) uint8 {
	if !c.inked(x, y) {
		return 0
	}
	return c.tones[y*c.raster.width+x]
}

// put sets up to 32 pixels of line y, from column x on, to bits.
func (c *canvas) put(x, y int, bits uint64) {
	at := x + margin
	w := c.bits[(y+above)*c.stride+at>>6:]
	w[0] |= bits << (at & 63)
	w[1] |= bits >> (64 - at&63)
}

// span returns n ≤ 57 pixels of line y, from column x on; both may lie outside the
// picture, as far as the window reaches.
func (c *canvas) span(x, y, n int) uint64 {
	at := x + margin
	w := c.bits[(y+above)*c.stride+at>>6:]
	return (w[0]>>(at&63) | w[1]<<(64-at&63)) & (1<<n - 1)
}

// sight is what a pixel sees, but for the ink that is far.
type sight struct {
	place  int // the pixel's number; the quiet ones come after the others
	near   int // pattern of the pixels next to it
	wide   int // a larger one
	beside int // the tones to the left and above, where ink has several
	lo, hi int // offsets of ink in the window: a part of a list
}

// quiet reports whether there is no ink before the pixel in column x of line y,
// near it.
func (c *canvas) quiet(x, y int) bool {
	const n = 2*quietReach + 1
	return c.span(x-quietReach, y, quietReach)|c.span(x-quietReach, y-1, n)|
		c.span(x-quietReach, y-2, n)|c.span(x-quietReach, y-3, n) == 0
}

// placeOf returns the place of the pixel in column x of line y.
func (c *canvas) placeOf(x, y int) int {
	at := y*c.raster.width + x
	if c.quiet(x, y) {
		at += c.raster.pixels()
	}
	return at
}

// look returns what the pixel in column x of line y sees, and appends the offsets
// of ink in its window to list.
func (c *canvas) look(x, y, place int, list []int32) (sight, []int32) {
	g := c.raster
	s := sight{place: place, lo: len(list)}
	for dy := range min(above+1, g.height) {
		l := &g.lines[dy]
		for b := c.span(x-l.left, y-dy, l.n); b != 0; b &= b - 1 {
			list = append(list, int32(l.first+bits.TrailingZeros64(b)))
		}
	}
	s.hi = len(list)
	if s.hi > s.lo {
		w, n, nn := c.span(x-4, y, 4), c.span(x-3, y-1, 7), c.span(x-2, y-2, 5)
		s.near = int(w>>1<<8 | n>>1&31<<3 | nn>>1&7)
		s.wide = int(w<<12 | n<<5 | nn)
	}
	return s, list
}

// shade sets what the pixel in column x of line y sees of the shades of ink, and
// appends the rows of the shades in its window to list: one for each offset.
func (c *canvas) shade(s *sight, x, y int, list []int32) []int32 {
	g := c.raster
	s.beside = int(c.tone(x-1, y))*g.levels + int(c.tone(x, y-1))
	for dy := range min(above+1, g.height) {
		l := &g.lines[dy]
		for b := c.span(x-l.left, y-dy, l.n); b != 0; b &= b - 1 {
			i := bits.TrailingZeros64(b)
			shade := int(c.tones[(y-dy)*g.width+x-l.left+i]) - 1
			list = append(list, int32((l.first+i)*g.shades()+shade))
		}
	}
	return list
}
