package artifact

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models"
)

var update = flag.Bool("update", false, "write the model files of this format that testdata lacks")

// TestOldFilesLoad loads model files as older versions wrote them. Each must
// give its subject the nats that its manifest recorded when it was written. A change
// that breaks this test is a new format version, unless no release wrote the
// format yet: then delete the file and let -update write it.
func TestOldFilesLoad(t *testing.T) {
	home := fmt.Sprintf("testdata/v%d", Version)
	if *update {
		writeMissing(t, home)
	}
	paths, err := filepath.Glob("testdata/v*/*.mimic")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range models.Kinds() {
		if path := filepath.Join(home, kind+".mimic"); !slices.Contains(paths, path) {
			t.Errorf("no model file of %s: go test ./artifact -update writes it", kind)
		}
	}
	for _, path := range paths {
		a, err := Load(path)
		if err != nil {
			t.Error(err)
			continue
		}
		data := tableOf(a.Model)
		if data == nil {
			t.Errorf("%s: of no table that is known here", path)
			continue
		}
		n, err := fit.Evaluate(t.Context(), a.Model, data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		want := a.Manifest.HeldOut.Nats
		// Another architecture rounds a logarithm differently.
		if math.Abs(n.Mean-want.Mean) > 1e-9*math.Abs(want.Mean) || n.Rows != want.Rows || n.Impossible != want.Impossible {
			t.Errorf("%s: %+v, recorded %+v", path, n, want)
		}
	}
}

func writeMissing(t *testing.T, home string) {
	if err := os.MkdirAll(home, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, kind := range models.Kinds() {
		path := filepath.Join(home, kind+".mimic")
		if _, err := os.Stat(path); err == nil {
			continue
		} else if !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := Save(path, sample(t, kind)); err != nil {
			t.Fatal(err)
		}
	}
}
