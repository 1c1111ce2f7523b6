package csv

import (
	"fmt"
	"io"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// NewWriter returns a writer of the rows of a schema, in the schema's dialect.
// The first write, or Close, writes the byte-order mark and the header. It does
// not close w.
func NewWriter(w io.Writer, s *space.Schema) table.ParallelWriter {
	d := s.Dialect
	if d.Delimiter == "" {
		d.Delimiter = ","
	}
	out := &writer{w: w, dialect: d, newline: "\n", columns: make([]writeColumn, len(s.Fields))}
	if d.CRLF {
		out.newline = "\r\n"
	}
	for j := range s.Fields {
		out.columns[j] = out.column(&s.Fields[j], j)
	}
	out.head = out.appendHead(nil)
	return out
}

// writer is safe for concurrent use but for the writing itself.
type writer struct {
	w       io.Writer
	dialect space.Dialect
	newline string
	columns []writeColumn
	head    []byte // not written yet
}

// writeColumn is a field, ready to be written. Texts are as they go into the
// file: with the delimiter before them, and in quotes if they need them.
type writeColumn struct {
	field   *space.Field
	before  string   // the delimiter, none for the first column
	missing string   // what a missing value is
	levels  []string // by code
	plain   bool     // numbers need no quotes
}

func (w *writer) column(f *space.Field, j int) writeColumn {
	c := writeColumn{field: f}
	if j > 0 {
		c.before = w.dialect.Delimiter
		if w.dialect.Spaced {
			c.before += " "
		}
	}
	marker := ""
	if len(f.Missing) > 0 {
		marker = f.Missing[0]
	}
	c.missing = string(w.appendText([]byte(c.before), marker, false))
	for _, l := range f.Levels {
		c.levels = append(c.levels, string(w.appendText([]byte(c.before), l, f.Quoted)))
	}
	c.plain = !f.Quoted && !w.dialect.DecimalComma && !w.needsQuotes(string(f.Layout))
	return c
}

// needsQuotes reports whether a cell is another when it is written as it is.
func (w *writer) needsQuotes(cell string) bool {
	return cell == "" && len(w.columns) == 1 || // an empty line is no row
		strings.Contains(cell, w.dialect.Delimiter) || strings.ContainsAny(cell, "\"\r\n") ||
		cell != "" && cell[0] == ' '
}

// appendText appends a cell.
func (w *writer) appendText(dst []byte, cell string, quoted bool) []byte {
	if w.dialect.DecimalComma {
		if i := decimal([]byte(cell), '.'); i >= 0 {
			cell = cell[:i] + "," + cell[i+1:]
		} else if i := decimal([]byte(cell), ','); i >= 0 {
			cell = cell[:i] + "." + cell[i+1:]
		}
	}
	if !quoted && !w.needsQuotes(cell) {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for {
		i := strings.IndexByte(cell, '"')
		if i < 0 {
			dst = append(dst, cell...)
			return append(dst, '"')
		}
		dst = append(append(dst, cell[:i+1]...), '"')
		cell = cell[i+1:]
	}
}

// appendHead appends what comes before the rows.
func (w *writer) appendHead(dst []byte) []byte {
	if w.dialect.BOM {
		dst = append(dst, bom...)
	}
	if w.dialect.NoHeader {
		return dst
	}
	for _, c := range w.columns {
		dst = w.appendText(append(dst, c.before...), c.field.Name, false)
	}
	return append(dst, w.newline...)
}

// AppendBatch appends the rows of b as they go into the file.
func (w *writer) AppendBatch(dst []byte, b *table.Batch) ([]byte, error) {
	if len(b.Cols) != len(w.columns) {
		return dst, fmt.Errorf("a batch of %d columns, where %d are written", len(b.Cols), len(w.columns))
	}
	for j, c := range w.columns {
		if col := &b.Cols[j]; col.Num == nil && col.Code == nil && col.Text == nil && b.N > 0 {
			return dst, fmt.Errorf("column %q has no values to write", c.field.Name)
		}
	}
	for i := range b.N {
		for j := range w.columns {
			c, col := &w.columns[j], &b.Cols[j]
			switch {
			case col.Code != nil:
				code := col.Code[i]
				if uint(code) < uint(len(c.levels)) {
					dst = append(dst, c.levels[code]...)
				} else if code == table.Missing {
					dst = append(dst, c.missing...)
				} else {
					return dst, fmt.Errorf("row %d has a value of column %q that the schema does not list", b.First+int64(i), c.field.Name)
				}
			case col.Num != nil:
				x := col.Num[i]
				switch {
				case x != x:
					dst = append(dst, c.missing...)
				case c.plain:
					dst = c.field.AppendNum(append(dst, c.before...), x)
				default:
					var buf [64]byte
					dst = w.appendText(append(dst, c.before...), string(c.field.AppendNum(buf[:0], x)), c.field.Quoted)
				}
			default:
				dst = w.appendText(append(dst, c.before...), col.Text[i], c.field.Quoted)
			}
		}
		dst = append(dst, w.newline...)
	}
	return dst, nil
}

// WriteEncoded writes what AppendBatch made.
func (w *writer) WriteEncoded(p []byte) error {
	if err := w.writeHead(); err != nil {
		return err
	}
	_, err := w.w.Write(p)
	return err
}

func (w *writer) writeHead() error {
	if w.head == nil {
		return nil
	}
	_, err := w.w.Write(w.head)
	w.head = nil
	return err
}

func (w *writer) Write(b *table.Batch) error {
	text, err := w.AppendBatch(nil, b)
	if err != nil {
		return err
	}
	return w.WriteEncoded(text)
}

func (w *writer) Close() error { return w.writeHead() }
