package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// set is one of the standard binary density sets, whose rows were dealt to
// training, validation and test by those who published it.
type set struct {
	learn *table.Table // training rows, and the validation rows behind them
	train *table.Table // the training rows alone
	valid *table.Table // the validation rows alone
	test  *table.Table
}

// read reads DIR/name.{ts,valid,test}.data.gz.
func read(dir, name string) (*set, error) {
	var parts [3][][]byte
	for i, part := range []string{"ts", "valid", "test"} {
		path := filepath.Join(dir, name+"."+part+".data.gz")
		var err error
		if parts[i], err = readBits(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if len(parts[i][0]) != len(parts[0][0]) {
			return nil, fmt.Errorf("%s: %d columns, and %d in the training rows", path, len(parts[i][0]), len(parts[0][0]))
		}
	}
	s := new(space.Schema)
	for j := range parts[0][0] {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprintf("x%d", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	learn := slices.Concat(parts[0], parts[1])
	return &set{tableOf(s, learn), tableOf(s, parts[0]), tableOf(s, parts[1]), tableOf(s, parts[2])}, nil
}

// readBits returns the bits of each line of a compressed file of 0s and 1s with
// commas between them.
func readBits(path string) (rows [][]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(z)
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
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no rows")
	}
	return rows, nil
}

func tableOf(s *space.Schema, rows [][]byte) *table.Table {
	b := table.NewBatch(s, 0, len(rows))
	for i, row := range rows {
		for j, bit := range row {
			b.Cols[j].Code[i] = int32(bit)
		}
	}
	return table.New(b)
}
