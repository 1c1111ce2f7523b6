package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
	"github.com/seed-64d012fb/mimic/table/pictures"
)

// readPictures reads sources that are pictures, or all IDX.
func readPictures(ctx context.Context, sources []*source, opt Options) (*table.Table, *ingest.Report, error) {
	var list []pictures.Source
	for _, s := range sources {
		p, err := s.pictures()
		if err != nil {
			for _, open := range list {
				open.Close()
			}
			return nil, nil, err
		}
		list = append(list, p)
	}
	t, rep, err := pictures.Read(ctx, list, pictures.Options{Options: opt.Options, Shape: opt.Shape, SkipBad: opt.SkipBadRows})
	if errors.Is(err, pictures.ErrNoPictures) {
		if s := sources[0]; s.folder {
			return nil, nil, fmt.Errorf("%s is a folder without pictures (PNG, JPEG or GIF): name its files, as in '%s'", s.name, filepath.Join(s.name, "*"+someExtension(s.name)))
		}
		return nil, nil, fmt.Errorf("%s: %w", sources[0].name, err)
	}
	return t, rep, err
}

// pictures opens the source.
func (s *source) pictures() (pictures.Source, error) {
	switch {
	case s.folder:
		return pictures.Folder(s.name), nil
	case s.format == asIDX:
		return s.idx()
	case isZip(s.head):
		if err := s.seekable(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		r, err := s.raw()
		if err != nil {
			return nil, err
		}
		z, err := pictures.Zip(s.name, r.(io.ReaderAt), s.size, r)
		if err == nil && !pictures.HasPictures(z) {
			err = fmt.Errorf("%s is %s", s.name, otherZip)
		}
		if err != nil {
			r.Close()
		}
		return z, err
	case isTar(s.head):
		r, err := s.open()
		if err != nil {
			return nil, err
		}
		return pictures.Tar(s.name, r), nil
	}
	return pictures.File(s.name, s.open), nil
}

// idx opens an IDX file, with that of its labels.
func (s *source) idx() (pictures.Source, error) {
	images, err := s.open()
	if err != nil || s.labels == nil {
		return pictures.IDX(s.name, images, "", nil), err
	}
	labels, err := s.labels.open()
	if err != nil {
		images.Close()
		return nil, err
	}
	return pictures.IDX(s.name, images, s.labels.name, labels), nil
}

// pairLabels finds the labels of IDX files: among the others, or beside them. It
// returns the files of pictures.
func pairLabels(sources []*source) (images []*source, err error) {
	named, taken := map[string]*source{}, map[string]bool{}
	for _, s := range sources {
		if pictures.IsIDX(s.head) == 1 {
			named[s.name] = s
		} else {
			images = append(images, s)
		}
	}
	for _, s := range images {
		if s.findLabels(named); s.labels == nil {
			continue
		}
		taken[s.labels.name] = true
		if err := s.labels.look(); err != nil {
			return nil, fmt.Errorf("%s %w", s.labels.name, err)
		}
		if s.labels.format != asIDX || pictures.IsIDX(s.labels.head) != 1 {
			return nil, fmt.Errorf("%s should be the labels of %s, and is no IDX file of one dimension", s.labels.name, s.name)
		}
	}
	for _, s := range sources {
		if named[s.name] != nil && !taken[s.name] {
			return nil, fmt.Errorf("%s is an IDX file of one dimension, labels, and the pictures that it belongs to are not there", s.name)
		}
	}
	return images, nil
}

// findLabels sets s.labels, where there are some: among those that are named, or
// in a file beside.
func (s *source) findLabels(named map[string]*source) {
	if strings.HasPrefix(s.name, "example:") {
		return // set already
	}
	for _, name := range pictures.LabelNames(s.name) {
		if s.labels = named[name]; s.labels != nil {
			return
		}
	}
	if s.once {
		return
	}
	for _, name := range pictures.LabelNames(s.name) {
		info, err := os.Stat(name)
		if err == nil && info.Mode().IsRegular() {
			s.labels = &source{name: name, raw: func() (io.ReadCloser, error) { return os.Open(name) }, size: info.Size()}
			return
		}
	}
}
