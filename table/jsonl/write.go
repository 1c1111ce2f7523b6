package jsonl

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// NewWriter returns a writer of rows of the schema. It implements
// table.ParallelWriter.
func NewWriter(w io.Writer, s *space.Schema) table.ParallelWriter {
	e := &writer{w: w, fields: make([]fieldWriter, len(s.Fields))}
	for j := range s.Fields {
		e.fields[j] = newFieldWriter(&s.Fields[j])
	}
	return e
}

type writer struct {
	w      io.Writer
	fields []fieldWriter
	buf    []byte // of Write
}

func (e *writer) Write(b *table.Batch) (err error) {
	if e.buf, err = e.AppendBatch(e.buf[:0], b); err != nil {
		return err
	}
	return e.WriteEncoded(e.buf)
}

func (e *writer) AppendBatch(dst []byte, b *table.Batch) ([]byte, error) {
	for i := range b.N {
		dst = append(dst, '{')
		for j := range e.fields {
			if j > 0 {
				dst = append(dst, ',')
			}
			var err error
			if dst, err = e.fields[j].appendMember(dst, &b.Cols[j], i); err != nil {
				return dst, fmt.Errorf("row %d: %w", b.First+int64(i), err)
			}
		}
		dst = append(dst, "}\n"...)
	}
	return dst, nil
}

func (e *writer) WriteEncoded(p []byte) error {
	_, err := e.w.Write(p)
	return err
}

func (e *writer) Close() error { return nil }

// fieldWriter writes the members of one field.
type fieldWriter struct {
	field  *space.Field
	key    []byte   // "name":
	levels [][]byte // of a coded kind, as JSON
	quoted bool     // of other kinds: written as strings
}

func newFieldWriter(f *space.Field) fieldWriter {
	w := fieldWriter{
		field:  f,
		key:    append(appendString(nil, f.Name), ':'),
		quoted: f.Quoted || f.Kind == space.Datetime || f.Kind == space.Duration || f.Kind == space.ID && !f.WholeIDs(),
	}
	if f.Kind.Coded() {
		for _, l := range f.Levels {
			text := []byte(l)
			switch {
			case f.Quoted:
				text = appendString(nil, l)
			case f.TrueFalse():
				text = bytes.ToLower(text)
			case !allNumbers(f.Levels):
				text = appendString(nil, l)
			}
			w.levels = append(w.levels, text)
		}
	}
	return w
}

func (w *fieldWriter) appendMember(dst []byte, c *table.Column, i int) ([]byte, error) {
	dst = append(dst, w.key...)
	switch {
	case c.Code != nil:
		switch code := c.Code[i]; {
		case code == table.Missing:
			return append(dst, "null"...), nil
		case code < 0 || int(code) >= len(w.levels):
			return dst, fmt.Errorf("field %q: code %d is no level", w.field.Name, code)
		default:
			return append(dst, w.levels[code]...), nil
		}
	case c.Num != nil:
		x := c.Num[i]
		if x != x || math.IsInf(x, 0) { // JSON has neither
			return append(dst, "null"...), nil
		}
		if !w.quoted {
			return w.field.AppendNum(dst, x), nil
		}
		// What AppendNum writes needs no escapes.
		dst = append(dst, '"')
		dst = w.field.AppendNum(dst, x)
		return append(dst, '"'), nil
	case c.Text != nil:
		if w.field.Optional() && w.field.IsMissing([]byte(c.Text[i])) {
			return append(dst, "null"...), nil
		}
		if !w.quoted && isNumber(c.Text[i]) {
			return append(dst, c.Text[i]...), nil
		}
		return appendString(dst, c.Text[i]), nil
	}
	return dst, fmt.Errorf("field %q: the column has no values", w.field.Name)
}

// appendString appends a JSON string. JSON is UTF-8: bytes that are not become
// U+FFFD, which is what the error left out here says.
func appendString(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}

func allNumbers(levels []string) bool {
	return !slices.ContainsFunc(levels, func(l string) bool { return !isNumber(l) })
}

// isNumber reports whether s is a number as JSON writes them.
func isNumber(s string) bool {
	v := jsontext.Value(s)
	return len(s) > 0 && (s[0] == '-' || '0' <= s[0] && s[0] <= '9') && v.IsValid() && s[len(s)-1] > ' '
}
