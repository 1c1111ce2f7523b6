package main

import (
	"fmt"
	"path/filepath"

	"github.com/seed-64d012fb/mimic/internal/binarysets"
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
	read := func(parts ...string) (*table.Table, error) {
		for i, part := range parts {
			parts[i] = filepath.Join(dir, name+"."+part+".data.gz")
		}
		rows, err := binarysets.Read(parts...)
		if err != nil {
			return nil, err
		}
		b := rows.All()
		if len(b.Cols) != m.Pixels() {
			return nil, fmt.Errorf("%s: %d bits a row, which are no pictures of %s", parts[0], len(b.Cols), m.Size())
		}
		b.Schema = &space.Schema{Fields: m.Fields(), Image: &m}
		return table.New(b), nil
	}
	learn, err := read("ts", "valid")
	if err != nil {
		return nil, err
	}
	valid, err := read("valid")
	if err != nil {
		return nil, err
	}
	test, err := read("test")
	if err != nil {
		return nil, err
	}
	return &set{learn, valid.Rows(), test}, nil
}
