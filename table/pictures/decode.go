package pictures

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"  // the formats
	_ "image/jpeg" // that are
	_ "image/png"  // decoded
	"io"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
)

// maxDecoded is how many dots a picture may have that is to be made smaller:
// 8192x8192. A small file can claim any size, and memory is taken for all of it.
const maxDecoded = 1 << 26

// maxHead is how much of a file is looked at to find its size.
const maxHead = 1 << 24

// bitmap is a picture in bytes: line by line, from the top left, the channels of
// a pixel together. 0 is dark, 255 is light.
type bitmap struct {
	width, height, channels int // 1 is grey; 3 is red, green and blue
	pix                     []byte
	was                     [2]int // its width and height before it was resized
}

// errNoPicture says that a file is none, and not called one either.
var errNoPicture = errors.New("it is no picture")

// read reads a picture and makes it fit.
func (t *target) read(p Picture) (bitmap, error) {
	b := p.pix
	if p.load != nil {
		r, err := p.load()
		if err != nil {
			return bitmap{}, err
		}
		defer r.Close()
		if b, err = t.decode(r, p.perhaps); err != nil {
			return bitmap{}, err
		}
	}
	if t.channels == 1 {
		b = b.gray()
	}
	if t.width > 0 {
		b = b.resize(t.width, t.height)
	}
	return b, nil
}

// decode reads a picture file.
func (t *target) decode(r io.Reader, perhaps bool) (bitmap, error) {
	in := bufio.NewReaderSize(r, 16<<10)
	magic, err := in.Peek(16)
	if err != nil && err != io.EOF {
		return bitmap{}, damaged(err)
	}
	if IsPicture(magic) == "" {
		if perhaps {
			return bitmap{}, errNoPicture
		}
		return bitmap{}, fmt.Errorf("it is %s", unreadable(magic))
	}
	// The size is at the start of a PNG and a GIF, and of a JPEG behind what a
	// camera has to tell, which may be long.
	var head bytes.Buffer
	config, _, err := image.DecodeConfig(io.TeeReader(io.LimitReader(in, maxHead), &head))
	if err != nil {
		return bitmap{}, damaged(err)
	}
	if err := t.checkSize(config.Width, config.Height); err != nil {
		return bitmap{}, err
	}
	img, _, err := image.Decode(io.MultiReader(&head, in))
	if err != nil {
		return bitmap{}, damaged(err)
	}
	return flatten(img, image.Rect(0, 0, config.Width, config.Height)), nil
}

// checkSize refuses a picture before memory is taken for it.
func (t *target) checkSize(width, height int) error {
	switch {
	case width < 1 || height < 1:
		return errors.New("it has no pixels")
	case width > maxDecoded || height > maxDecoded || width*height > maxDecoded:
		return fmt.Errorf("it is %dx%d: pictures of up to %d dots are read", width, height, maxDecoded)
	case t.width == 0 && width*height > space.MaxPixels:
		return fmt.Errorf("it is %dx%d, and each dot would be a field: make the pictures smaller, with --resize 64x64 for example", width, height)
	}
	return nil
}

func damaged(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("it is cut off")
	}
	return fmt.Errorf("it is damaged: %w", err)
}

// IsPicture returns the format of a picture file that starts with head: "PNG",
// "JPEG" or "GIF"; empty if it is none.
func IsPicture(head []byte) string {
	for _, f := range []struct{ format, magic string }{{"PNG", "\x89PNG\r\n\x1a\n"}, {"JPEG", "\xff\xd8\xff"}, {"GIF", "GIF8"}} {
		if strings.HasPrefix(string(head), f.magic) {
			return f.format
		}
	}
	return ""
}

// Unreadable returns what a picture file is that is not read, and what to do
// about it; empty if it is no picture that is known.
func Unreadable(head []byte) string {
	at := func(i int, magic string) bool { return len(head) >= i && strings.HasPrefix(string(head[i:]), magic) }
	switch {
	case at(0, "RIFF") && at(8, "WEBP"):
		return "a WebP picture: save it as PNG"
	case at(0, "BM"):
		return "a BMP picture: save it as PNG"
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return "a TIFF picture: save it as PNG"
	case at(4, "ftypavif"), at(4, "ftyphei"), at(4, "ftypmif1"):
		return "a HEIC or AVIF picture: save it as PNG"
	}
	return ""
}

func unreadable(head []byte) string {
	if what := Unreadable(head); what != "" {
		return what
	}
	if len(head) == 0 {
		return "empty"
	}
	return "neither PNG, JPEG nor GIF"
}

// flatten returns the dots of a picture in a frame of its own, grey if all of
// them are. What is transparent, and what of the frame a GIF leaves out, lies on
// white.
func flatten(img image.Image, frame image.Rectangle) bitmap {
	width, height := frame.Dx(), frame.Dy()
	if g, ok := img.(*image.Gray); ok && g.Rect == frame {
		b := bitmap{width: width, height: height, channels: 1, pix: make([]byte, 0, width*height)}
		for y := range height {
			b.pix = append(b.pix, g.Pix[y*g.Stride:y*g.Stride+width]...)
		}
		return b
	}
	flat := image.NewRGBA(frame)
	draw.Draw(flat, frame, image.White, image.Point{}, draw.Src)
	draw.Draw(flat, frame, img, image.Point{}, draw.Over)
	b := bitmap{width: width, height: height, channels: 3, pix: make([]byte, 3*width*height)}
	isGray := true
	for i := range width * height {
		p, q := b.pix[3*i:3*i+3], flat.Pix[4*i:4*i+3]
		copy(p, q)
		isGray = isGray && p[0] == p[1] && p[1] == p[2]
	}
	if isGray {
		return b.gray()
	}
	return b
}
