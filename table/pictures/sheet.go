package pictures

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"github.com/seed-64d012fb/mimic/table"
)

// ErrNone says that rows have no picture.
var ErrNone = errors.New("the rows have no picture: their sample space has no image")

// gap is the colour between the pictures of a sheet, and of a pixel whose value
// is no level: neither black nor white.
var gap = color.Gray{Y: 0x80}

// Of returns the picture of a row of b, a dot a pixel.
func Of(b *table.Batch, row int) (image.Image, error) {
	m := b.Schema.Image
	switch {
	case m == nil:
		return nil, ErrNone
	case row < 0 || row >= b.N:
		return nil, fmt.Errorf("picture %d of %d", row, b.N)
	}
	at := func(x, y, channel int) byte {
		code := b.Cols[m.Field(x, y, channel)].Code[row]
		if code < 0 || int(code) >= m.Levels {
			return gap.Y
		}
		return byteOf(int(code), m.Levels)
	}
	size := image.Rect(0, 0, m.Width, m.Height)
	if m.Channels == 3 {
		img := image.NewRGBA(size)
		for i := range m.Width * m.Height {
			for c := range 3 {
				img.Pix[4*i+c] = at(i%m.Width, i/m.Width, c)
			}
			img.Pix[4*i+3] = 0xff
		}
		return img, nil
	}
	img := image.NewGray(size)
	for i := range img.Pix {
		img.Pix[i] = at(i%m.Width, i/m.Width, 0)
	}
	return img, nil
}

// Sheet returns the pictures of all rows of b in one: a contact sheet, line by
// line from the top left, of so many columns; 0 columns make it about square.
// Small pictures are shown larger, in whole dots.
func Sheet(b *table.Batch, columns int) (image.Image, error) {
	if b.Schema.Image == nil {
		return nil, ErrNone
	}
	cells := make([]image.Image, b.N)
	for i := range cells {
		var err error
		if cells[i], err = Of(b, i); err != nil {
			return nil, err
		}
	}
	return Arrange(cells, columns)
}

// MaxSheet is the most dots that a sheet has, of all its pictures and the gaps
// between them.
const MaxSheet = 1 << 26

// small is the size below which a picture is shown larger on a sheet.
const small = 64

// Arrange puts pictures of one size on a sheet, as Sheet does; nil leaves the
// place empty.
func Arrange(cells []image.Image, columns int) (image.Image, error) {
	var size image.Point
	grey := true
	for _, c := range cells {
		if c != nil {
			size.X, size.Y = max(size.X, c.Bounds().Dx()), max(size.Y, c.Bounds().Dy())
			_, is := c.(*image.Gray)
			grey = grey && is
		}
	}
	if size.X == 0 {
		return nil, errors.New("a sheet without pictures")
	}
	if columns <= 0 {
		columns = int(math.Ceil(math.Sqrt(float64(len(cells)))))
	}
	lines := (len(cells) + columns - 1) / columns
	scale := max(1, small/max(size.X, size.Y))
	step := image.Pt(size.X*scale+scale, size.Y*scale+scale)
	whole := image.Rect(0, 0, columns*step.X+scale, lines*step.Y+scale)
	if whole.Dx() > MaxSheet || whole.Dy() > MaxSheet/whole.Dx() {
		return nil, tooMany(len(cells), size.X, size.Y)
	}
	s := newSheet(whole, grey)
	for i, c := range cells {
		if c != nil {
			corner := image.Pt(scale+i%columns*step.X, scale+i/columns*step.Y)
			enlarge(s, corner, c, scale)
		}
	}
	return compact(s), nil
}

func tooMany(n, width, height int) error {
	return fmt.Errorf("%d pictures of %dx%d are too many for one sheet: write them to a folder", n, width, height)
}

// canvas is what a sheet is drawn on.
type canvas interface {
	image.Image
	Set(x, y int, c color.Color)
}

func newSheet(r image.Rectangle, grey bool) canvas {
	if grey {
		s := image.NewGray(r)
		for i := range s.Pix {
			s.Pix[i] = gap.Y
		}
		return s
	}
	s := image.NewRGBA(r)
	for i := range s.Pix {
		s.Pix[i] = gap.Y
		if i%4 == 3 {
			s.Pix[i] = 0xff
		}
	}
	return s
}

// enlarge draws each dot of img as scale by scale dots.
func enlarge(to canvas, at image.Point, img image.Image, scale int) {
	r := img.Bounds()
	for y := range r.Dy() * scale {
		for x := range r.Dx() * scale {
			to.Set(at.X+x, at.Y+y, img.At(r.Min.X+x/scale, r.Min.Y+y/scale))
		}
	}
}

// compact returns the picture with a palette, if it has 16 colours or fewer: its
// file then takes half a byte a dot before compression, or less.
func compact(img image.Image) image.Image {
	r := img.Bounds()
	var colours color.Palette
	index := map[color.Color]uint8{}
	p := image.NewPaletted(r, nil)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := img.At(x, y)
			i, known := index[c]
			if !known {
				if len(colours) == 16 {
					return img
				}
				i = uint8(len(colours))
				index[c] = i
				colours = append(colours, c)
			}
			p.SetColorIndex(x, y, i)
		}
	}
	p.Palette = colours
	return p
}

// PNG returns a picture as a PNG file. The same picture is the same bytes.
func PNG(img image.Image) ([]byte, error) {
	var file bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	err := e.Encode(&file, img)
	return file.Bytes(), err
}

// DataURI returns a picture as the address of an <img> in a page that stands
// alone.
func DataURI(img image.Image) (string, error) {
	file, err := PNG(img)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(file), err
}
