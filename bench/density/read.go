package main

import (
	"path/filepath"

	"github.com/seed-64d012fb/mimic/internal/binarysets"
	"github.com/seed-64d012fb/mimic/table"
)

// set is one of the standard binary density sets, whose rows were dealt to
// training, validation and test by those who published it.
type set struct {
	learn *table.Table // training rows, and the validation rows behind them
	valid *table.Table // the validation rows alone
	test  *table.Table
}

// read reads DIR/name.{ts,valid,test}.data.gz.
func read(dir, name string) (s *set, err error) {
	path := func(part string) string { return filepath.Join(dir, name+"."+part+".data.gz") }
	s = new(set)
	if s.learn, err = binarysets.Read(path("ts"), path("valid")); err != nil {
		return nil, err
	}
	if s.valid, err = binarysets.Read(path("valid")); err != nil {
		return nil, err
	}
	s.test, err = binarysets.Read(path("test"))
	return s, err
}
