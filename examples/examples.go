// Package examples holds small real tables with their licences, embedded in the
// program.
package examples

import (
	"errors"
	"io"
)

// Example is one embedded table.
type Example struct {
	Name    string // as in example:NAME
	File    string // name of the file, with the extensions that tell its format
	Title   string
	Rows    int
	Origin  string
	Licence string
}

// List returns all examples, by name.
func List() []Example { return nil }

// Open returns the bytes of an example as they were published, and its file
// name, the extensions of which say format and compression.
func Open(name string) (data io.ReadCloser, filename string, err error) {
	return nil, "", errors.New("not yet")
}
