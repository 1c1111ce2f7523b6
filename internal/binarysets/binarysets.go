// Package binarysets reads the standard binary density sets: compressed lines of 0s
// and 1s with commas between them.
package binarysets

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Table returns the rows of a part of a set, such as "nltcs.ts", from the data
// that lies beside the repository; it skips the test where there is none.
func Table(t testing.TB, part string) *table.Table {
	t.Helper()
	rows, err := Read(testdata.Shared(t, "binary/"+part+".data.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Read returns the rows of files, one file after the other, as fields x0, x1, …
func Read(paths ...string) (*table.Table, error) {
	var rows [][]byte
	for _, path := range paths {
		more, err := read(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(rows) > 0 && len(more[0]) != len(rows[0]) {
			return nil, fmt.Errorf("%s: %d bits a row, and %d in %s", path, len(more[0]), len(rows[0]), paths[0])
		}
		rows = append(rows, more...)
	}
	s := new(space.Schema)
	for j := range rows[0] {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	b := table.NewBatch(s, 0, len(rows))
	for i, row := range rows {
		for j, bit := range row {
			b.Cols[j].Code[i] = int32(bit)
		}
	}
	return table.New(b), nil
}

func read(path string) ([][]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return parse(z)
}

// parse returns the bits of each line that is not empty, as many of each, of one
// line at least.
func parse(r io.Reader) (rows [][]byte, err error) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var row []byte
		for i, c := range lines.Bytes() {
			switch {
			case i%2 == 0 && (c == '0' || c == '1'):
				row = append(row, c-'0')
			case i%2 == 0 || c != ',':
				return nil, fmt.Errorf("line %d: %q is no row of bits", len(rows)+1, lines.Bytes())
			}
		}
		if len(row) == 0 {
			continue
		}
		if len(rows) > 0 && len(row) != len(rows[0]) {
			return nil, fmt.Errorf("line %d: %d bits, and %d in the first", len(rows)+1, len(row), len(rows[0]))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 && lines.Err() == nil {
		return nil, errors.New("no rows")
	}
	return rows, lines.Err()
}
