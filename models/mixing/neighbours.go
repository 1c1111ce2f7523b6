package mixing

import "github.com/seed-64d012fb/mimic/space"

// canvas is a picture that is being read or drawn, in raster order, with a black
// margin: what a pixel sees of those before it.
type canvas struct {
	geometry
	pixels []uint8  // [above + height][left + width + right]
	top    uint8    // the largest value so far
	bright uint8    // the last bright one
	own    []uint32 // [1<<planes] values so far but 0, by their first bits behind a 1
}

// geometry is the shape of pictures.
type geometry struct {
	width, height, levels int
	wide                  int // width of a line with its margins
	step                  int // pixels of a place, along each side
	across                int // places in a line
	places                int
	scale                 []uint8 // [levels], a value as one of 256
	planes                int
}

const (
	above, left, right = 3, 3, 3
	mostPlaces         = 1 << 10 // that have weights of their own
	blocksAcross       = 7
	blocks             = blocksAcross * blocksAcross // coarse places
)

func newGeometry(m *space.Image) geometry {
	g := geometry{width: m.Width, height: m.Height, levels: m.Levels, planes: planesOf(m.Levels), wide: left + m.Width + right, step: 1}
	for places(g.width, g.step)*places(g.height, g.step) > mostPlaces {
		g.step++
	}
	g.across = places(g.width, g.step)
	g.places = g.across * places(g.height, g.step)
	for v := range g.levels {
		g.scale = append(g.scale, uint8(v*255/(g.levels-1)))
	}
	return g
}

func places(pixels, step int) int { return (pixels + step - 1) / step }

// place returns where among the places that have weights of their own a pixel
// is.
func (g *geometry) place(x, y int) int { return y/g.step*g.across + x/g.step }

// block returns the coarse place of a pixel.
func (g *geometry) block(x, y int) int {
	return y*blocksAcross/g.height*blocksAcross + x*blocksAcross/g.width
}

func newCanvas(g geometry) *canvas {
	return &canvas{geometry: g, pixels: make([]uint8, (above+g.height)*g.wide), own: make([]uint32, 1<<g.planes)}
}

// at returns the position of a pixel among pixels.
func (c *canvas) at(x, y int) int { return (above+y)*c.wide + left + x }

// tally counts the value among those that are not 0: how many so far begin with
// the same bits.
func (c *canvas) tally(value int) {
	for d := range c.planes {
		c.own[1<<d|value>>(c.planes-1-d)]++
	}
}

// begin makes c ready for another picture. Pixels that are to come may hold what
// the last one had: nothing looks at them.
func (c *canvas) begin() {
	c.top, c.bright = 0, 0
	clear(c.own)
}

// put draws the next pixel in raster order.
func (c *canvas) put(x, y, value int) {
	v := c.scale[value]
	c.pixels[c.at(x, y)] = v
	c.top = max(c.top, v)
	if value > 0 {
		c.tally(value)
	}
	if v >= brightest {
		c.bright = v
	}
}

// brightest is the least value, of 256, that is called bright.
const brightest = 240

// quantised holds 0 for 0 and 1 + v·n/256 for other values v, for each n.
var quantised = func() (q [33][256]uint8) {
	for n := range q {
		for v := 1; v < 256; v++ {
			q[n][v] = uint8(1 + v*n/256)
		}
	}
	return q
}()

// The contexts of a question: those of its pixel, those that know the question,
// and those that know the label, where there is one.
const (
	pixelContexts    = 20
	questionContexts = 3
	labelContexts    = 2
	withoutLabel     = pixelContexts + questionContexts
	withLabel        = withoutLabel + labelContexts
)

// surroundings is what a pixel sees of the pixels before it.
type surroundings struct {
	keys     [withLabel]uint64 // of its contexts
	mask     int               // which of 8 pixels are not 0
	activity int               // of 16, of the pixels left and above
	place    int
	block    int
	w, n     uint8                 // left and above
	ofLabel  [labelContexts]uint64 // keys, but for the label
}

// look sets s to what the pixel at x, y of c sees.
func (s *surroundings) look(c *canvas, x, y int, label uint64) {
	at := c.at(x, y)
	here, up, up2 := c.pixels[at-3:at], c.pixels[at-c.wide-3:at-c.wide+3], c.pixels[at-2*c.wide-3:at-2*c.wide+3]
	w, ww := int(here[2]), int(here[1])
	n, nw, ne, nww, nee := int(up[3]), int(up[2]), int(up[4]), int(up[1]), int(up[5])
	nn, nne := int(up2[3]), int(up2[4])
	q := func(v, parts int) uint64 { return uint64(quantised[parts][v]) }
	plane := min(max(w+n-nw, 0), 255)
	mean := (w + n + ne + nw + 2) / 4
	mask := 0
	for k, v := range [8]int{w, n, nw, ne, ww, nn, nne, nee} {
		if v > 0 {
			mask |= 1 << k
		}
	}
	s.mask, s.w, s.n = mask, uint8(w), uint8(n)
	s.activity = int(q(w, 4)+5*q(n, 4)) * 16 / 25
	s.place, s.block = c.place(x, y), c.block(x, y)
	pos, zeros := uint64(y*c.width+x), uint64(mask)
	s.keys = [withLabel]uint64{
		pos,
		q(w, 8)<<8 | q(n, 8),
		q(w, 32)<<8 | q(n, 32),
		q(w, 12)<<24 | q(n, 12)<<16 | q(nw, 12)<<8 | q(ne, 12),
		q(w, 6)<<40 | q(n, 6)<<32 | q(nw, 6)<<24 | q(ne, 6)<<16 | q(ww, 6)<<8 | q(nn, 6),
		q(w, 4)<<48 | q(n, 4)<<40 | q(nw, 4)<<32 | q(ne, 4)<<24 | q(ww, 4)<<16 | q(nn, 4)<<8 | q(nee, 4)<<4 | q(nww, 4),
		uint64(plane),
		uint64(mean)<<8 | q(w, 3)<<4 | q(n, 3),
		q(plane, 16)<<16 | q(w, 6)<<8 | q(ne, 6),
		pos<<8 | q(w, 3)<<4 | q(n, 3),
		pos<<8 | q(plane, 8),
		zeros<<32 | pos/4,
		q(n, 24)<<16 | q(ne, 12)<<8 | q(nn, 6),
		q(w, 24)<<16 | q(ww, 12)<<8 | q(nw, 6),
		uint64(min(max(2*w-ww, 0), 255))<<8 | q(n, 6),
		uint64(min(max(2*n-nn, 0), 255))<<8 | q(w, 6),
		q(w, 16)<<32 | q(n, 16)<<24 | q(ne, 8)<<16 | uint64(s.block)<<4 | q(nw, 3),
		uint64(c.top)<<8 | uint64(c.bright),
		uint64(c.bright)<<8 | uint64(w),
		uint64(w)<<8 | uint64(n),
	}
	s.ofLabel = [labelContexts]uint64{pos<<8 | q(w, 3)<<4 | q(n, 3), zeros<<16 | q(w, 6)<<8 | q(n, 6)}
	s.tell(label)
}

// tell sets the contexts that know the label.
func (s *surroundings) tell(label uint64) {
	for k, key := range s.ofLabel {
		s.keys[withoutLabel+k] = key<<16 | label
	}
}

// ask sets the contexts that know the question: the values of this picture so
// far that would answer it.
func (s *surroundings) ask(c *canvas, depth, prefix int) {
	var no, yes uint32
	if depth > 0 {
		no, yes = c.own[1<<depth|2*prefix], c.own[1<<depth|2*prefix+1]
	}
	state := uint64(stateOf(min(no, fewCounts/2), min(yes, fewCounts/2)))
	s.keys[pixelContexts] = state
	s.keys[pixelContexts+1] = state<<8 | uint64(s.w)
	s.keys[pixelContexts+2] = state<<8 | uint64(s.n)
}
