package testdata

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSharedIsFoundFromBelow(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, "shared", "data", "tables", "x.csv")
	below := filepath.Join(root, "repo", "some", "package")
	for _, dir := range []string{filepath.Dir(want), below} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(want, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if got := Shared(t, "tables/x.csv"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	t.Run("otherwise", func(t *testing.T) {
		defer func() {
			if !t.Skipped() {
				t.Error("a dataset that is nowhere does not skip the test")
			}
		}()
		Shared(t, "tables/none-of-that-name.csv")
	})
}
