package files

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-64d012fb/mimic/examples"
)

// source is one file of a dataset, wherever it is.
type source struct {
	name   string                        // for messages
	raw    func() (io.ReadCloser, error) // its bytes as they are stored
	size   int64                         // of them; 0 if not known
	packed bool                          // they are compressed
	full   int64                         // bytes of the content; 0 if not known
	format format                        // of what is in them
	once   bool                          // they can be read only once: standard input, a pipe
	temp   *spool                        // a copy of them
	head   []byte                        // the beginning of the content, of pictures and IDX
	folder bool                          // name is a folder of pictures
	labels *source                       // of IDX; nil if there are none
}

// expand returns the sources that the patterns name.
func expand(patterns []string) ([]*source, error) {
	var sources []*source
	named := map[string]bool{}
	for _, p := range patterns {
		more, err := expandOne(p)
		if err != nil {
			return nil, err
		}
		for _, s := range more {
			if named[s.name] {
				return nil, fmt.Errorf("%s is named twice: its rows would count twice", s.name)
			}
			named[s.name] = true
		}
		sources = append(sources, more...)
	}
	if len(sources) == 0 {
		return nil, errors.New("no data: name a file, a glob such as 'parts/*.csv', '-' for standard input, or example:NAME")
	}
	return sources, nil
}

func expandOne(pattern string) ([]*source, error) {
	if pattern == "-" {
		stdin := func() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil }
		return []*source{{name: "standard input", raw: stdin, once: true}}, nil
	}
	if name, ok := strings.CutPrefix(pattern, "example:"); ok {
		s, err := fromExample(pattern, name)
		return []*source{s}, err
	}
	if strings.Contains(pattern, "://") {
		return nil, fmt.Errorf("%s is an address: download it, and give the file", pattern)
	}
	// A file may be called "a[1].csv".
	s, err := fromPath(pattern)
	if !errors.Is(err, fs.ErrNotExist) || !strings.ContainsAny(pattern, "*?[") {
		return []*source{s}, err
	}
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no file matches %s", pattern)
	}
	sources := make([]*source, len(paths)) // Glob sorts
	for i, path := range paths {
		if sources[i], err = fromPath(path); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

func fromExample(pattern, name string) (*source, error) {
	opens := func(open func(string) (io.ReadCloser, string, error)) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) {
			r, _, err := open(name)
			return r, err
		}
	}
	s := &source{name: pattern, raw: opens(examples.Open)}
	r, err := s.raw()
	if err != nil {
		return nil, err
	}
	if labels, _, err := examples.OpenLabels(name); err != nil {
		return nil, err
	} else if labels != nil {
		s.labels = &source{name: "the labels of " + pattern, raw: opens(examples.OpenLabels)}
		labels.Close()
	}
	return s, r.Close()
}

func fromPath(path string) (*source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return &source{name: filepath.Clean(path), folder: true}, nil
	}
	return &source{
		name: filepath.Clean(path),
		raw:  func() (io.ReadCloser, error) { return os.Open(path) },
		size: info.Size(),
		once: !info.Mode().IsRegular(),
	}, nil
}

// someExtension returns how the name of a file of the folder ends.
func someExtension(dir string) string {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name := e.Name()
		if i := strings.Index(name, "."); i > 0 && !e.IsDir() {
			return name[i:]
		}
	}
	return ".csv"
}

// look finds out what the source is. Its errors follow on its name.
func (s *source) look() error {
	if s.folder {
		s.format = asPictures
		return nil
	}
	if s.once {
		if err := s.copy(s.raw); err != nil {
			return err
		}
	}
	r, err := s.raw()
	if err != nil {
		if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
			err = pe.Err // the name is said already
		}
		return fmt.Errorf("cannot be opened: %w", err)
	}
	defer r.Close()
	var head []byte
	if s.packed, s.format, head, err = identify(r); err != nil {
		return err
	}
	if s.format == asPictures || s.format == asIDX {
		s.head = head
	}
	if s.full = s.size; s.packed {
		s.full = unpackedSize(r, s.size)
	}
	return nil
}

// open returns the content of the source, decompressed.
func (s *source) open() (io.ReadCloser, error) {
	r, err := s.raw()
	if err != nil || !s.packed {
		return r, err
	}
	z, _, err := decompress(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		r.Close()
		return nil, err
	}
	return &unpacked{z, r}, nil
}

// unpacked is a decompressor and the file under it.
type unpacked struct {
	io.ReadCloser
	file io.Closer
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("the compressed file is cut off: %w", err)
	}
	return n, err
}

func (u *unpacked) Close() error { return errors.Join(u.ReadCloser.Close(), u.file.Close()) }

// seekable makes sure that raw yields a file that can be read at any place,
// with the content as it is.
func (s *source) seekable() error {
	if !s.packed {
		r, err := s.raw()
		if err != nil {
			return err
		}
		defer r.Close()
		if _, ok := r.(io.ReaderAt); ok {
			return nil
		}
	}
	return s.copy(s.open)
}

// copy makes the source one that reads from a temporary file.
func (s *source) copy(from func() (io.ReadCloser, error)) error {
	r, err := from()
	if err != nil {
		return err
	}
	defer r.Close()
	temp, err := newSpool(r)
	if err != nil {
		return err
	}
	s.release()
	s.temp, s.size, s.full, s.packed = temp, temp.size, temp.size, false
	s.raw = func() (io.ReadCloser, error) { return temp.open(), nil }
	return nil
}

func (s *source) release() {
	if s.temp != nil {
		s.temp.remove()
	}
}

// spool is a temporary file. It has no name where the system allows that, so
// that nothing is left of it however the program ends.
type spool struct {
	file *os.File
	size int64
}

func newSpool(r io.Reader) (*spool, error) {
	f, err := os.CreateTemp("", "mimic-*.tmp")
	if err != nil {
		return nil, err
	}
	s := &spool{file: f}
	os.Remove(f.Name())
	if s.size, err = io.Copy(f, r); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *spool) remove() {
	s.file.Close()
	os.Remove(s.file.Name())
}

// open returns the spool from its start.
func (s *spool) open() io.ReadCloser {
	return struct {
		*io.SectionReader
		io.Closer
	}{io.NewSectionReader(s.file, 0, s.size), io.NopCloser(nil)}
}
