package space

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// ImageOverride says that columns are the pixels of a picture. Its size is
// always set. An empty name and 0 levels are taken from the data, and so are the
// columns where none are named.
type ImageOverride struct {
	Image
	Columns PixelColumns
	Storage string // see Field.Storage; of all pixels alike

	at   int // in a complete schema, the fields that stand before the picture
	line int // of the schema file; 0 if it comes from elsewhere
}

// PixelColumns names columns: all of them, or the first and the last of them,
// or, in its zero value, none.
type PixelColumns struct {
	First, Last string
	All         []string
}

func (c *PixelColumns) empty() bool { return c.First == "" && len(c.All) == 0 }

// SetImage adds what --image says, or `image: 28x28` in a schema file: the size
// of a picture, the pixels of which are columns of the data.
func (o *Overrides) SetImage(size string) (err error) {
	m := &ImageOverride{}
	if m.Width, m.Height, m.Channels, err = ParseSize(size); err == nil {
		o.Image = m
	}
	return err
}

// wrap adds to an error where the override stands.
func (o *ImageOverride) wrap(err error) error {
	name := o.Name
	if name == "" {
		name = "image"
	}
	return &OverrideError{o.line, name, err}
}

// The keys of a picture among the fields of a schema file.
var imageKeys = []string{"name", "kind", "size", "levels", "columns", "storage"}

// imageKind is what a picture has for a kind.
const imageKind = "image"

// isImage reports whether an entry of the fields is a picture.
func isImage(pairs []pair) bool {
	return slices.ContainsFunc(pairs, func(p pair) bool {
		kind, err := p.value.text()
		return p.key == "kind" && err == nil && kind == imageKind
	})
}

// readImage reads a picture among the fields.
func readImage(n node, pairs []pair) (*ImageOverride, error) {
	o := &ImageOverride{line: n.line()}
	for _, p := range pairs {
		if !slices.Contains(imageKeys, p.key) {
			return nil, p.unknown(imageKeys)
		}
		if p.key == "columns" {
			if err := o.Columns.read(p.value); err != nil {
				return nil, err
			}
			continue
		}
		text, err := p.value.text()
		if err != nil {
			return nil, err
		}
		switch p.key {
		case "name":
			o.Name = text
		case "storage":
			o.Storage = text
		case "size":
			o.Width, o.Height, o.Channels, err = ParseSize(text)
		case "levels":
			if o.Levels, err = strconv.Atoi(text); err != nil {
				err = fmt.Errorf("%q is no number of levels", text)
			} else {
				err = o.checkLevels()
			}
		}
		if err != nil {
			return nil, p.value.errorf("%v", err)
		}
	}
	switch {
	case o.Name == "":
		return nil, n.errorf("an image without a name")
	case o.Width == 0:
		return nil, n.errorf("image %q: its size is missing, such as `size: 28x28`", o.Name)
	}
	return o, nil
}

func (c *PixelColumns) read(n node) error {
	if _, isList := n.list(); isList == nil {
		var err error
		c.All, err = n.texts()
		return err
	}
	text, err := n.text()
	if err != nil {
		return err
	}
	var ok bool
	if c.First, c.Last, ok = strings.Cut(text, ".."); !ok || c.First == "" || c.Last == "" {
		return n.errorf("columns %q: write the first and the last one, as in pixel0..pixel783, or a list of all", text)
	}
	return nil
}

// appendImage writes a picture as an entry of the fields.
func appendImage(dst []byte, m *Image, fields []Field) []byte {
	dst = append(dst, "  - name: "...)
	dst = append(appendScalar(dst, m.Name), '\n')
	dst = fmt.Appendf(dst, "    kind: %s\n    size: %s\n    levels: %d\n", imageKind, m.Size(), m.Levels)
	pixels := fields[m.First : m.First+m.Pixels()]
	usual := true
	for i := range pixels {
		usual = usual && pixels[i].Name == m.PixelName(i)
	}
	if first, last := pixels[0].Name, pixels[len(pixels)-1].Name; !usual {
		dst = append(dst, "    columns: "...)
		if counted, ok := countNames(first, last, len(pixels)); ok && slices.EqualFunc(pixels, counted, func(f Field, name string) bool { return f.Name == name }) {
			dst = append(appendScalar(dst, first+".."+last), '\n')
		} else {
			names := make([]string, len(pixels))
			for i := range pixels {
				names[i] = pixels[i].Name
			}
			dst = append(appendList(dst, names), '\n')
		}
	}
	if storage := pixels[0].Storage; storage != "" {
		dst = append(dst, "    storage: "...)
		dst = append(appendScalar(dst, storage), '\n')
	}
	return dst
}

// countNames returns the n names from first to last that differ in the number at
// their end: "pixel1", "pixel2", …
func countNames(first, last string, n int) (names []string, ok bool) {
	stem := strings.TrimRight(first, "0123456789")
	digits := first[len(stem):]
	from, err := strconv.Atoi(digits)
	if err != nil || from > 1<<30 || strings.Contains(first, "..") || strings.Contains(last, "..") {
		return nil, false
	}
	width := 0
	if digits[0] == '0' {
		width = len(digits)
	}
	names = make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%0*d", stem, width, from+i)
	}
	return names, names[0] == first && names[n-1] == last
}

// complete returns the picture and the fields of its pixels without any data;
// first is the position of the first.
func (o *ImageOverride) complete(first int) (m *Image, fields []Field, err error) {
	if o.Name == "" || o.Levels == 0 {
		return nil, nil, o.wrap(errors.New("an image needs a name, its size and its levels"))
	}
	m = &o.Image
	m.First = first
	fields = m.Fields()
	names := o.Columns.All
	if o.Columns.First != "" {
		var ok bool
		if names, ok = countNames(o.Columns.First, o.Columns.Last, len(fields)); !ok {
			return nil, nil, o.wrap(fmt.Errorf("%s..%s are not %d columns counted one by one", o.Columns.First, o.Columns.Last, len(fields)))
		}
	}
	if names != nil && len(names) != len(fields) {
		return nil, nil, o.wrap(o.wrongNumber(len(names)))
	}
	for i := range fields {
		if names != nil {
			fields[i].Name = names[i]
		}
		fields[i].Storage = o.Storage
	}
	return m, fields, nil
}

func (o *ImageOverride) wrongNumber(columns int) error {
	return fmt.Errorf("%s for a picture of %s, which has %d", count(columns, "column"), o.Size(), o.Pixels())
}

// apply makes the columns that o is about pixels: called when the fields are
// inferred, as numbers or as bits.
func (o *ImageOverride) apply(fields []Field) (*Image, error) {
	first, err := o.find(fields)
	if err != nil {
		return nil, o.wrap(err)
	}
	m := o.Image
	m.First = first
	pixels := fields[first : first+m.Pixels()]
	if m.Name == "" {
		m.Name = "image"
		if stem, ok := strings.CutSuffix(pixels[0].Name, "_0_0"); ok && stem != "" && o.fits(fields, first, stem) {
			m.Name = stem
		}
	}
	largest := 0
	for i := range pixels {
		largest = max(largest, pixels[i].largestCode())
	}
	switch {
	case m.Levels > 0 && largest >= m.Levels:
		return nil, o.wrap(fmt.Errorf("the data have the value %d, and %d levels end at %d", largest, m.Levels, m.Levels-1))
	case m.Levels == 0:
		m.Levels = usualLevels(largest)
	}
	for i := range pixels {
		p := m.pixel(pixels[i].Name)
		p.Storage = o.Storage
		pixels[i] = p
	}
	return &m, nil
}

// fits reports whether the pixels from first on have the usual names of a
// picture called name.
func (o *ImageOverride) fits(fields []Field, first int, name string) bool {
	m := o.Image
	m.Name = name
	for i := range m.Pixels() {
		if fields[first+i].Name != m.PixelName(i) {
			return false
		}
	}
	return true
}

// usualLevels returns how many levels pixels have, the largest of which is
// given: 256, but where they are so small that they cannot be bytes.
func usualLevels(largest int) int {
	if largest < 32 {
		return max(2, largest+1)
	}
	return MaxLevels
}

// largestCode returns the largest code that the values of a field need if it is
// to be a pixel, or -1 if it cannot be one.
func (f *Field) largestCode() int {
	switch {
	case f.Optional():
	case f.Kind == Bool && slices.Equal(f.Levels, values[:2]):
		return 1
	case f.Kind == Integer && f.Digits == 0 && f.Min >= 0 && f.Max < MaxLevels:
		return int(f.Max)
	}
	return -1
}

// find returns the position of the first pixel among the fields.
func (o *ImageOverride) find(fields []Field) (int, error) {
	if !o.Columns.empty() {
		return o.named(fields)
	}
	n := o.Pixels()
	var starts []int // of runs of n fields that can be pixels
	run, longest, end := 0, 0, 0
	for j := range fields {
		if fields[j].largestCode() < 0 {
			run = 0
			continue
		}
		if run++; run > longest {
			longest, end = run, j
		}
		if run >= n {
			starts = append(starts, j-n+1)
		}
	}
	switch {
	case longest == 0:
		return 0, fmt.Errorf("no column can be a pixel: whole numbers from 0 to %d, none of them missing", MaxLevels-1)
	case len(starts) == 0:
		return 0, fmt.Errorf("a picture of %s has %d columns of whole numbers from 0 to %d, none of them missing, and the data have only %d in a row: %q to %q",
			o.Size(), n, MaxLevels-1, longest, fields[end-longest+1].Name, fields[end].Name)
	case len(starts) > 1: // a label may be a number too, but it has another name
		alike := slices.DeleteFunc(slices.Clone(starts), func(j int) bool { return !namedAlike(fields[j : j+n]) })
		if len(alike) == 1 {
			return alike[0], nil
		}
		return 0, fmt.Errorf("which %d columns are the %s pixels is not clear: %q to %q, or %q to %q: say so in the schema file, by a field of kind image with `columns: FIRST..LAST`",
			n, o.Size(), fields[starts[0]].Name, fields[starts[0]+n-1].Name, fields[starts[1]].Name, fields[starts[1]+n-1].Name)
	}
	return starts[0], nil
}

// named returns the position of the first of the columns that o names.
func (o *ImageOverride) named(fields []Field) (int, error) {
	at := func(name string) (int, error) {
		names := make([]string, len(fields))
		for j := range fields {
			if names[j] = fields[j].Name; names[j] == name {
				return j, nil
			}
		}
		return 0, fmt.Errorf("the data have no column %q; %s", name, spell.Suggest(name, names))
	}
	first, last := o.Columns.First, o.Columns.Last
	if all := o.Columns.All; len(all) > 0 {
		first, last = all[0], all[len(all)-1]
	}
	from, err := at(first)
	if err != nil {
		return 0, err
	}
	to, err := at(last)
	if err != nil {
		return 0, err
	}
	switch {
	case to-from+1 != o.Pixels():
		return 0, fmt.Errorf("%q to %q: %w", first, last, o.wrongNumber(max(0, to-from+1)))
	case len(o.Columns.All) > 0 && len(o.Columns.All) != o.Pixels():
		return 0, o.wrongNumber(len(o.Columns.All))
	}
	for j := from; j <= to; j++ {
		f := &fields[j]
		switch {
		case len(o.Columns.All) > 0 && f.Name != o.Columns.All[j-from]:
			return 0, fmt.Errorf("column %q stands where the picture has %q: the columns of a picture are in a row", f.Name, o.Columns.All[j-from])
		case f.largestCode() < 0:
			return 0, fmt.Errorf("column %q is no pixel: its values are not whole numbers from 0 to %d, or some are missing", f.Name, MaxLevels-1)
		}
	}
	return from, nil
}

// namedAlike reports whether the names of fields differ in their digits alone.
func namedAlike(fields []Field) bool {
	letters := func(f *Field) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, f.Name)
	}
	first := letters(&fields[0])
	for i := range fields {
		if letters(&fields[i]) != first {
			return false
		}
	}
	return true
}
