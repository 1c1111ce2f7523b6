package binarysets

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "x.data.gz")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(f)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rows, err := Read(write("0,1,1\n1,0,0\n"), write("\n1,1,1\n"))
	if err != nil {
		t.Fatal(err)
	}
	b := rows.All()
	for j, want := range []string{"011", "101", "101"} {
		for i := range b.N {
			if b.Cols[j].Code[i] != int32(want[i]-'0') {
				t.Errorf("row %d, field %d: %d, want %c", i, j, b.Cols[j].Code[i], want[i])
			}
		}
	}
	for text, want := range map[string]string{
		"":           "no rows",
		"0,1\n0,2\n": "line 2",
		"0,1\n0;1\n": "line 2",
		"0,1\n0\n":   "line 2: 1 bits, and 2 in the first",
	} {
		if _, err := Read(write(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := Read(write("0,1\n"), write("0\n")); err == nil || !strings.Contains(err.Error(), "1 bits a row, and 2") {
		t.Errorf("files of two widths: %v", err)
	}
}
