// Package csv reads and writes delimited text: cells between commas,
// semicolons, tabs or bars, as RFC 4180 has it.
//
// Reading is strict where a guess could change data. Rows must have as many
// cells as the first; a quote must open a cell or be doubled inside quotes; both
// are errors that name the line, or rows to skip. Cells are kept byte for byte,
// spaces and invalid UTF-8 included.
package csv

// Header says whether the first line of a file has the names of its columns.
type Header uint8

// A line of names is looked for, is there, or is not.
const (
	DetectHeader Header = iota
	WithHeader
	NoHeader
)

// Options of a reader. The zero value finds out how the file is written, and
// refuses a file with rows that are not well-formed.
type Options struct {
	Delimiter   byte // 0: found among , ; tab |
	Header      Header
	SkipBadRows bool
	// Names are the names of columns that are known, from a schema or another
	// file: a first line that has most of them is a header.
	Names []string
	// BlockBytes is how much text is decoded at once; 0 means 256 KiB. The
	// result does not depend on it.
	BlockBytes int
}

const (
	defaultBlock = 256 << 10
	// maxRecord is how long a row can be. A quote that stays open for longer is
	// taken to be a mistake, before it swallows the file.
	maxRecord = 64 << 20
)
