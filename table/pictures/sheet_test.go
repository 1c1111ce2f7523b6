package pictures

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// counted returns n rows of a picture in which pixel i of row r has the level
// (i+r) mod levels.
func counted(n, width, height, channels, levels int) *table.Batch {
	m := &space.Image{Name: "image", Width: width, Height: height, Channels: channels, Levels: levels}
	b := table.NewBatch(&space.Schema{Fields: m.Fields(), Image: m}, 0, n)
	for i := range b.Cols {
		for r := range n {
			b.Cols[i].Code[r] = int32((i + r) % levels)
		}
	}
	return b
}

func TestSheet(t *testing.T) {
	for _, c := range []struct{ n, columns, width, height, channels, levels, dx, dy int }{
		{5, 0, 3, 2, 1, 2, 3*(3*21+21) + 21, 2*(2*21+21) + 21}, // 3 columns, 2 lines, 21 dots a pixel
		{5, 5, 3, 2, 1, 2, 5*(3*21+21) + 21, 1*(2*21+21) + 21},
		{1, 0, 40, 70, 1, 256, 42, 72},
		{2, 0, 40, 70, 3, 9, 83, 72},
	} {
		b := counted(c.n, c.width, c.height, c.channels, c.levels)
		s, err := Sheet(b, c.columns)
		if err != nil {
			t.Fatal(err)
		}
		if r := s.Bounds(); r.Dx() != c.dx || r.Dy() != c.dy {
			t.Errorf("%+v: a sheet of %dx%d", c, r.Dx(), r.Dy())
		}
		file, err := PNG(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		// Each pixel of each picture is where it should be, in its own shade.
		columns := c.columns
		for columns*columns < c.n {
			columns++
		}
		scale := max(1, 64/max(c.width, c.height))
		for row := range c.n {
			for y := range c.height {
				for x := range c.width {
					px := scale + row%columns*scale*(c.width+1) + x*scale + scale - 1
					py := scale + row/columns*scale*(c.height+1) + y*scale + scale - 1
					var want [3]byte
					for i := range want {
						want[i] = byteOf((b.Schema.Image.Field(x, y, i%c.channels)+row)%c.levels, c.levels)
					}
					if got := color.RGBAModel.Convert(back.At(px, py)); got != (color.RGBA{want[0], want[1], want[2], 255}) {
						t.Fatalf("%+v: picture %d, pixel %d,%d is %v, not %v", c, row, x, y, got, want)
					}
				}
			}
		}
		if got := color.GrayModel.Convert(back.At(0, 0)); got != gap {
			t.Errorf("%+v: the gap is %v", c, got)
		}
	}
}

// TestSheetOfOddValues: what is no level is the colour of the gap.
func TestSheetOfOddValues(t *testing.T) {
	b := counted(1, 2, 2, 1, 2)
	b.Cols[0].Code[0], b.Cols[1].Code[0], b.Cols[2].Code[0] = table.Unknown, table.Missing, 2
	img, err := Of(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := img.(*image.Gray).Pix; !bytes.Equal(got, []byte{0x80, 0x80, 0x80, 0xff}) {
		t.Errorf("pixels %v", got)
	}
}

func TestSheetRefuses(t *testing.T) {
	if _, err := Sheet(table.NewBatch(&space.Schema{}, 0, 1), 0); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if _, err := Sheet(counted(0, 2, 2, 1, 2), 0); err == nil {
		t.Error("a sheet of nothing")
	}
	if _, err := Arrange(make([]image.Image, 3), 0); err == nil {
		t.Error("a sheet of empty places")
	}
	big := image.NewGray(image.Rect(0, 0, 4096, 4096))
	if _, err := Arrange([]image.Image{big, big, big, big}, 0); err == nil {
		t.Error("a sheet of 8k x 8k and its gaps")
	}
}

// TestLevels: a code stands for a byte, and the byte for the code.
func TestLevels(t *testing.T) {
	for levels := 2; levels <= 256; levels++ {
		for code := range levels {
			b := byteOf(code, levels)
			if got := codeOf(b, levels); int(got) != code {
				t.Fatalf("%d levels: code %d is byte %d, and that code %d", levels, code, b, got)
			}
		}
		if byteOf(0, levels) != 0 || byteOf(levels-1, levels) != 255 {
			t.Errorf("%d levels do not run from black to white", levels)
		}
		// Any byte gets the code whose own byte is nearest.
		for b := range 256 {
			code := int(codeOf(byte(b), levels))
			for other := range levels {
				if abs(int(byteOf(other, levels))-b) < abs(int(byteOf(code, levels))-b)-1 {
					t.Fatalf("%d levels: byte %d gets code %d, and %d is nearer", levels, b, code, other)
				}
			}
		}
	}
}

func abs(x int) int { return max(x, -x) }
