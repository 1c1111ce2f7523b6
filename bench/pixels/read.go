package main

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// set is a set of pictures in bits, dealt to training, validation and test.
type set struct {
	learn *table.Table // training pictures, and the validation pictures behind them
	valid int64        // as many
	test  *table.Table
}

// readBits reads DIR/name.{ts,valid,test}.data.gz: a picture a line, 0s and 1s with
// commas between them.
func readBits(dir, name string, width, height int) (*set, error) {
	m := space.Image{Name: "image", Width: width, Height: height, Channels: 1, Levels: 2}
	s := &space.Schema{Fields: m.Fields(), Image: &m}
	var parts [3][]string
	for i, part := range []string{"ts", "valid", "test"} {
		path := filepath.Join(dir, name+"."+part+".data.gz")
		var err error
		if parts[i], err = readLines(path, 2*m.Pixels()-1); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return &set{tableOf(s, append(parts[0], parts[1]...)), int64(len(parts[1])), tableOf(s, parts[2])}, nil
}

func readLines(path string, length int) (lines []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	scan := bufio.NewScanner(z)
	for scan.Scan() {
		if line := scan.Text(); len(line) == length {
			lines = append(lines, line)
		} else if line != "" {
			return nil, fmt.Errorf("line %d has %d bytes, not %d", len(lines)+1, len(line), length)
		}
	}
	return lines, scan.Err()
}

func tableOf(s *space.Schema, lines []string) *table.Table {
	b := table.NewBatch(s, 0, len(lines))
	for i, line := range lines {
		for j := range s.Fields {
			b.Cols[j].Code[i] = int32(line[2*j] - '0')
		}
	}
	return table.New(b)
}
