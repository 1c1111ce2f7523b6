// Package csv reads and writes delimited text: comma, semicolon, tab or bar.
package csv

import (
	"errors"
	"io"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Header says whether the first row of a file has the names of its columns.
type Header uint8

// A first row of names is recognised, there, or not there.
const (
	DetectHeader Header = iota
	WithHeader
	NoHeader
)

// Options of a reader. The zero value detects everything and refuses files with
// rows that are not well-formed.
type Options struct {
	Delimiter   byte // 0: detected among , ; tab |
	Header      Header
	SkipBadRows bool
	// Names, where known (from a schema), help to recognise a header: a first
	// row that has them is one.
	Names []string
	// BlockBytes is how much text is decoded at once; 0 means 256 KiB. The
	// result does not depend on it.
	BlockBytes int
}

// NewInput looks at the start of a file and returns it as an input of ingest.
func NewInput(f ingest.File, opt Options) (ingest.Input, error) {
	return nil, errors.New("not yet")
}

// NewWriter returns a writer of rows of the schema, in the schema's dialect. It
// implements table.ParallelWriter. The first Write, or Close, writes the header.
func NewWriter(w io.Writer, s *space.Schema) table.ParallelWriter { return nil }
