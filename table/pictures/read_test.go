package pictures

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestResize holds the areas against a sum over small squares that divide both
// sizes.
func TestResize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range [][4]int{{4, 4, 2, 2}, {5, 3, 3, 5}, {7, 2, 2, 7}, {1, 1, 3, 2}, {9, 8, 4, 1}, {3, 3, 3, 3}} {
		for _, channels := range []int{1, 3} {
			from := bitmap{width: c[0], height: c[1], channels: channels, pix: make([]byte, c[0]*c[1]*channels)}
			for i := range from.pix {
				from.pix[i] = byte(r.Uint32())
			}
			to := from.resize(c[2], c[3])
			for y := range c[3] {
				for x := range c[2] {
					for ch := range channels {
						sum := 0
						for sy := range c[1] {
							for sx := range c[0] { // c[0] by c[1] small squares make a new pixel
								ox, oy := (x*c[0]+sx)/c[2], (y*c[1]+sy)/c[3]
								sum += int(from.pix[(oy*c[0]+ox)*channels+ch])
							}
						}
						area := c[0] * c[1]
						if want, got := (sum+area/2)/area, int(to.pix[(y*c[2]+x)*channels+ch]); got != want {
							t.Errorf("%v: pixel %d,%d is %d, want %d", c, x, y, got, want)
						}
					}
				}
			}
		}
	}
}

// TestGray: of a colour its brightness, of a grey itself.
func TestGray(t *testing.T) {
	for v := range 256 {
		b := bitmap{width: 1, height: 1, channels: 3, pix: []byte{byte(v), byte(v), byte(v)}}
		if got := b.gray().pix[0]; int(got) != v {
			t.Errorf("grey %d becomes %d", v, got)
		}
	}
	for c, want := range map[[3]byte]byte{{255, 0, 0}: 76, {0, 255, 0}: 150, {0, 0, 255}: 29} { // .299, .587, .114
		if got := (bitmap{width: 1, height: 1, channels: 3, pix: c[:]}).gray().pix[0]; got != want {
			t.Errorf("%v is as bright as %d, want %d", c, got, want)
		}
	}
}

// TestCoding: grey values where they can be, codes where they cannot.
func TestCoding(t *testing.T) {
	for _, c := range []struct {
		bytes  []byte
		levels int
		raw    bool
		codes  []int32
		count  int
	}{
		{[]byte{0, 255}, 0, false, []int32{0, 1}, 2},
		{[]byte{0, 255}, 0, true, []int32{0, 1}, 2},
		{[]byte{0, 1}, 0, true, []int32{0, 1}, 2},
		{[]byte{0, 1}, 0, false, []int32{0, 1}, 256},
		{[]byte{0, 5, 31}, 0, true, []int32{0, 5, 31}, 32},
		{[]byte{0, 5, 32}, 0, true, []int32{0, 5, 32}, 256},
		{[]byte{0, 1, 2}, 8, true, []int32{0, 1, 2}, 8},
		{[]byte{0, 1, 2}, 256, true, []int32{0, 1, 2}, 256},
		{[]byte{0, 36, 255}, 8, true, []int32{0, 1, 7}, 8},
		{[]byte{0, 85, 170, 255}, 0, false, []int32{0, 1, 2, 3}, 4},
		{[]byte{100, 255}, 0, false, []int32{100, 255}, 256}, // two of 24 levels, by chance
		{[]byte{127, 128}, 2, false, []int32{0, 1}, 2},
		{[]byte{0}, 0, true, []int32{0}, 2},
	} {
		var seen [256]bool
		for _, b := range c.bytes {
			seen[b] = true
		}
		of, count := coding(&seen, c.levels, c.raw)
		var got []int32
		for _, b := range c.bytes {
			got = append(got, of[b])
		}
		if !slices.Equal(got, c.codes) || count != c.count {
			t.Errorf("%+v: codes %v of %d levels", c, got, count)
		}
	}
}

// TestFrame: what a GIF leaves out of its frame, and what is transparent, lies on
// white.
func TestFrame(t *testing.T) {
	p := image.NewPaletted(image.Rect(1, 0, 3, 1), color.Palette{color.Black, color.Transparent})
	p.Pix = []byte{0, 1}
	if b := flatten(p, image.Rect(0, 0, 4, 1)); !bytes.Equal(b.pix, []byte{255, 0, 255, 255}) || b.channels != 1 {
		t.Errorf("%+v", b)
	}
	sub := image.NewGray(image.Rect(0, 0, 4, 4)).SubImage(image.Rect(0, 0, 2, 2)) // rows farther apart than wide
	if b := flatten(sub, image.Rect(0, 0, 2, 2)); len(b.pix) != 4 {
		t.Errorf("%+v", b)
	}
}

func TestLabelNames(t *testing.T) {
	for images, want := range map[string]string{
		"a/train-images-idx3-ubyte.gz": "a/train-labels-idx1-ubyte.gz",
		"images.idx":                   "labels.idx",
		"new.idx.gz":                   "new-labels.idx.gz",
		"images/new.idx":               "images/new-labels.idx",
		"t10k-images.idx3-ubyte":       "t10k-labels.idx1-ubyte",
	} {
		if got := LabelNames(images)[0]; got != want {
			t.Errorf("%s: %s, want %s", images, got, want)
		}
	}
}

// FuzzIDX: any bytes are pictures or an error, and take no more memory than they
// are long, many times over.
func FuzzIDX(f *testing.F) {
	f.Add([]byte{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4}, []byte{0, 0, 8, 1, 0, 0, 0, 2, 7, 9})
	f.Add([]byte{0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3}, []byte(nil))
	f.Add([]byte{0, 0, 8, 3, 127, 255, 255, 255, 0, 0, 2, 0, 0, 0, 2, 0}, []byte(nil))
	f.Add([]byte{0, 0, 13, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4}, []byte{0})
	f.Add([]byte{0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 1, 0, 0, 0, 1}, []byte(nil))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		var beside io.ReadCloser
		if len(labels) > 0 {
			beside = io.NopCloser(bytes.NewReader(labels))
		}
		tab, _, err := Read(t.Context(), []Source{IDX("x", io.NopCloser(bytes.NewReader(images)), "y", beside)}, Options{})
		if err != nil {
			return
		}
		m := tab.Schema().Image
		if n := int(tab.Rows()) * m.Width * m.Height; n > len(images) {
			t.Fatalf("%d dots in %d bytes", n, len(images))
		}
	})
}

// FuzzDecode: any bytes are a picture or an error. The decoders are those of the
// standard library; what is theirs to bound is bounded before they are called.
func FuzzDecode(f *testing.F) {
	var file bytes.Buffer
	png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 3, 2)))
	f.Add(file.Bytes())
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"))
	f.Add([]byte("\xff\xd8\xff\xe0"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var to target
		b, err := to.decode(bytes.NewReader(file), false)
		if err == nil && len(b.pix) != b.width*b.height*b.channels {
			t.Fatalf("%dx%dx%d in %d bytes", b.width, b.height, b.channels, len(b.pix))
		}
	})
}
