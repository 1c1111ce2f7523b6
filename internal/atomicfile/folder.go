package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Folder is a folder in the making: files are put into Dir, which takes the place
// of the path when all of them are there. They are not synced one by one, which
// for thousands of small files takes longer than to write them.
type Folder struct {
	Dir  string // where the files go until Commit
	path string
	done bool
}

// CheckFolder returns an error if a folder cannot be made at path: nothing but an
// empty folder is ever replaced.
func CheckFolder(path string) error {
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s is a folder with files in it, which is not replaced: name a new one", path)
	}
	return nil
}

// CreateFolder starts a folder that will be at path.
func CreateFolder(path string) (*Folder, error) {
	path = filepath.Clean(path)
	if err := CheckFolder(path); err != nil {
		return nil, err
	}
	f := &Folder{Dir: filepath.Join(filepath.Dir(path), fmt.Sprintf(".mimic-%016x.tmp", rand.Uint64())), path: path}
	if err := os.Mkdir(f.Dir, 0o777); err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = &fs.PathError{Op: "create", Path: path, Err: pe.Err}
		}
		return nil, err
	}
	return f, nil
}

// Commit puts the folder at its path. If it cannot, nothing is left of it.
func (f *Folder) Commit() error {
	defer f.Abort()
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) { // only if it is empty
		return err
	}
	if err := os.Rename(f.Dir, f.path); err != nil {
		return err
	}
	f.done = true
	return nil
}

// Abort gives the folder up and removes what is in it. After Commit it does
// nothing, so that it can be deferred.
func (f *Folder) Abort() {
	if f.done {
		return
	}
	f.done = true
	os.RemoveAll(f.Dir)
}
