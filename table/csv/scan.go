package csv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// grammar is how text is cut into records and cells. It is that of RFC 4180,
// read as encoding/csv reads it: empty lines are no records; a cell in quotes
// may contain anything, a quote being doubled; any other cell contains no
// quote. Nothing is trimmed but the carriage return before a newline and, where
// the grammar is spaced, the blanks before a cell.
type grammar struct {
	delimiter byte
	newline   byte // '\n', or '\r' in a file that has no '\n'
	spaced    bool
	columns   int // cells of a record; 0 while that is not known
	skipBad   bool
}

// padding is how many bytes there must be behind a text that is scanned.
const padding = 8

// records are the cells of a text, record by record.
type records struct {
	spans []ingest.Span
	ends  []int // where in spans records end; only if grammar.columns is 0
	rows  int
	bad   []badRecord
}

// badRecord is a record that is not well-formed.
type badRecord struct {
	at  int // where in the text the mistake is
	err error
}

func (r *records) reset() {
	r.spans, r.ends, r.rows, r.bad = r.spans[:0], r.ends[:0], 0, r.bad[:0]
}

// escaped marks the span of a cell in whose text quotes are doubled. The bit
// stands for null in a finished span, which a cell of this format never is.
const escaped = 1 << 31

var (
	errBareQuote  = errors.New("a quote inside a cell that does not begin with one: put such a cell in quotes, and double the quotes in it")
	errAfterQuote = errors.New("text behind the closing quote of a cell: quotes inside quotes are doubled")
	errUnclosed   = errors.New("the quote that opens here is never closed")
)

// scan cuts b, which starts with a record, into records: as many as are whole.
// It returns their length. Behind b there must be padding. If b has the end of
// the file, it ends with a newline, and a quote that stays open is a mistake;
// otherwise that record goes on in the next text.
//
// A mistake ends the scan. Where bad records are skipped, the scan goes on: with
// the next record if this one only has the wrong number of cells, else with the
// next line.
//
// Cells that have doubled quotes are rewritten inside b.
func (g *grammar) scan(b []byte, last bool, out *records) (length int) {
	const ones, lows = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f
	var (
		delimiter, newline, spaced = g.delimiter, g.newline, g.spaced

		delimiters = ones * uint64(delimiter)
		newlines   = ones * uint64(newline)
		quotes     = ones * uint64('"')

		text   = b[:len(b)+padding]
		spans  = out.spans
		first  = len(spans) // where the cells of the record start in spans
		record = 0          // where the record starts in b
		lo     = 0          // where the cell starts
		closed = false      // the cell was in quotes, and is in spans
		mended = false      // the record has cells with doubled quotes
		err    error        // the mistake in the record,
		at     int          // and where it is
	)
scanning:
	for base := 0; base < len(b); {
		// A bit of found is set for each byte that is a delimiter, a newline or
		// a quote: adding lows to the lower bits of a byte carries into its
		// highest bit unless they are zero.
		w := binary.LittleEndian.Uint64(text[base:])
		d, n, q := w^delimiters, w^newlines, w^quotes
		d, n, q = d&lows+lows|d, n&lows+lows|n, q&lows+lows|q
		found := ^(d & n & q) &^ lows
		if n&q&^lows == ^uint64(lows) && !closed && !spaced && base+8 <= len(b) {
			for ; found != 0; found &= found - 1 { // delimiters only, as nearly always
				i := base + bits.TrailingZeros64(found)>>3
				spans = append(spans, ingest.Span{Lo: uint32(lo), Hi: uint32(i)})
				lo = i + 1
			}
			base += 8
			continue
		}
		i, resume := 0, 0
	cells:
		for ; found != 0; found &= found - 1 {
			i = base + bits.TrailingZeros64(found)>>3
			if i >= len(b) {
				break scanning
			}
			switch c := text[i]; {
			case c == delimiter:
				if !closed {
					if spaced {
						lo = skipBlanks(text, lo, i)
					}
					spans = append(spans, ingest.Span{Lo: uint32(lo), Hi: uint32(i)})
				}
				lo, closed = i+1, false
				continue
			case c == newline:
				if !closed {
					hi := i
					if hi > lo && text[hi-1] == '\r' {
						hi--
					}
					if record == hi { // an empty line
						record, lo = i+1, i+1
						continue
					}
					if spaced {
						lo = skipBlanks(text, lo, hi)
					}
					spans = append(spans, ingest.Span{Lo: uint32(lo), Hi: uint32(hi)})
				}
				if n := len(spans) - first; g.columns == 0 {
					out.ends = append(out.ends, len(spans))
				} else if n != g.columns {
					err, at, resume = &widthError{n, g.columns}, record, i+1
					break cells
				}
				if mended {
					mend(b, spans[first:])
				}
				out.rows++
				first, record, lo = len(spans), i+1, i+1
				closed, mended = false, false
				continue
			}
			if spaced {
				lo = skipBlanks(text, lo, i)
			}
			if lo != i {
				err, at = errBareQuote, i
				break cells
			}
			span, end, mistake := g.quoted(text[:len(b)], i)
			if mistake != nil {
				if mistake == errUnclosed && !last {
					break scanning
				}
				err, at = mistake, end
				break cells
			}
			spans = append(spans, span)
			closed = true
			mended = mended || span.Lo&escaped != 0
			base = end
			continue scanning
		}
		if err == nil {
			base += 8
			continue
		}
		if resume == 0 {
			resume = record + 1 + bytes.IndexByte(b[record:], g.newline)
		}
		if g.skipBad && resume == record { // the line goes on in the next text
			break
		}
		out.bad = append(out.bad, badRecord{at, err})
		spans = spans[:first]
		if !g.skipBad {
			break
		}
		base, record, lo, err = resume, resume, resume, nil
		closed, mended = false, false
	}
	out.spans = spans[:first]
	return record
}

// quoted returns the span of the cell whose opening quote is at b[i], and where
// its delimiter or newline is. If there is a mistake, end says where.
func (g *grammar) quoted(b []byte, i int) (span ingest.Span, end int, err error) {
	open := i
	var mark uint32
	for i++; ; i += 2 {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return span, open, errUnclosed
		}
		i += n
		if i+1 == len(b) {
			return span, open, errUnclosed // or not: the next text tells
		}
		switch c := b[i+1]; {
		case c == '"':
			mark = escaped
			continue
		case c == g.delimiter, c == g.newline:
			end = i + 1
		case c == '\r' && i+2 < len(b) && b[i+2] == g.newline:
			end = i + 2
		case c == '\r' && i+2 == len(b):
			return span, open, errUnclosed
		default:
			return span, i, errAfterQuote
		}
		return ingest.Span{Lo: uint32(open+1) | mark, Hi: uint32(i)}.Quoted(), end, nil
	}
}

// mend undoubles the quotes of the cells that have some. What becomes free is
// filled with quotes, so that b has as many lines as before.
func mend(b []byte, spans []ingest.Span) {
	for k, s := range spans {
		if s.Lo&escaped == 0 {
			continue
		}
		s.Lo &^= escaped
		cell := s.In(b)
		n := 0
		for i := 0; i < len(cell); i++ {
			cell[n] = cell[i]
			n++
			if cell[i] == '"' {
				i++
			}
		}
		for i := n; i < len(cell); i++ {
			cell[i] = '"'
		}
		spans[k] = ingest.Span{Lo: s.Lo, Hi: s.Lo + uint32(n)}.Quoted()
	}
}

// skipBlanks returns where in text[lo:hi] the first byte is that is no blank.
func skipBlanks(text []byte, lo, hi int) int {
	for lo < hi && text[lo] == ' ' {
		lo++
	}
	return lo
}

// widthError is the mistake of a record with too many or too few cells.
type widthError struct{ cells, columns int }

func (e *widthError) Error() string {
	if e.cells == 1 {
		return fmt.Sprintf("1 cell, where the first line has %d", e.columns)
	}
	return fmt.Sprintf("%d cells, where the first line has %d", e.cells, e.columns)
}
