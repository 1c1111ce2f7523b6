package csv

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// NewInput looks at the start of a file and returns it as an input of package
// ingest.
func NewInput(f ingest.File, opt Options) (ingest.Input, error) {
	if opt.BlockBytes == 0 {
		opt.BlockBytes = defaultBlock
	}
	form, err := detect(f, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return &input{file: f, opt: opt, form: *form, maxRecord: maxRecord}, nil
}

// input is one file.
type input struct {
	file ingest.File
	opt  Options
	form
	maxRecord int
}

// form is what the start of a file tells.
type form struct {
	grammar  grammar
	dialect  space.Dialect
	columns  []ingest.Column
	commas   []bool // which of the columns have numbers with a decimal comma; nil: none
	comments int    // lines before the header
	uncut    byte   // what may part columns in a file that was read as one; 0: nothing
	start    int    // bytes before the first row: byte-order mark, comments and header
	line     int64  // of the first row
}

func (in *input) Name() string             { return in.file.Name }
func (in *input) Columns() []ingest.Column { return in.columns }
func (in *input) Dialect() space.Dialect   { return in.dialect }

// Notes says what a person may want to know of how the file was read.
func (in *input) Notes() (notes []string) {
	switch in.comments {
	case 0:
	case 1:
		notes = append(notes, in.file.Name+": the first line was left out, a comment")
	default:
		notes = append(notes, fmt.Sprintf("%s: the first %d lines were left out, comments", in.file.Name, in.comments))
	}
	if in.uncut != 0 {
		notes = append(notes, fmt.Sprintf("%s was read as one column, though nearly every line has as many %q: if they part columns, take off what stands above the names, or look at --delimiter",
			in.file.Name, string(in.uncut)))
	}
	return notes
}

func (in *input) Size() int64 { return max(0, in.file.Size-int64(in.start)) }

func (in *input) Open() (ingest.Pass, error) {
	r, err := in.file.Open()
	if err != nil {
		return nil, err
	}
	if _, err := io.CopyN(io.Discard, r, int64(in.start)); err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", in.file.Name, unexpected(err))
	}
	return &pass{in: in, r: r, line: in.line}, nil
}

// unexpected makes the end of a file that was longer before an error.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// pass cuts a file into blocks of whole records.
type pass struct {
	in   *input
	r    io.ReadCloser
	rest []byte // read, but behind the last block's end
	line int64  // of the next block
	end  bool   // all is read

	mu   sync.Mutex
	free []*block // to be used again
}

func (p *pass) Close() error { return p.r.Close() }

// Next returns the next block.
func (p *pass) Next() (ingest.Block, error) {
	b := p.block()
	for size := p.in.opt.BlockBytes; ; size *= 2 {
		if err := p.fill(b, size); err != nil {
			return nil, fmt.Errorf("%s: %w", p.in.file.Name, err)
		}
		if len(b.text) == 0 {
			return nil, io.EOF
		}
		whole := p.whole(b)
		if whole == 0 && len(b.text) <= p.in.maxRecord {
			continue // the first record is longer than that
		}
		if whole == 0 {
			return nil, fmt.Errorf("%s:%d: a row of more than %d MB", p.in.file.Name, p.line, p.in.maxRecord>>20)
		}
		p.rest = append(p.rest[:0], b.text[whole:]...)
		b.text = b.text[:whole]
		b.line = p.line
		p.line += int64(bytes.Count(b.text, []byte{p.in.grammar.newline}))
		return b, nil
	}
}

// fill reads until the text of b has so many bytes, or all there are.
func (p *pass) fill(b *block, size int) error {
	b.text = append(b.text, p.rest...)
	p.rest = p.rest[:0]
	b.text = slices.Grow(b.text, max(0, size-len(b.text))+1+padding)
	for len(b.text) < size && !p.end {
		n, err := p.r.Read(b.text[len(b.text):size])
		b.text = b.text[:len(b.text)+n]
		if err == io.EOF {
			p.end = true
			if n := len(b.text); n > 0 && b.text[n-1] != p.in.grammar.newline {
				b.text = append(b.text, p.in.grammar.newline)
			}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// whole returns how much of b's text is whole records, or 0 if the first goes
// on behind it.
//
// Where a text without mistakes can be cut is told by counting its quotes: a
// newline is the end of a record if the number of quotes before it is even.
// Behind a mistake that may be wrong, but the mistake itself lies before the
// cut, and will end the reading. Where mistakes are skipped, records have to be
// cut one after the other, here.
func (p *pass) whole(b *block) int {
	g := &p.in.grammar
	tooLong := len(b.text) > p.in.maxRecord
	if g.skipBad {
		b.reset()
		b.scanned = true
		return g.scan(b.text, p.end || tooLong, &b.records)
	}
	if p.end {
		return len(b.text)
	}
	if n := cut(b.text, g.newline); n > 0 {
		return n
	}
	// There is one record, or a mistake that makes it seem so.
	b.reset()
	g.scan(b.text, tooLong, &b.records)
	if len(b.bad) > 0 {
		return len(b.text)
	}
	return 0
}

// cut returns the length of the whole records that a text without mistakes
// starts with.
func cut(text []byte, newline byte) int {
	quote := []byte{'"'}
	quotes := bytes.Count(text, quote) // in text[:n]
	for n := len(text); ; {
		i := bytes.LastIndexByte(text[:n], newline)
		if i < 0 {
			return 0
		}
		if quotes -= bytes.Count(text[i:n], quote); quotes%2 == 0 {
			return i + 1
		}
		n = i
	}
}

// block is a run of whole records.
type block struct {
	pass    *pass
	text    []byte // with room for padding
	line    int64  // of its start
	scanned bool
	records
}

// block returns an empty block.
func (p *pass) block() *block {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return &block{pass: p}
}

// Release gives the memory of the block to the next one.
func (b *block) Release() {
	b.text, b.scanned = b.text[:0], false
	b.pass.mu.Lock()
	defer b.pass.mu.Unlock()
	b.pass.free = append(b.pass.free, b)
}

func (b *block) Size() int64 { return int64(len(b.text)) }

// lineOf returns the line of a place in the text.
func (b *block) lineOf(at int) int64 {
	return b.line + int64(bytes.Count(b.text[:at], []byte{b.pass.in.grammar.newline}))
}

func (b *block) Decode(c *ingest.Chunk, _ []bool) error {
	in := b.pass.in
	if !b.scanned {
		b.reset()
		in.grammar.scan(b.text, true, &b.records)
	}
	if len(b.bad) > 0 && !in.grammar.skipBad {
		return &ingest.BadRowError{File: in.file.Name, Line: b.lineOf(b.bad[0].at), Err: b.bad[0].err}
	}
	if in.dialect.DecimalComma {
		if at, err := pointNumbers(b.text, b.spans, in.commas); err != nil {
			return fmt.Errorf("%s:%d: %w", in.file.Name, b.lineOf(at), err)
		}
	}
	columns := len(in.columns)
	c.Rows = b.rows
	c.Cols = slices.Grow(c.Cols[:0], columns)[:columns]
	for j := range c.Cols {
		c.Cols[j] = ingest.Values{Buf: b.text, Stride: columns}
		if b.rows > 0 {
			c.Cols[j].Spans = b.spans[j:]
		}
	}
	c.Line = func(row int) int64 { return b.lineOf(int(b.spans[row*columns].Lo)) }
	c.Bad = c.Bad[:0]
	for _, bad := range b.bad {
		c.Bad = append(c.Bad, ingest.BadRow{Line: b.lineOf(bad.at), Err: bad.err})
	}
	return nil
}

// pointNumbers turns the numbers of a file with decimal commas into numbers with
// points. In a column that has such commas a number with a point already is a
// mistake: it may be thousands. Elsewhere it is a text that only looks like a
// number, and gets a comma, so that swapping the two again gives what was there.
func pointNumbers(text []byte, spans []ingest.Span, commas []bool) (at int, err error) {
	for k, s := range spans {
		cell := s.In(text)
		if i := decimal(cell, ','); i >= 0 {
			cell[i] = '.'
		} else if i := decimal(cell, '.'); i >= 0 {
			if commas[k%len(commas)] {
				return int(s.Lo), fmt.Errorf("%q has a point, where the numbers of its column have a decimal comma: write a comma, or, if it parts thousands, nothing", cell)
			}
			cell[i] = ','
		}
	}
	return 0, nil
}

// decimal returns where in a number with a fraction the decimal sign is, or -1
// if cell is none.
func decimal(cell []byte, sign byte) int {
	i := bytes.IndexByte(cell, sign)
	if i < 0 {
		return -1
	}
	digits := 0
	for k, c := range cell {
		switch {
		case c-'0' < 10:
			digits++
		case k != i && !(k == 0 && (c == '-' || c == '+')):
			return -1
		}
	}
	if digits == 0 {
		return -1
	}
	return i
}
