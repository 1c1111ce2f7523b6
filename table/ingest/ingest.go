// Package ingest turns the cells of text files, and the typed columns of binary
// ones, into a table.Table and the sample space that it infers for them.
//
// A format implements Input: it hands out blocks of consecutive rows in order,
// which are decoded on several workers at once. Ingest reads the columns under
// a type guessed from the first block, and reads those again that a later block
// proves wrong; so an Input is opened once a pass. The result depends on the
// bytes of the files alone: not on the size of blocks or the number of workers.
package ingest

import (
	"fmt"
	"io"

	"github.com/seed-64d012fb/mimic/space"
)

// File is a file that can be read from its start any number of times.
type File struct {
	Name string                        // for messages
	Size int64                         // bytes that Open yields; 0 if not known
	Open func() (io.ReadCloser, error) // its content, decompressed
}

// Input is one file in one format.
type Input interface {
	// Name is the name of the file, for messages.
	Name() string
	// Columns returns the columns, in the order of the file.
	Columns() []Column
	// Dialect is how the file is written; zero where there is nothing to tell.
	Dialect() space.Dialect
	// Size is the sum of Block.Size of all blocks, or 0 if that is not known:
	// it serves to tell how many rows there will be.
	Size() int64
	// Open starts a pass.
	Open() (Pass, error)
}

// Column is a column of an Input.
type Column struct {
	Name string
	// Type is set where the format itself has types, and nil where cells are
	// text to be inferred from. Its Kind is numeric: values come as numbers, in
	// the field's unit. Strings and booleans of typed formats come as text, as
	// do numbers where a schema or an override wants another sort of kind; and
	// where a schema gives a unit, values come in that.
	Type *space.Field
}

// Pass is one reading of an Input.
type Pass interface {
	// Next returns the next block, or io.EOF. Calls do not overlap. It does the
	// little that must be done in order: cutting the bytes at the end of a row.
	Next() (Block, error)
	Close() error
}

// Block is a run of consecutive rows, not decoded yet.
type Block interface {
	// Size is what the block contributes to Input.Size.
	Size() int64
	// Decode sets c to the rows of the block. Blocks of a pass are decoded on
	// several goroutines at once, each block once. c was used for other blocks
	// before, and its memory is to be used again. Columns that are not wanted
	// may be left empty. What Decode returns lives until Release.
	Decode(c *Chunk, want []bool) error
	// Release says that neither the block nor what it decoded is used any more.
	Release()
}

// Chunk is a decoded block.
type Chunk struct {
	Rows int
	Cols []Values // one for each column of the Input
	// Line returns the place of a row in its file, counted from 1: the physical
	// line of a text file, the row of others. It is called for messages only.
	Line func(row int) int64
	// Bad are rows that are not well-formed, and so are not among the rows: the
	// reader was told to skip them.
	Bad []BadRow
}

// BadRow is a row that was skipped.
type BadRow struct {
	Line int64
	Err  error
}

// BadRowError ends a reading at a row that is not well-formed, which a reader
// that was told to skip such rows would have skipped.
type BadRowError struct {
	File string
	Line int64
	Err  error
}

func (e *BadRowError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }
func (e *BadRowError) Unwrap() error { return e.Err }

// Values are the cells of one column of a Chunk: text, or numbers.
type Values struct {
	// Cell i is Spans[i*Stride] in Buf.
	Buf    []byte
	Spans  []Span
	Stride int

	Num []float64 // [n rows] instead of text where Column.Type is set; NaN is missing
}

// Span is where in a buffer a cell is. The zero Span is an empty cell.
type Span struct{ Lo, Hi uint32 }

const (
	quotedBit = 1 << 31 // in Hi: written in quotes
	nullBit   = 1 << 31 // in Lo: there is no value
)

// MaxBuf is the greatest length of Values.Buf.
const MaxBuf = 1<<31 - 1

// Null is the span of a cell that has no value at all: null in JSON, as opposed
// to an empty text.
var Null = Span{Lo: nullBit}

// In returns the text of s in buf.
func (s Span) In(buf []byte) []byte { return buf[s.Lo : s.Hi&^quotedBit] }

// Quoted returns s marked as written in quotes: a string, not a number.
func (s Span) Quoted() Span { s.Hi |= quotedBit; return s }

// Options of Read. The zero value infers everything.
type Options struct {
	// Schema, if set, is the sample space: columns are found by name, and cells
	// are read by their fields. Otherwise it is inferred.
	Schema *space.Schema
	// Overrides correct inference; nil corrects nothing.
	Overrides *space.Overrides
	// Drop names columns to leave out.
	Drop []string
	// AllowUnknown lets values be outside the sample space, for scoring rather
	// than fitting: a level that Schema does not list is read as table.Unknown,
	// a number beyond its range as it is. Report.Unknown counts them. Otherwise
	// such a value is an error.
	AllowUnknown bool
	// AllowAbsent lets Schema have fields that the files do not have, as long as
	// they have one: their columns stay empty, and Report.Absent names them.
	AllowAbsent bool
	// Progress, if set, is told how much of the inputs' sizes is read.
	Progress func(stage string, done, total int64)
}

// Report is what there is to say about a reading besides its rows.
type Report struct {
	Files   int
	Rows    int64
	Skipped int64     // rows that were not well-formed
	Bad     []BadRow  // the first 20 of them, their errors with file and line
	Ignored []string  // columns that the schema does not have
	Absent  []string  // learned fields of the schema that the files do not have
	Unknown []Unknown // values outside the schema, by field
	Notes   []string  // what else a person may want to know, one line each
}

// Unknown counts the values of a field that are outside the sample space.
type Unknown struct {
	Field string
	space.Misfits
}
