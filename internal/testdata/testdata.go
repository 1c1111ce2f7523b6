// Package testdata finds the datasets that tests use and that are too large, or
// not free enough, to live in the repository.
package testdata

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared returns the path of a file of the folder shared/data that lies beside
// the repository, such as "tables/adult.csv.gz". It skips the test where that
// folder is not there.
func Shared(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		path := filepath.Join(dir, "shared", "data", filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Skipf("no shared/data/%s in this directory or above it: a dataset that the repository does not carry", name)
		}
		dir = up
	}
}
