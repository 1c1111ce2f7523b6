package pictures

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Folder returns the pictures in a folder and the folders in it, in the order of
// their paths. The folder of a picture is its label, but for those that are not
// deeper.
func Folder(root string) Source { return &folder{root: root} }

type folder struct {
	root   string
	listed bool
	paths  []string // relative to root, with slashes
}

func (f *folder) Next() (Picture, error) {
	if !f.listed {
		if err := f.list(); err != nil {
			return Picture{}, err
		}
	}
	if len(f.paths) == 0 {
		return Picture{}, io.EOF
	}
	at := f.paths[0]
	f.paths = f.paths[1:]
	file := filepath.Join(f.root, filepath.FromSlash(at))
	return Picture{
		name: file, label: folderOf(at), perhaps: !namedPicture(at),
		load: func() (io.ReadCloser, error) { return os.Open(file) },
	}, nil
}

func (f *folder) Close() error { return nil }

// list finds the files. Those that are hidden are none of ours.
func (f *folder) list() error {
	f.listed = true
	root, err := filepath.EvalSymlinks(f.root)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case at == root:
			return nil
		case strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		}
		if info, err := os.Stat(at); err != nil || !info.Mode().IsRegular() { // a link that leads nowhere; a pipe
			return nil
		}
		rel, err := filepath.Rel(root, at)
		f.paths = append(f.paths, filepath.ToSlash(rel))
		return err
	})
}

// folderOf returns the name of the folder of a path, empty if it has none.
func folderOf(at string) string {
	if dir := path.Base(path.Dir(at)); dir != "." && dir != "/" {
		return dir
	}
	return ""
}

// namedPicture reports whether the name of a file is that of a picture.
func namedPicture(name string) bool {
	return slices.Contains([]string{
		".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".avif",
	}, strings.ToLower(path.Ext(name)))
}

// hidden reports whether a path in an archive is one that its maker did not
// mean: hidden, or a shadow that macOS packs beside each file.
func hidden(at string) bool {
	for _, part := range strings.Split(at, "/") {
		if strings.HasPrefix(part, ".") && part != "." && part != ".." || part == "__MACOSX" {
			return true
		}
	}
	return false
}

// File returns one picture in a file of its own. Its label is its folder, where
// the pictures beside which it is read lie in several.
func File(name string, open func() (io.ReadCloser, error)) Source { return &file{name, open} }

type file struct {
	name string
	open func() (io.ReadCloser, error)
}

func (f *file) Next() (Picture, error) {
	if f.open == nil {
		return Picture{}, io.EOF
	}
	p := Picture{name: f.name, label: folderOf(filepath.ToSlash(f.name)), loose: true, load: f.open}
	f.open = nil
	return p, nil
}

func (f *file) Close() error { return nil }
