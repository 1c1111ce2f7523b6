// Package atomicfile writes a file so that its path never names half of one:
// the bytes go to a hidden file in the same folder, which takes the path's
// place when all of them are on disk. A run that fails, or is interrupted and
// aborts, leaves the path as it was.
//
//	f, err := atomicfile.Create(path)
//	if err != nil { … }
//	defer f.Abort()
//	… write to f …
//	return f.Commit()
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// File is a file in the making.
type File struct {
	f    *os.File
	path string // what f is renamed to; "" where f is no regular file
	done bool
}

// Create starts a file that will be at path. A file that is there already
// keeps its bytes until Commit, and its permissions after it; a symbolic link
// stays, and the file that it leads to is replaced. A device or a pipe cannot
// be replaced: it is written to as it is.
func Create(path string) (*File, error) {
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	// Opening the old file for writing asks whether we may replace it: renaming
	// alone needs no leave but the folder's.
	old, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return createPending(path)
	}
	if err != nil {
		return nil, err
	}
	info, err := old.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return &File{f: old}, nil
	}
	if err := errors.Join(err, old.Close()); err != nil {
		return nil, err
	}
	f, err := createPending(path)
	if err != nil {
		return nil, err
	}
	if err := f.f.Chmod(info.Mode().Perm()); err != nil {
		f.Abort()
		return nil, err
	}
	return f, nil
}

func createPending(path string) (*File, error) {
	// Not os.CreateTemp, whose files nobody else may read whatever the umask.
	name := filepath.Join(filepath.Dir(path), fmt.Sprintf(".mimic-%016x.tmp", rand.Uint64()))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = &fs.PathError{Op: "create", Path: path, Err: pe.Err}
		}
		return nil, err
	}
	return &File{f: f, path: path}, nil
}

func (f *File) Write(p []byte) (int, error) { return f.f.Write(p) }

// Commit puts the file at its path. If it cannot, nothing is left of it.
func (f *File) Commit() error {
	if f.path == "" {
		f.done = true
		return f.f.Close()
	}
	defer f.Abort()
	// Without the sync a crash after the rename could show the path with
	// bytes missing.
	if err := f.f.Sync(); err != nil {
		return err
	}
	if err := f.f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.f.Name(), f.path); err != nil {
		return err
	}
	f.done = true
	return nil
}

// Abort gives the file up and removes what was written. After Commit it does
// nothing, so that it can be deferred.
func (f *File) Abort() {
	if f.done {
		return
	}
	f.done = true
	f.f.Close()
	if f.path != "" {
		os.Remove(f.f.Name())
	}
}
