package parquet

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Open starts a pass.
func (in *input) Open() (ingest.Pass, error) {
	r, err := in.file.Open()
	if err != nil {
		return nil, err
	}
	p := &pass{in: in, r: r, group: -1}
	p.users.Store(1)
	return p, nil
}

// blockRows is how many rows of a row group are decoded at once.
const blockRows = 1 << 15

// pass hands out the row groups in blocks of rows.
type pass struct {
	in     *input
	r      ReadAtCloser
	group  int
	chunks []*chunk // of the row group
	rows   int      // of the row group
	at     int      // next row
	before int64    // rows of the row groups before

	users atomic.Int32 // blocks that still read, and the pass itself
}

func (p *pass) Close() error { return p.leave() }

// leave closes the file when nobody reads it any more.
func (p *pass) leave() error {
	if p.users.Add(-1) == 0 {
		return p.r.Close()
	}
	return nil
}

func (p *pass) Next() (ingest.Block, error) {
	for p.at == p.rows {
		p.before += int64(p.rows)
		if p.group++; p.group == len(p.in.meta.RowGroups) {
			return nil, io.EOF
		}
		g := &p.in.meta.RowGroups[p.group]
		p.at, p.rows, p.chunks = 0, int(g.NumRows), nil
		for j := range p.in.leaves {
			l := &p.in.leaves[j]
			c := &chunk{leaf: l, out: &p.in.columns[j].output, r: p.r, size: p.in.file.Size, rows: p.rows}
			if !l.leftOut {
				c.meta = &g.Columns[l.chunk].MetaData
			}
			p.chunks = append(p.chunks, c)
		}
	}
	b, _ := blocks.Get().(*block)
	if b == nil {
		b = new(block)
	}
	p.users.Add(1)
	b.pass, b.in, b.chunks, b.first = p, p.in, p.chunks, p.before+int64(p.at)
	b.lo, b.hi = p.at, min(p.at+blockRows, p.rows)
	p.at = b.hi
	return b, nil
}

var blocks sync.Pool

// block is rows lo … hi-1 of a row group.
type block struct {
	pass   *pass
	in     *input
	chunks []*chunk
	first  int64 // number of row lo in the file, from 0
	lo, hi int
	parts  []part
}

// part is the memory of one column of a block.
type part struct {
	pages []*page
	num   []float64
	spans []ingest.Span
	buf   []byte
}

func (b *block) Size() int64 { return int64(b.hi - b.lo) }

func (b *block) Decode(c *ingest.Chunk, want []bool) (err error) {
	c.Rows = b.hi - b.lo
	c.Line = func(row int) int64 { return b.first + int64(row) + 1 }
	c.Bad = nil
	c.Cols = slices.Grow(c.Cols[:0], len(b.chunks))[:len(b.chunks)]
	b.parts = slices.Grow(b.parts[:0], len(b.chunks))[:len(b.chunks)]
	for j := range b.chunks {
		c.Cols[j] = ingest.Values{}
		if want[j] {
			if c.Cols[j], err = b.decodeColumn(j); err != nil {
				return fmt.Errorf("%s: column %q: %w", b.in.file.Name, b.in.leaves[j].name, err)
			}
		}
	}
	return nil
}

// decodeColumn puts the parts of pages together that lie in the block.
func (b *block) decodeColumn(j int) (v ingest.Values, err error) {
	defer rescue(&err)
	c, part := b.chunks[j], &b.parts[j]
	if c.leaf.leftOut {
		part.spans = append(part.spans[:0], slices.Repeat([]ingest.Span{ingest.Null}, b.hi-b.lo)...)
		return ingest.Values{Spans: part.spans, Stride: 1}, nil
	}
	if err := c.index(); err != nil {
		return v, err
	}
	part.pages = c.pages[c.pageAt(b.lo) : c.pageAt(b.hi-1)+1]
	part.buf = part.buf[:0]
	if c.out.text {
		part.spans = slices.Grow(part.spans[:0], b.hi-b.lo)
	} else {
		part.num = slices.Grow(part.num[:0], b.hi-b.lo)
	}
	oneBuf := true
	for i, p := range part.pages {
		vals, err := c.page(p)
		if err != nil {
			return v, err
		}
		lo, hi := max(b.lo-p.first, 0), min(b.hi-p.first, p.rows)
		if !c.out.text {
			part.num = c.appendNum(part.num, vals, lo, hi)
			continue
		}
		part.spans = c.appendSpans(part.spans, vals, lo, hi)
		oneBuf = oneBuf && (i == 0 || sameMemory(vals.buf, v.Buf))
		v.Buf = vals.buf
	}
	if !c.out.text {
		return ingest.Values{Num: part.num}, nil
	}
	v.Spans, v.Stride = part.spans, 1
	if !oneBuf {
		v.Buf, err = part.joinTexts(b.lo)
	}
	return v, err
}

// sameMemory reports whether a and b are one dictionary.
func sameMemory(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// joinTexts copies the texts of several pages into one buffer.
func (t *part) joinTexts(first int) ([]byte, error) {
	i := 0
	for _, p := range t.pages {
		for end := p.first + p.rows - first; i < min(end, len(t.spans)); i++ {
			s := t.spans[i]
			if s == ingest.Null {
				continue
			}
			from := len(t.buf)
			if t.buf = append(t.buf, p.values.buf[s.Lo:s.Hi]...); len(t.buf) > ingest.MaxBuf {
				return nil, errTooLarge
			}
			t.spans[i] = ingest.Span{Lo: uint32(from), Hi: uint32(len(t.buf))}
		}
	}
	return t.buf, nil
}

// rescue turns a panic into an error. The decoders check what they read, but a
// file from a stranger shall not end the program if one of them forgot to.
func rescue(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("is damaged: %v", r)
	}
}

func (b *block) Release() {
	for j := range b.parts {
		for _, p := range b.parts[j].pages {
			b.chunks[j].release(p)
		}
		b.parts[j].pages = nil
	}
	b.pass.leave()
	b.pass, b.in, b.chunks = nil, nil, nil
	blocks.Put(b)
}
