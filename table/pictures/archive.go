package pictures

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Bounds of what an archive may unpack to, so that a small one cannot fill the
// memory: of one file, and how many files it has.
const (
	maxPacked  = 1 << 28
	maxEntries = 1 << 24
)

// Zip returns the pictures in a zip archive, in the order of their paths. The
// folder of a picture is its label, where there are several.
func Zip(name string, r io.ReaderAt, size int64, closer io.Closer) (Source, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%s is a damaged zip archive: %w", name, err)
	}
	s := &zipped{name: name, closer: closer}
	for _, f := range z.File {
		if f.Mode().IsRegular() && !hidden(f.Name) {
			s.files = append(s.files, f)
		}
	}
	slices.SortFunc(s.files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

type zipped struct {
	name   string
	files  []*zip.File
	closer io.Closer
}

// HasPictures reports whether a zip archive has files in it that are called
// pictures, and is not a document: a sheet of Excel may show some too.
func HasPictures(s Source) bool {
	z, ok := s.(*zipped)
	named := func(is func(name string) bool) bool {
		return slices.ContainsFunc(z.files, func(f *zip.File) bool { return is(f.Name) })
	}
	return ok && named(namedPicture) &&
		!named(func(name string) bool { return name == "[Content_Types].xml" || name == "mimetype" })
}

func (z *zipped) Next() (Picture, error) {
	if len(z.files) == 0 {
		return Picture{}, io.EOF
	}
	f := z.files[0]
	z.files = z.files[1:]
	return Picture{
		name: z.name + ":" + f.Name, label: folderOf(f.Name), loose: true, perhaps: !namedPicture(f.Name),
		load: func() (io.ReadCloser, error) {
			r, err := f.Open()
			if err != nil {
				return nil, damaged(err)
			}
			return bounded{io.LimitReader(r, maxPacked), r}, nil
		},
	}, nil
}

func (z *zipped) Close() error { return z.closer.Close() }

// bounded is a reader that ends early and closes what it reads from.
type bounded struct {
	io.Reader
	io.Closer
}

// Tar returns the pictures in a tar archive, unpacked already, in its order. The
// folder of a picture is its label, where there are several.
func Tar(name string, r io.ReadCloser) Source {
	return &tarred{name: name, tar: tar.NewReader(r), closer: r}
}

type tarred struct {
	name    string
	tar     *tar.Reader
	entries int
	closer  io.Closer
}

func (t *tarred) Next() (Picture, error) {
	for {
		h, err := t.tar.Next()
		if err == io.EOF {
			return Picture{}, err
		}
		if err != nil {
			return Picture{}, fmt.Errorf("%s is a damaged tar archive: %w", t.name, err)
		}
		if t.entries++; t.entries > maxEntries {
			return Picture{}, fmt.Errorf("%s has more than %d files", t.name, maxEntries)
		}
		if h.Typeflag != tar.TypeReg || hidden(h.Name) {
			continue
		}
		p := Picture{name: t.name + ":" + h.Name, label: folderOf(h.Name), loose: true, perhaps: !namedPicture(h.Name)}
		content, err := t.content(p.perhaps)
		if errors.Is(err, errTooLong) {
			p.load = func() (io.ReadCloser, error) { return nil, err }
			return p, nil
		}
		if err != nil {
			return Picture{}, fmt.Errorf("%s is a damaged tar archive: %w", t.name, err)
		}
		p.load = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
		return p, nil
	}
}

var errTooLong = fmt.Errorf("it is larger than %d MB", maxPacked>>20)

// content returns the file at hand, to be decoded while the archive is read on.
// Of what is no picture the beginning is enough to see that.
func (t *tarred) content(perhaps bool) ([]byte, error) {
	var all bytes.Buffer
	if perhaps {
		if _, err := io.CopyN(&all, t.tar, 16); err == io.EOF || IsPicture(all.Bytes()) == "" {
			return all.Bytes(), nil
		} else if err != nil {
			return nil, err
		}
	}
	_, err := io.Copy(&all, io.LimitReader(t.tar, maxPacked+1))
	if err == nil && all.Len() > maxPacked {
		err = errTooLong
	}
	return all.Bytes(), err
}

func (t *tarred) Close() error { return t.closer.Close() }
