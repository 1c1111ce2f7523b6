package files

import (
	"errors"
	"fmt"
	"image"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// The formats of pictures that are written.
const (
	asSheet  format = "a contact sheet"
	asFolder format = "a folder of PNG files"
)

// CheckSchema returns the error that Create will have for rows of a schema, for
// those who have much to do before they have rows to write.
func CheckSchema(path string, s *space.Schema) error {
	f, _, err := formatOf(path)
	if err == nil && f.ofPictures() && s.Image == nil {
		err = fmt.Errorf("%s is to be %s, and %w", path, f, pictures.ErrNone)
	}
	return err
}

// CreateSheet starts a contact sheet of other pictures and then those of rows; the
// name ends in .png.
func CreateSheet(path string, s *space.Schema, first ...image.Image) (Output, error) {
	if err := CheckSchema(path, s); err != nil {
		return nil, err
	}
	file, err := atomicfile.Create(path)
	if err != nil {
		return nil, err
	}
	w, err := pictures.NewSheetWriter(file, s, first...)
	if err != nil {
		file.Abort()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &output{Writer: w, file: file}, nil
}

// IsSheet reports whether a name is that of a contact sheet.
func IsSheet(path string) bool {
	f, _, err := formatOf(path)
	return err == nil && f == asSheet
}

func (f format) ofPictures() bool { return f == asSheet || f == asFolder || f == asIDX }

// createPictures starts an output of pictures.
func createPictures(path string, f format, pack packing, s *space.Schema) (Output, error) {
	if err := CheckSchema(path, s); err != nil {
		return nil, err
	}
	if f == asFolder {
		folder, err := atomicfile.CreateFolder(path)
		if err != nil {
			return nil, err
		}
		w, err := pictures.NewFolderWriter(folder.Dir, s)
		return &output{Writer: w, file: noBytes{folder}}, err
	}
	if f == asSheet {
		return CreateSheet(path, s)
	}
	file, err := atomicfile.Create(path)
	if err != nil {
		return nil, err
	}
	out := &output{file: file}
	if err := out.startIDX(path, pack, s); err != nil {
		out.Abort()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// startIDX makes of an output one of IDX, with its labels beside it.
func (o *output) startIDX(path string, pack packing, s *space.Schema) error {
	images, err := compressor(o.file, pack)
	if err != nil {
		return err
	}
	o.pack = images
	labels := nowhere
	if pictures.LabelField(s) >= 0 {
		beside, err := atomicfile.Create(pictures.LabelNames(path)[0])
		if err != nil {
			return err
		}
		o.file = both{o.file, beside}
		if labels, err = compressor(beside, pack); err != nil {
			return err
		}
		o.pack = closers{images, labels}
	}
	o.Writer, err = pictures.NewIDXWriter(images, labels, s)
	return err
}

var nowhere io.WriteCloser = uncompressed{io.Discard}

// compressor returns a writer that compresses into another, or does not.
func compressor(w io.Writer, pack packing) (io.WriteCloser, error) {
	switch pack {
	case gzipped:
		return gzip.NewWriter(w), nil
	case zstandard:
		return zstd.NewWriter(w)
	}
	return uncompressed{w}, nil
}

type uncompressed struct{ io.Writer }

func (uncompressed) Close() error { return nil }

type closers []io.Closer

func (all closers) Close() (err error) {
	for _, c := range all {
		err = errors.Join(err, c.Close())
	}
	return err
}

// both are two files that come into their places together, the second one first.
type both struct {
	destination
	beside destination
}

func (b both) Commit() error {
	if err := b.beside.Commit(); err != nil {
		return err
	}
	return b.destination.Commit()
}

func (b both) Abort() {
	b.destination.Abort()
	b.beside.Abort()
}

// noBytes is a destination that is a folder.
type noBytes struct{ *atomicfile.Folder }

func (noBytes) Write([]byte) (int, error) { return 0, errors.New("a folder takes no bytes") }
