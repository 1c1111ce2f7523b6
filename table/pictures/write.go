package pictures

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// NewSheetWriter returns a writer of one contact sheet, a PNG file, of all rows,
// behind other pictures that come first.
func NewSheetWriter(w io.Writer, s *space.Schema, first ...image.Image) (table.Writer, error) {
	if s.Image == nil {
		return nil, ErrNone
	}
	return &sheetWriter{w: w, schema: s, cells: first}, nil
}

type sheetWriter struct {
	w      io.Writer
	schema *space.Schema
	cells  []image.Image
}

func (s *sheetWriter) Write(b *table.Batch) error {
	size := s.schema.Image
	if n := len(s.cells) + b.N; n > MaxSheet/((size.Width+1)*(size.Height+1)) {
		return tooMany(n, size.Width, size.Height)
	}
	for i := range b.N {
		img, err := Of(b, i)
		if err != nil {
			return err
		}
		s.cells = append(s.cells, img)
	}
	return nil
}

func (s *sheetWriter) Close() error {
	img, err := Arrange(s.cells, 0)
	if err != nil {
		return err
	}
	file, err := PNG(img)
	if err == nil {
		_, err = s.w.Write(file)
	}
	return err
}

// NewFolderWriter returns a writer of a PNG file for each row, called by its
// number, into a folder that is there; in folders in it, one for each label,
// where rows have one.
func NewFolderWriter(folder string, s *space.Schema) (table.Writer, error) {
	if s.Image == nil {
		return nil, ErrNone
	}
	return &folderWriter{folder: folder, label: LabelField(s), made: map[string]bool{}}, nil
}

type folderWriter struct {
	folder string
	label  int
	made   map[string]bool
}

func (f *folderWriter) Write(b *table.Batch) error {
	for i := range b.N {
		img, err := Of(b, i)
		if err != nil {
			return err
		}
		file, err := PNG(compact(img))
		if err != nil {
			return err
		}
		dir := f.folder
		if label := labelOf(b, f.label, i); label != "" {
			if dir = filepath.Join(f.folder, fileName(label)); !f.made[dir] {
				if err := os.MkdirAll(dir, 0o777); err != nil {
					return err
				}
				f.made[dir] = true
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%06d.png", b.First+int64(i))), file, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func (f *folderWriter) Close() error { return nil }

// labelOf returns the label of a row; empty if it has none.
func labelOf(b *table.Batch, field, row int) string {
	if field < 0 || b.Cols[field].Code == nil {
		return ""
	}
	if code := b.Cols[field].Code[row]; code >= 0 {
		return b.Schema.Fields[field].Levels[code]
	}
	return ""
}

// fileName returns the name of a folder for a label: the label, with what some
// system does not take for a name, or takes for a hidden one, as %XX.
func fileName(label string) string {
	var name strings.Builder
	for i, c := range []byte(label) {
		if c < ' ' || strings.IndexByte(`/\:*?"<>|%`, c) >= 0 || c == '.' && (i == 0 || i == len(label)-1) {
			fmt.Fprintf(&name, "%%%02X", c)
		} else {
			name.WriteByte(c)
		}
	}
	return name.String()
}

// maxIDX is the most bytes that an IDX file is written of: all are kept until
// their number is known, which stands before them.
const maxIDX = 1 << 31

// NewIDXWriter returns a writer of an IDX file of pictures, and of one of their
// labels where rows have one (see LabelField). A label is its level, where all
// levels are bytes, and otherwise its place among them. Pixels become grey
// values, from 0, black, to 255.
func NewIDXWriter(images, labels io.Writer, s *space.Schema) (table.Writer, error) {
	if s.Image == nil {
		return nil, ErrNone
	}
	x := &idxWriter{images: images, labels: labels, schema: s, label: LabelField(s)}
	if x.label >= 0 {
		x.number = numbers(s.Fields[x.label].Levels)
		if x.number == nil {
			return nil, fmt.Errorf("%q has %d levels: a label in IDX is a byte", s.Fields[x.label].Name, len(s.Fields[x.label].Levels))
		}
	}
	return x, nil
}

// numbers returns the bytes of levels; nil if they are too many.
func numbers(levels []string) []byte {
	of := make([]byte, len(levels))
	for i, l := range levels {
		n, err := strconv.ParseUint(l, 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != l {
			if len(levels) > 256 {
				return nil
			}
			for i := range of {
				of[i] = byte(i)
			}
			return of
		}
		of[i] = byte(n)
	}
	return of
}

type idxWriter struct {
	images, labels io.Writer
	schema         *space.Schema
	label          int
	number         []byte // of a label's code
	n              int
	pix, shown     []byte // what the pictures are, and what they show
}

func (x *idxWriter) Write(b *table.Batch) error {
	m := x.schema.Image
	n := m.Pixels()
	at := len(x.pix)
	if b.N > (maxIDX-at)/n {
		return fmt.Errorf("more than %d pictures of %s are too many for one IDX file", x.n, m.Size())
	}
	x.pix = append(x.pix, make([]byte, b.N*n)...)
	for j := range n {
		for i, code := range b.Cols[m.First+j].Code {
			if code < 0 || int(code) >= m.Levels {
				return fmt.Errorf("picture %d has a pixel that is no level: IDX has no place for that", b.First+int64(i))
			}
			x.pix[at+i*n+j] = byteOf(int(code), m.Levels)
		}
	}
	for i := range b.N {
		if x.label < 0 {
			break
		}
		code := b.Cols[x.label].Code[i]
		if code < 0 {
			return fmt.Errorf("picture %d has no label: IDX has no place for that", b.First+int64(i))
		}
		x.shown = append(x.shown, x.number[code])
	}
	x.n += b.N
	return nil
}

func (x *idxWriter) Close() error {
	m := x.schema.Image
	sizes := []int{x.n, m.Height, m.Width}
	if m.Channels > 1 {
		sizes = append(sizes, m.Channels)
	}
	if x.n > math.MaxInt32 {
		return fmt.Errorf("%d pictures are too many for one IDX file", x.n)
	}
	if err := writeIDX(x.images, x.pix, sizes...); err != nil || x.label < 0 {
		return err
	}
	return writeIDX(x.labels, x.shown, x.n)
}

// writeIDX writes an IDX file of bytes.
func writeIDX(w io.Writer, values []byte, sizes ...int) error {
	head := []byte{0, 0, idxBytes, byte(len(sizes))}
	for _, n := range sizes {
		head = binary.BigEndian.AppendUint32(head, uint32(n))
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(values)
	return err
}
