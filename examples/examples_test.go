package examples_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/examples"
)

// read returns the rows of an example, the names first.
func read(t *testing.T, name string) ([][]string, string) {
	t.Helper()
	f, file, err := examples.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows, file
}

func TestExamples(t *testing.T) {
	for _, e := range examples.List() {
		if e.Title == "" || e.Origin == "" || e.Licence == "" {
			t.Errorf("%s: title, origin or licence is not said", e.Name)
		}
		if strings.Contains(e.File, "idx") {
			continue
		}
		rows, file := read(t, e.Name)
		if len(rows)-1 != e.Rows || file != e.File {
			t.Errorf("%s: %d rows in %s, not %d in %s", e.Name, len(rows)-1, file, e.Rows, e.File)
		}
	}
}

// TestDigits holds the digits, unpacked, against the sums of the published files.
func TestDigits(t *testing.T) {
	for name, c := range map[string]struct {
		open func(string) (io.ReadCloser, string, error)
		sum  string
	}{
		"images": {examples.Open, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
		"labels": {examples.OpenLabels, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
	} {
		f, _, err := c.open("digits")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, z); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != c.sum {
			t.Errorf("%s: %s", name, got)
		}
	}
	if r, _, err := examples.OpenLabels("iris"); r != nil || err != nil {
		t.Errorf("labels of a table: %v, %v", r, err)
	}
}

// TestIris holds the names of the species against what is known of them: the
// petals of the first of each, and that those of setosa alone are below 2 cm.
func TestIris(t *testing.T) {
	rows, _ := read(t, "iris")
	want := map[string]struct {
		n      int
		petals string
	}{"setosa": {50, "1.4"}, "versicolor": {50, "4.7"}, "virginica": {50, "6"}}
	n := map[string]int{}
	for _, r := range rows[1:] {
		species := r[4]
		if n[species] == 0 && r[2] != want[species].petals {
			t.Errorf("the first %s has petals of %s cm, not %s", species, r[2], want[species].petals)
		}
		if (species == "setosa") != (r[2] < "2") {
			t.Errorf("%v: setosa has petals below 2 cm, and no other", r)
		}
		n[species]++
	}
	for species, w := range want {
		if n[species] != w.n {
			t.Errorf("%d of %s, not %d", n[species], species, w.n)
		}
	}
}

func TestNoSuchExample(t *testing.T) {
	if _, _, err := examples.Open("city"); err == nil || !strings.Contains(err.Error(), `no example is called "city"; there are "adult", "avatars", "avatar-pictures", "cities", "digits", "iris"`) {
		t.Error(err)
	}
	if _, _, err := examples.Open("adlut"); err == nil || !strings.Contains(err.Error(), `did you mean "adult"?`) {
		t.Error(err)
	}
}

func ExampleList() {
	for _, e := range examples.List() {
		fmt.Printf("example:%s, %d rows: %s\n", e.Name, e.Rows, e.Title)
	}
	// Output:
	// example:adult, 48842 rows: census income: people of the 1994 census of the United States
	// example:avatars, 4000 rows: figures that are put together: hair, glasses, beard, clothes and their colours
	// example:avatar-pictures, 4000 rows: the pictures of the avatars, of 32x32 pixels in 8 levels of grey
	// example:cities, 363 rows: cities of more than a million people, with longitude and latitude
	// example:digits, 10000 rows: handwritten digits of 28x28 pixels: the test set of MNIST
	// example:iris, 150 rows: sepals and petals of three species of iris
}
