package jsonl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// openLines returns the lines of a file: its text, or, where the file is one
// list of objects, [{…}, {…}], each object of the list as a line.
func openLines(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		in.Discard(3)
	}
	head, err := in.Peek(4096)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if head = bytes.TrimLeft(head, " \t\r\n"); len(head) == 0 || head[0] != '[' {
		return in, nil
	}
	dec := jsontext.NewDecoder(in, jsontext.AllowDuplicateNames(true))
	_, err = dec.ReadToken() // the bracket
	return &list{dec: dec}, err
}

// list reads the elements of a JSON list as lines.
type list struct {
	dec  *jsontext.Decoder
	n    int64 // elements read
	line []byte
	rest []byte // of line
}

func (l *list) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		if err := l.next(); err != nil {
			return 0, err
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

func (l *list) next() error {
	if l.dec.PeekKind() == ']' {
		if _, err := l.dec.ReadToken(); err != nil {
			return l.broken(err)
		}
		switch _, err := l.dec.ReadToken(); err {
		case io.EOF:
			return io.EOF
		case nil:
			return fmt.Errorf("the file goes on after its list of objects")
		default:
			return l.broken(err)
		}
	}
	v, err := l.dec.ReadValue()
	if err != nil {
		return l.broken(err)
	}
	l.n++
	// A line break in JSON is never part of a string.
	l.line = append(append(l.line[:0], v...), '\n')
	for i, c := range l.line[:len(v)] {
		if c == '\n' || c == '\r' {
			l.line[i] = ' '
		}
	}
	l.rest = l.line
	return nil
}

func (l *list) broken(err error) error {
	if se := (*jsontext.SyntacticError)(nil); errors.As(err, &se) {
		err = se.Err
	}
	return fmt.Errorf("after element %d of the list: %w", l.n, err)
}
