package jsonl

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Options of a reader. The zero value refuses files with rows that are not
// well-formed.
type Options struct {
	SkipBadRows bool
	// BlockBytes is how much text is decoded at once; 0 means 256 KiB. The
	// result does not depend on it.
	BlockBytes int
}

const defaultBlockBytes = 256 << 10

func (o Options) blockBytes() int {
	if o.BlockBytes > 0 {
		return o.BlockBytes
	}
	return defaultBlockBytes
}

// Read reads files as one dataset. Its columns are all keys of all files, in
// the order of their first appearance.
//
// Nearly always the first block of a file has all its keys, so that looking for
// keys and reading values is one pass; where a later row has a new key, the
// keys are collected first and the values read again.
func Read(ctx context.Context, files []ingest.File, opt Options, in ingest.Options) (*table.Table, *ingest.Report, error) {
	t, rep, err := read(ctx, files, opt, in, firstBlock)
	if newKey := (*newKeyError)(nil); errors.As(err, &newKey) {
		return read(ctx, files, opt, in, allBlocks)
	}
	return t, rep, err
}

func read(ctx context.Context, files []ingest.File, opt Options, in ingest.Options, ext extent) (*table.Table, *ingest.Report, error) {
	inputs, err := open(ctx, files, opt, ext)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range inputs {
		x.(*input).obey(&in)
	}
	return ingest.Read(ctx, inputs, in)
}

// extent says how much of a file is searched for keys.
type extent bool

const (
	firstBlock extent = false
	allBlocks  extent = true
)

// open returns the files as inputs that share one list of columns.
func open(ctx context.Context, files []ingest.File, opt Options, ext extent) ([]ingest.Input, error) {
	all := &keys{index: map[string]int{}}
	inputs := make([]ingest.Input, len(files))
	for i, f := range files {
		in := &input{file: f, opt: opt, keys: all}
		if err := in.addKeys(ctx, ext); err != nil {
			return nil, err
		}
		inputs[i] = in
	}
	if len(all.names) == 0 {
		return nil, fmt.Errorf("%s: no object has a key: there are no columns", files[0].Name)
	}
	return inputs, nil
}

// keys are the columns of a dataset.
type keys struct {
	names []string
	index map[string]int
}

func (k *keys) add(name string) {
	if _, ok := k.index[name]; !ok {
		k.index[name] = len(k.names)
		k.names = append(k.names, name)
	}
}

// newKeyError reports a key that is not among the columns.
type newKeyError struct {
	name string
	line int64
	key  string
}

func (e *newKeyError) Error() string {
	return fmt.Sprintf("%s:%d: key %q is new", e.name, e.line, e.key)
}

// input is one file of JSON lines.
type input struct {
	file ingest.File
	opt  Options
	keys *keys
	// By column: that it is left out, and what false and true are read as, nil
	// for "false" and "true".
	leftOut []bool
	truths  []*[2]string
	pool    sync.Pool // of *block
}

var _ ingest.Input = (*input)(nil)

func (in *input) Name() string           { return in.file.Name }
func (in *input) Dialect() space.Dialect { return space.Dialect{} }
func (in *input) Size() int64            { return in.file.Size }

func (in *input) Columns() []ingest.Column {
	cols := make([]ingest.Column, len(in.keys.names))
	for j, name := range in.keys.names {
		cols[j].Name = name
	}
	return cols
}

// obey takes over what the caller says of columns. The values of one that is
// left out may be lists and objects. Booleans become the levels of a schema
// that says "yes" and "no".
func (in *input) obey(opt *ingest.Options) {
	in.leftOut = make([]bool, len(in.keys.names))
	in.truths = make([]*[2]string, len(in.keys.names))
	for j, name := range in.keys.names {
		in.leftOut[j] = slices.Contains(opt.Drop, name)
		if s := opt.Schema; s != nil {
			i := s.Index(name)
			if in.leftOut[j] = i < 0; i < 0 {
				continue
			}
			f := &s.Fields[i]
			if no, yes, ok := f.Truth(); ok {
				in.truths[j] = &[2]string{f.Levels[no], f.Levels[yes]}
			}
		}
	}
}

func (in *input) Open() (ingest.Pass, error) {
	r, err := in.file.Open()
	if err != nil {
		return nil, err
	}
	lines, err := openLines(r)
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: %w", in.file.Name, err)
	}
	return &pass{in: in, r: lines, close: r, line: 1}, nil
}

// addKeys adds the keys of the file to in.keys, in the order of their first
// appearance.
func (in *input) addKeys(ctx context.Context, ext extent) error {
	p, err := in.Open()
	if err != nil {
		return err
	}
	defer p.Close()
	// Blocks are searched in groups, on all workers; each has its own list.
	group := make([]*block, par.Workers(ctx))
	if ext == firstBlock {
		group = group[:1]
	}
	found := make([]*keys, len(group))
	for last := false; !last; last = last || ext == firstBlock {
		n := 0
		for n < len(group) {
			b, err := p.Next()
			if err == io.EOF {
				last = true
				break
			}
			if err != nil {
				return err
			}
			group[n] = b.(*block)
			n++
		}
		err := par.Do(ctx, n, func(i int) (err error) {
			found[i], err = group[i].keys()
			return err
		})
		if err != nil {
			return err
		}
		for i, b := range group[:n] {
			for _, name := range found[i].names {
				in.keys.add(name)
			}
			b.Release()
		}
	}
	return nil
}

// pass cuts a file into blocks of whole lines.
type pass struct {
	in    *input
	r     io.Reader
	close io.Closer
	rest  []byte // the start of a line that the last block cut off
	line  int64  // number of the first line of rest
	end   bool
}

func (p *pass) Close() error { return p.close.Close() }

func (p *pass) Next() (ingest.Block, error) {
	b, _ := p.in.pool.Get().(*block)
	if b == nil {
		b = &block{in: p.in}
	}
	b.line = p.line
	text := append(b.text[:0], p.rest...)
	cut := -1
	for size := p.in.opt.blockBytes(); cut < 0 && !p.end; size *= 2 {
		if size > ingest.MaxBuf/2 {
			return nil, fmt.Errorf("%s:%d: the line is longer than a gigabyte", p.in.file.Name, p.line)
		}
		from := len(text)
		if cap(text) < from+size {
			text = append(make([]byte, 0, from+size), text...)
		}
		n, err := io.ReadFull(p.r, text[from:from+size])
		text = text[:from+n]
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			p.end = true
		default:
			return nil, fmt.Errorf("%s: %w", p.in.file.Name, err)
		}
		cut = bytes.LastIndexByte(text[from:], '\n')
		if cut >= 0 {
			cut += from + 1
		}
	}
	if p.end {
		cut = len(text)
	}
	p.rest = append(p.rest[:0], text[cut:]...)
	b.text, b.size = text[:cut], cut
	if cut == 0 {
		return nil, io.EOF
	}
	p.line += int64(bytes.Count(b.text, []byte{'\n'}))
	return b, nil
}

// block is a run of whole lines.
type block struct {
	in    *input
	text  []byte // the lines, and behind them the words of truth
	size  int    // of the lines
	line  int64  // number of the first line
	truth [][2]ingest.Span
	spans []ingest.Span
	lines []int64 // line of each row
	seen  []int   // for each column the last row that had it, plus one
	bad   []ingest.BadRow
	name  []byte // an unescaped key
	value []byte // an unescaped string
	dec   jsontext.Decoder
	buf   bytes.Buffer
}

func (b *block) Size() int64 { return int64(b.size) }

func (b *block) Release() { b.in.pool.Put(b) }

// keys returns the keys of the block's objects in the order of their first
// appearance.
func (b *block) keys() (*keys, error) {
	found := &keys{index: map[string]int{}}
	err := b.eachLine(func(lo, hi int, line int64) error {
		return b.object(lo, hi, func(name []byte, _, _ int) error {
			if _, ok := found.index[string(name)]; !ok {
				found.add(string(name))
			}
			return nil
		})
	})
	return found, err
}

// Decode finds the cells of the block's rows. They stay where they are in the
// text; strings with escapes are unescaped in place, which never makes them
// longer.
func (b *block) Decode(c *ingest.Chunk, want []bool) error {
	n := len(b.in.keys.names)
	b.spans, b.lines, b.bad = b.spans[:0], b.lines[:0], nil
	b.seen = append(b.seen[:0], make([]int, n)...)
	b.addTruths()
	var (
		row   int
		line  int64
		cells []ingest.Span // of the row
		guess int           // the next column: keys mostly come in the same order
	)
	member := func(name []byte, lo, hi int) (err error) {
		if guess == n || b.in.keys.names[guess] != string(name) {
			j, ok := b.in.keys.index[string(name)]
			if !ok {
				return &newKeyError{b.in.file.Name, line, string(name)}
			}
			guess = j
		}
		j := guess
		guess++
		if b.seen[j] == row+1 {
			return fmt.Errorf("key %q comes twice", name)
		}
		b.seen[j] = row + 1
		if want[j] && !b.in.leftOut[j] {
			cells[j], err = b.cell(j, lo, hi)
		}
		return err
	}
	err := b.eachLine(func(lo, hi int, at int64) error {
		row, line, guess = len(b.lines), at, 0
		for range n {
			b.spans = append(b.spans, ingest.Null)
		}
		cells = b.spans[row*n:]
		if err := b.object(lo, hi, member); err != nil {
			// What the row has put down is taken back.
			b.spans = b.spans[:row*n]
			for j := range b.seen {
				b.seen[j] = min(b.seen[j], row)
			}
			return err
		}
		b.lines = append(b.lines, line)
		return nil
	})
	if err != nil {
		return err
	}
	c.Rows = len(b.lines)
	c.Line = func(row int) int64 { return b.lines[row] }
	c.Bad = b.bad
	c.Cols = c.Cols[:0]
	for j := range n {
		v := ingest.Values{Buf: b.text, Stride: n}
		if c.Rows > 0 {
			v.Spans = b.spans[j:]
		}
		c.Cols = append(c.Cols, v)
	}
	return nil
}

// eachLine calls row for each line of text[lo:hi] that is not blank. What is
// wrong with a row is noted or returned, as the options say; a new key is no
// fault of the row.
func (b *block) eachLine(row func(lo, hi int, line int64) error) error {
	line := b.line
	for lo := 0; lo < b.size; line++ {
		hi := b.size
		next := hi
		if i := bytes.IndexByte(b.text[lo:b.size], '\n'); i >= 0 {
			hi, next = lo+i, lo+i+1
		}
		if len(bytes.TrimSpace(b.text[lo:hi])) > 0 {
			err := row(lo, hi, line)
			if newKey := (*newKeyError)(nil); errors.As(err, &newKey) {
				return err
			}
			if err != nil && !b.in.opt.SkipBadRows {
				return &ingest.BadRowError{File: b.in.file.Name, Line: line, Err: err}
			}
			if err != nil {
				b.bad = append(b.bad, ingest.BadRow{Line: line, Err: err})
			}
		}
		lo = next
	}
	return nil
}

// object calls member for each member of the object text[lo:hi]: its name, and
// where in text its value is.
func (b *block) object(lo, hi int, member func(name []byte, lo, hi int) error) error {
	b.buf = *bytes.NewBuffer(b.text[lo:hi:hi])
	// Duplicate names are found by Decode, which knows the columns.
	b.dec.Reset(&b.buf, jsontext.AllowDuplicateNames(true))
	if kind := b.dec.PeekKind(); kind != '{' {
		if kind == 0 {
			_, err := b.dec.ReadToken()
			return syntax(err)
		}
		return fmt.Errorf("the line is %s: each must be an object, {\"key\": value, …}", kindNames[kind])
	}
	if _, err := b.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	for b.dec.PeekKind() != '}' {
		name, err := b.dec.ReadValue()
		if err != nil {
			return syntax(err)
		}
		if bytes.IndexByte(name, '\\') < 0 {
			name = name[1 : len(name)-1]
		} else {
			// The decoder has read the string, so it is well-formed.
			b.name, _ = jsontext.AppendUnquote(b.name[:0], name)
			name = b.name
		}
		if len(name) == 0 {
			return errors.New("a key is empty: a column needs a name")
		}
		value, err := b.dec.ReadValue()
		if err != nil {
			return syntax(err)
		}
		end := lo + int(b.dec.InputOffset())
		if err := member(name, end-len(value), end); err != nil {
			return err
		}
	}
	if _, err := b.dec.ReadToken(); err != nil {
		return syntax(err)
	}
	if rest := bytes.TrimSpace(b.text[lo+int(b.dec.InputOffset()) : hi]); len(rest) > 0 {
		return fmt.Errorf("the line goes on after its object, with %.20q", rest)
	}
	return nil
}

// addTruths puts the words for false and true behind the lines, where cells can
// refer to them.
func (b *block) addTruths() {
	b.truth = b.truth[:0]
	for _, words := range b.in.truths {
		var spans [2]ingest.Span
		for i := range spans {
			if words != nil {
				spans[i].Lo = uint32(len(b.text))
				b.text = append(b.text, words[i]...)
				spans[i].Hi = uint32(len(b.text))
			}
		}
		b.truth = append(b.truth, spans)
	}
}

// cell returns the cell of column j whose value is at text[lo:hi].
func (b *block) cell(j, lo, hi int) (ingest.Span, error) {
	switch kind := jsontext.Kind(b.text[lo]); kind {
	case 'n':
		return ingest.Null, nil
	case '"':
		lo, hi = lo+1, hi-1
		if bytes.IndexByte(b.text[lo:hi], '\\') >= 0 {
			b.value, _ = jsontext.AppendUnquote(b.value[:0], b.text[lo-1:hi+1])
			hi = lo + copy(b.text[lo:hi], b.value)
		}
		return ingest.Span{Lo: uint32(lo), Hi: uint32(hi)}.Quoted(), nil
	case 'f', 't':
		if b.in.truths[j] != nil {
			if kind == 'f' {
				return b.truth[j][0], nil
			}
			return b.truth[j][1], nil
		}
	case '{', '[':
		return ingest.Span{}, fmt.Errorf("key %q is %s, and a cell is one value: drop the column (--drop %s), or spread it over keys of its own before reading",
			b.in.keys.names[j], kindNames[kind], b.in.keys.names[j])
	}
	return ingest.Span{Lo: uint32(lo), Hi: uint32(hi)}, nil
}

var kindNames = map[jsontext.Kind]string{
	'n': "null", 't': "a boolean", 'f': "a boolean", '"': "a string", '0': "a number",
	'{': "an object", '[': "a list", '}': "the end of an object", ']': "the end of a list",
}

// syntax words an error of the decoder for people.
func syntax(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return errors.New("the line ends within its object: each object must be on one line of its own")
	}
	var se *jsontext.SyntacticError
	if errors.As(err, &se) {
		return fmt.Errorf("byte %d of the line: %w", se.ByteOffset+1, se.Err)
	}
	return err
}
