package main

// A picture is side × side pixels of levels values each, from 0, the dark
// ground, to levels-1.
const (
	side   = 32
	levels = 8
)

// picture holds the pixels line by line, from the top left.
type picture [side * side]uint8

func (p *picture) set(x, y int, v uint8) {
	if x >= 0 && x < side && y >= 0 && y < side {
		p[y*side+x] = v
	}
}

// box fills columns x0 to x1 of lines y0 to y1, all included.
func (p *picture) box(x0, y0, x1, y1 int, v uint8) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			p.set(x, y, v)
		}
	}
}

// oval fills the ellipse about (x, y), in half pixels, with half-axes rx and ry
// in pixels.
func (p *picture) oval(x, y, rx, ry float64, v uint8) {
	for j := range side {
		for i := range side {
			dx, dy := (float64(i)-x)/rx, (float64(j)-y)/ry
			if dx*dx+dy*dy <= 1 {
				p.set(i, j, v)
			}
		}
	}
}

// both sets a pixel and its mirror image.
func (p *picture) both(x, y int, v uint8) {
	p.set(x, y, v)
	p.set(side-1-x, y, v)
}

// draw paints the figure. Different figures have different pictures: a bald
// head shows its hair's colour in the brows.
func (f *figure) draw() *picture {
	var (
		p       = new(picture)
		middle  = float64(side-1) / 2
		tone    = []uint8{6, 5, 4}[f[skin]]
		strands = []uint8{1, 2, 7}[f[hairColour]]
		cloth   = []uint8{3, 4, 6}[f[clothesColour]]
	)
	// What lies behind the head.
	switch f[hair] {
	case 1: // long
		p.oval(middle, 13, 9.6, 10.6, strands)
		p.box(6, 13, 25, 24, strands)
	case 2: // curly
		for _, c := range [][2]float64{{7, 9}, {10, 5.5}, {15.5, 4}, {21, 5.5}, {24, 9}, {6.5, 13}, {24.5, 13}} {
			p.oval(c[0], c[1], 3.3, 3.3, strands)
		}
	case 3: // bun
		p.oval(middle, 3, 3.6, 3, strands)
	}
	f.dress(p, cloth, tone)

	// The head.
	p.oval(middle, 13, 7.6, 9, tone)
	if f[hair] != 4 {
		for y := 4; y <= 8; y++ {
			for x := 8; x < side-8; x++ {
				if p[y*side+x] == tone && (y < 8 || x < 10 || x > 21) {
					p.set(x, y, strands)
				}
			}
		}
	}
	p.box(10, 10, 12, 10, strands)
	p.box(19, 10, 21, 10, strands)

	if f[beard] == 1 {
		for y := 16; y <= 22; y++ {
			for x := 8; x < side-8; x++ {
				if p[y*side+x] == tone && (y >= 18 || x < 10 || x > 21) {
					p.set(x, y, strands)
				}
			}
		}
		p.box(12, 17, 19, 19, tone)
	}
	f.face(p, tone)
	return p
}

// face paints eyes, glasses, nose and mouth.
func (f *figure) face(p *picture, tone uint8) {
	p.both(11, 12, 0)
	p.both(15, 15, tone-2)
	frame := uint8(0)
	switch f[glasses] {
	case 1: // round
		for _, d := range [][2]int{{10, 11}, {11, 11}, {12, 11}, {9, 12}, {13, 12}, {10, 13}, {11, 13}, {12, 13}, {14, 12}, {15, 12}} {
			p.both(d[0], d[1], frame)
		}
		p.both(10, 12, 7)
		p.both(12, 12, 7)
	case 2: // square
		for x := 9; x <= 13; x++ {
			p.both(x, 11, frame)
			p.both(x, 14, frame)
		}
		for y := 11; y <= 14; y++ {
			p.both(9, y, frame)
			p.both(13, y, frame)
		}
		p.both(14, 12, frame)
		p.both(15, 12, frame)
	case 3: // dark
		for y := 11; y <= 13; y++ {
			for x := 9; x <= 13; x++ {
				p.both(x, y, 1)
			}
		}
		p.both(14, 11, 1)
		p.both(15, 11, 1)
	}
	switch f[mouth] {
	case 0: // smile
		p.both(12, 17, 0)
		p.both(13, 18, 0)
		p.both(14, 18, 0)
		p.both(15, 18, 0)
	case 1: // straight
		p.box(13, 18, 18, 18, 0)
	case 2: // open
		p.box(14, 17, 17, 19, 0)
		p.box(15, 18, 16, 18, 3)
	}
}

// dress paints neck, shoulders and what they wear.
func (f *figure) dress(p *picture, cloth, tone uint8) {
	p.oval(float64(side-1)/2, 32, 12.5, 8, cloth)
	p.box(13, 21, 18, 25, tone)
	switch f[clothes] {
	case 0: // shirt: buttons
		for y := 27; y < side; y += 2 {
			p.set(15, y, 0)
			p.set(16, y, 0)
		}
	case 1: // stripes
		for y := 26; y < side; y += 2 {
			for x := range side {
				if p[y*side+x] == cloth {
					p.set(x, y, 7)
				}
			}
		}
	case 2: // tie
		p.box(12, 25, 13, 26, 7)
		p.box(18, 25, 19, 26, 7)
		p.box(15, 25, 16, side-1, 1)
	case 3: // dress: bare shoulders
		for y := 24; y <= 27; y++ {
			for x := range side {
				if p[y*side+x] == cloth && (x < 10 || x > 21 || y < 27 && x > 11 && x < 20) {
					p.set(x, y, tone)
				}
			}
		}
	}
}
