package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Image says that fields are the pixels of a picture: Width·Height·Channels
// fields in a row, from First on, from the top left to the bottom right, line
// by line, the channels of a pixel together. Each is a coded field whose code
// is the pixel's value, 0 for black up to Levels-1: a Bool of 2 levels, or an
// Ordinal, without missing values. A colour is red, green and blue.
type Image struct {
	Name                    string // what the picture is called, such as "image"
	First                   int    // position in Schema.Fields of the first pixel
	Width, Height, Channels int    // Channels is 1 for grey, 3 for colour
	Levels                  int    // values that a pixel takes: 2 to MaxLevels
}

// Bounds of a picture: MaxPixels is the number of its fields, as many as a grey
// picture of 512x512 has.
const (
	MaxPixels = 1 << 18
	MaxLevels = 256
)

// Pixels returns the number of fields that the picture has.
func (m *Image) Pixels() int { return m.Width * m.Height * m.Channels }

// Field returns the position in Schema.Fields of a channel of the pixel in
// column x and line y, both from 0.
func (m *Image) Field(x, y, channel int) int {
	return m.First + (y*m.Width+x)*m.Channels + channel
}

// Has reports whether the field at a position is one of the pixels; a nil Image
// has none.
func (m *Image) Has(field int) bool {
	return m != nil && field >= m.First && field < m.First+m.Pixels()
}

// Size returns the size as "28x28", or as "32x32x3" where there are channels.
func (m *Image) Size() string {
	size := fmt.Sprintf("%dx%d", m.Width, m.Height)
	if m.Channels != 1 {
		size += fmt.Sprintf("x%d", m.Channels)
	}
	return size
}

// ParseSize reads what Size writes: "28x28", "32x32x1" or "32x32x3".
func ParseSize(text string) (width, height, channels int, err error) {
	parts := strings.Split(text, "x")
	sizes := [3]int{2: 1}
	if len(parts) < 2 || len(parts) > 3 {
		return 0, 0, 0, fmt.Errorf("%q is no size of a picture, such as 28x28 or, in colour, 32x32x3", text)
	}
	for i, p := range parts {
		if sizes[i], err = strconv.Atoi(p); err != nil {
			return 0, 0, 0, fmt.Errorf("%q is no size of a picture, such as 28x28 or, in colour, 32x32x3", text)
		}
	}
	m := Image{Width: sizes[0], Height: sizes[1], Channels: sizes[2]}
	return m.Width, m.Height, m.Channels, m.checkSize()
}

func (m *Image) checkSize() error {
	switch {
	case m.Width < 1 || m.Height < 1:
		return fmt.Errorf("a picture of %s has no pixels", m.Size())
	case m.Channels != 1 && m.Channels != 3:
		return fmt.Errorf("a picture of %d channels: 1, which is grey, and 3, red, green and blue, are possible", m.Channels)
	case m.Width > MaxPixels || m.Height > MaxPixels || m.Pixels() > MaxPixels: // none overflows
		return fmt.Errorf("a picture of %s has more than %d values: make it smaller", m.Size(), MaxPixels)
	}
	return nil
}

func (m *Image) checkLevels() error {
	if m.Levels < 2 || m.Levels > MaxLevels {
		return fmt.Errorf("pixels of %d levels: 2 to %d are possible", m.Levels, MaxLevels)
	}
	return nil
}

// PixelName returns the name that pixel i of the picture has where nothing says
// otherwise: "image_12_3" is line 12, column 3, and "image_12_3_r" its red.
func (m *Image) PixelName(i int) string {
	at := i / m.Channels
	name := m.Name + "_" + strconv.Itoa(at/m.Width) + "_" + strconv.Itoa(at%m.Width)
	if m.Channels == 3 {
		name += "_" + "rgb"[i%3:i%3+1]
	}
	return name
}

// Fields returns the fields of the pixels.
func (m *Image) Fields() []Field {
	fields := make([]Field, m.Pixels())
	for i := range fields {
		fields[i] = m.pixel(m.PixelName(i))
	}
	return fields
}

// values are the levels of a pixel; all pixels of all pictures share them.
var values = func() (texts [MaxLevels]string) {
	for i := range texts {
		texts[i] = strconv.Itoa(i)
	}
	return texts
}()

// pixel returns the field of a pixel.
func (m *Image) pixel(name string) Field {
	kind := Ordinal
	if m.Levels == 2 {
		kind = Bool
	}
	return Field{Name: name, Kind: kind, Levels: values[:m.Levels:m.Levels]}
}

// isPixel reports whether a field is a pixel of m, whatever its name, stored as
// the others are.
func (m *Image) isPixel(f *Field, storage string) bool {
	want := m.pixel(f.Name)
	return f.Kind == want.Kind && len(f.Missing) == 0 && !f.Quoted && f.Storage == storage &&
		len(f.Levels) == m.Levels && (&f.Levels[0] == &want.Levels[0] || slices.Equal(f.Levels, want.Levels))
}

// check reports what is wrong with the picture of the fields.
func (m *Image) check(fields []Field) error {
	if m.Name == "" {
		return fmt.Errorf("a picture without a name")
	}
	if err := m.checkSize(); err != nil {
		return err
	}
	if err := m.checkLevels(); err != nil {
		return err
	}
	if m.First < 0 || m.First > len(fields)-m.Pixels() {
		return fmt.Errorf("the %d pixels of %s from field %d on, where there are %d fields", m.Pixels(), m.Size(), m.First, len(fields))
	}
	for i := range m.Pixels() {
		if f := &fields[m.First+i]; !m.isPixel(f, fields[m.First].Storage) {
			return fmt.Errorf("field %q is no pixel of %d levels like the others", f.Name, m.Levels)
		}
	}
	return nil
}

// project returns the picture among some of the fields, by position, or nil
// where they do not have all of it, in a row.
func (m *Image) project(fields []int) *Image {
	if m == nil {
		return nil
	}
	first := slices.Index(fields, m.First)
	if first < 0 || first > len(fields)-m.Pixels() {
		return nil
	}
	for i := range m.Pixels() {
		if fields[first+i] != m.First+i {
			return nil
		}
	}
	p := *m
	p.First = first
	return &p
}
