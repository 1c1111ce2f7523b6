package atomicfile

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// names lists all files of a folder, hidden ones included.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func write(t *testing.T, f *File, text string) {
	t.Helper()
	if _, err := f.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	for _, text := range []string{"first", "2nd"} { // new, then replaced
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, f, text)
		if b, err := os.ReadFile(path); err == nil && string(b) == text {
			t.Fatal("visible before Commit")
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		f.Abort() // after Commit: nothing
		if got := content(t, path); got != text {
			t.Fatalf("content %q, want %q", got, text)
		}
		if got := names(t, dir); len(got) != 1 {
			t.Fatalf("left behind: %v", got)
		}
	}
}

func TestAbortLeavesThePathAsItWas(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, "half")
	f.Abort()
	f.Abort()
	if got := names(t, dir); len(got) != 0 {
		t.Fatalf("left behind: %v", got)
	}

	if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if f, err = Create(path); err != nil {
		t.Fatal(err)
	}
	write(t, f, "half")
	f.Abort()
	if got := content(t, path); got != "old" || len(names(t, dir)) != 1 {
		t.Fatalf("content %q, folder %v", got, names(t, dir))
	}
}

func TestCommitThatCannotRename(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.csv")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	// A folder has taken the path meanwhile.
	if err := os.MkdirAll(filepath.Join(path, "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if f.Commit() == nil {
		t.Fatal("Commit over a folder gave no error")
	}
	if got := names(t, dir); len(got) != 1 {
		t.Fatalf("left behind: %v", got)
	}
}

func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("permissions are Unix's")
	}
	dir := t.TempDir()
	plain, kept := filepath.Join(dir, "plain"), filepath.Join(dir, "kept")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	want, _ := os.Stat(plain) // what the umask makes of 0666
	os.Remove(plain)
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]fs.FileMode{plain: want.Mode(), kept: 0o600} {
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(path); info.Mode() != mode {
			t.Errorf("%s: mode %v, want %v", filepath.Base(path), info.Mode(), mode)
		}
	}
}

func TestSymbolicLinkStays(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	if err := os.WriteFile(real, []byte("old"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	f, err := Create(link)
	if err != nil {
		t.Fatal(err)
	}
	write(t, f, "new")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if to, err := os.Readlink(link); err != nil || to != "real" || content(t, real) != "new" {
		t.Fatalf("link to %q (%v), content %q", to, err, content(t, real))
	}
}

func TestDeviceIsWrittenInPlace(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode().IsRegular() {
		t.Skip("no null device")
	}
	for _, end := range []func(*File){func(f *File) { f.Abort() }, func(f *File) {
		if err := f.Commit(); err != nil {
			t.Error(err)
		}
	}} {
		f, err := Create(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		write(t, f, "gone")
		end(f)
	}
	if after, err := os.Stat(os.DevNull); err != nil || after.Mode() != before.Mode() {
		t.Fatalf("the null device is now %v (%v)", after.Mode(), err)
	}
}

func TestErrorsNameThePath(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "no", "such", "out.csv")} {
		if _, err := Create(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("Create(%s): %v", path, err)
		}
	}
}
