package parquet

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"sync"

	"github.com/parquet-go/parquet-go/format"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// chunk is one column of one row group.
type chunk struct {
	leaf *leaf
	out  *output
	meta *format.ColumnMetaData
	r    io.ReaderAt
	size int64 // of the file
	rows int   // of the row group

	once  sync.Once // finds pages and reads the dictionary
	pages []*page
	dict  *values
	err   error

	mu sync.Mutex // of page.waiting
}

// values are decoded: numbers, or texts that lie in buf.
type values struct {
	num   []float64
	spans []ingest.Span
	buf   []byte

	// Of a page they may be places in the dictionary instead. Those take half
	// the memory, and a page of few levels may have a million rows.
	places  []uint32
	inPlace bool
}

// scratch is the memory of one decoding.
type scratch struct {
	raw, body, levels []byte
	ints              []int64
	floats            []float64
}

var (
	scratches  = sync.Pool{New: func() any { return new(scratch) }}
	valuesPool = sync.Pool{New: func() any { return new(values) }}
)

// errPanic is for the others who wait for what panicked; see rescue.
var errPanic = errors.New("is damaged")

// index finds the pages of the chunk and decodes its dictionary.
func (c *chunk) index() error {
	c.once.Do(func() {
		c.err = errPanic // what stays if the next line does
		c.err = c.findPages()
	})
	return c.err
}

func (c *chunk) findPages() error {
	at := c.meta.DataPageOffset
	if d := c.meta.DictionaryPageOffset; d > 0 && d < at {
		at = d
	}
	if at < 0 || c.meta.TotalCompressedSize < 0 || at > c.size-c.meta.TotalCompressedSize {
		return errMetadata
	}
	end := at + c.meta.TotalCompressedSize
	row := 0
	for row < c.rows {
		if at >= end {
			return fmt.Errorf("it has %d values, and the row group has %d rows", row, c.rows)
		}
		h, n, err := readHeader(c.r, at, end)
		if err != nil {
			return err
		}
		at += int64(n)
		p := &page{at: at, header: h, first: row}
		switch h.Type {
		case format.DictionaryPage:
			if c.dict != nil || row > 0 {
				return errors.New("a dictionary comes where none should")
			}
			if err := c.readDictionary(p); err != nil {
				return err
			}
		case format.DataPage:
			p.rows = int(h.DataPageHeader.V.NumValues)
		case format.DataPageV2:
			p.rows = int(h.DataPageHeaderV2.V.NumValues)
		}
		if p.rows < 0 || p.rows > c.rows-row {
			return fmt.Errorf("it has more values than the %d rows of the row group", c.rows)
		}
		if p.rows > 0 {
			p.waiting = (p.first+p.rows-1)/blockRows - p.first/blockRows + 1
			c.pages = append(c.pages, p)
			row += p.rows
		}
		at += int64(h.CompressedPageSize)
	}
	return nil
}

func (c *chunk) readDictionary(p *page) (err error) {
	s := scratches.Get().(*scratch)
	defer scratches.Put(s)
	if s.raw, err = readBody(s.raw, c.r, p.at, &p.header); err != nil {
		return err
	}
	body, err := c.unpackBytes(s.raw, int(p.header.UncompressedPageSize), true, s)
	if err != nil {
		return err
	}
	n := int(p.header.DictionaryPageHeader.V.NumValues)
	if n < 0 || n > len(body) {
		return errMetadata
	}
	c.dict = c.out.room(new(values), n+1)
	// Behind the last place is the missing value.
	if c.out.text {
		c.dict.spans[n] = ingest.Null
	} else {
		c.dict.num[n] = math.NaN()
	}
	return c.decode(c.dict, n, format.Plain, body, s)
}

// page returns the values of a page, one for each of its rows.
func (c *chunk) page(p *page) (*values, error) {
	p.once.Do(func() {
		s := scratches.Get().(*scratch)
		defer scratches.Put(s)
		p.values = valuesPool.Get().(*values)
		p.err = errPanic
		p.err = c.decodePage(p, s)
	})
	return p.values, p.err
}

// pageAt returns which page has a row of the row group.
func (c *chunk) pageAt(row int) int {
	return sort.Search(len(c.pages), func(i int) bool { return c.pages[i].first > row }) - 1
}

// release says that a block does not use the page any more.
func (c *chunk) release(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p.waiting--; p.waiting == 0 && p.values != nil {
		p.values.buf = nil
		valuesPool.Put(p.values)
		p.values = nil
	}
}

func (c *chunk) decodePage(p *page, s *scratch) (err error) {
	if s.raw, err = readBody(s.raw, c.r, p.at, &p.header); err != nil {
		return err
	}
	b, err := c.unpackPage(p, s.raw, s)
	if err != nil {
		return err
	}
	v := p.values
	// The values that are there come first, and are then spread to their rows.
	//lint:ignore SA1019 old files have it
	v.inPlace = b.encoding == format.RLEDictionary || b.encoding == format.PlainDictionary
	if v.inPlace = v.inPlace && b.n > 0; v.inPlace {
		return c.decodePlaces(v, p.rows, b)
	}
	c.out.room(v, p.rows)
	if err := c.decode(v, b.n, b.encoding, b.values, s); err != nil || b.levels == nil {
		return err
	}
	if c.out.text {
		spread(v.spans, b.levels, b.n, ingest.Null)
	} else {
		spread(v.num, b.levels, b.n, math.NaN())
	}
	return nil
}

// spread moves the first n elements of x to the rows that have a value, and
// sets the others to missing.
func spread[T any](x []T, levels []byte, n int, missing T) {
	for i := len(x) - 1; i >= 0; i-- {
		if levels[i] == 1 {
			n--
			x[i] = x[n]
		} else {
			x[i] = missing
		}
	}
}

// decodePlaces decodes places in the dictionary.
func (c *chunk) decodePlaces(v *values, rows int, b body) error {
	if c.dict == nil {
		return errors.New("its dictionary is missing")
	}
	missing := uint32(max(len(c.dict.num), len(c.dict.spans)) - 1)
	v.places, v.buf = resize(v.places, rows), c.dict.buf
	if len(b.values) == 0 {
		return errShort
	}
	width := int(b.values[0])
	if width > 32 {
		return fmt.Errorf("dictionary places of %d bits", width)
	}
	if err := hybrid(v.places[:b.n], b.values[1:], width); err != nil {
		return err
	}
	if k := slices.Max(v.places[:b.n]); k >= missing {
		return fmt.Errorf("place %d of a dictionary of %d", k, missing)
	}
	if b.levels != nil {
		spread(v.places, b.levels, b.n, missing)
	}
	return nil
}

// appendNum appends the numbers of rows lo … hi-1 of a page.
func (c *chunk) appendNum(dst []float64, v *values, lo, hi int) []float64 {
	if !v.inPlace {
		return append(dst, v.num[lo:hi]...)
	}
	for _, k := range v.places[lo:hi] {
		dst = append(dst, c.dict.num[k])
	}
	return dst
}

// appendSpans appends the texts of rows lo … hi-1 of a page, which lie in v.buf.
func (c *chunk) appendSpans(dst []ingest.Span, v *values, lo, hi int) []ingest.Span {
	if !v.inPlace {
		return append(dst, v.spans[lo:hi]...)
	}
	for _, k := range v.places[lo:hi] {
		dst = append(dst, c.dict.spans[k])
	}
	return dst
}

// decode sets the first n of v to the values in body.
func (c *chunk) decode(v *values, n int, enc format.Encoding, body []byte, s *scratch) error {
	switch l := c.leaf; {
	case n == 0:
		return nil
	case l.bytes():
		spans := v.spans
		if !c.out.text {
			spans = make([]ingest.Span, n)
		}
		buf, err := l.decodeTexts(spans[:n], enc, body)
		if err != nil {
			return err
		}
		v.buf = buf
		return c.convertTexts(v, spans[:n])
	case l.physical == format.Float || l.physical == format.Double:
		s.floats = resize(s.floats, n)
		if err := l.decodeFloats(s.floats, enc, body); err != nil {
			return err
		}
		return c.convertFloats(v, s.floats)
	default:
		s.ints = resize(s.ints, n)
		if err := l.decodeInts(s.ints, enc, body); err != nil {
			return err
		}
		return c.convertInts(v, s.ints)
	}
}

// bytes reports whether values are byte arrays.
func (l *leaf) bytes() bool {
	return l.physical == format.ByteArray || l.physical == format.FixedLenByteArray
}

func (l *leaf) decodeTexts(dst []ingest.Span, enc format.Encoding, body []byte) (buf []byte, err error) {
	fixed := l.physical == format.FixedLenByteArray
	switch {
	case enc == format.Plain && !fixed:
		return body, plainTexts(dst, body)
	case enc == format.Plain:
		return body, fixedTexts(dst, body, l.length)
	case enc == format.DeltaLengthByteArray && !fixed:
		return body, deltaLengthTexts(dst, body)
	case enc == format.DeltaByteArray:
		if buf, err = deltaTexts(dst, body, max(maxFreeBytes, maxRatio*len(body))); err != nil {
			return nil, err
		}
		for _, s := range dst {
			if fixed && int(s.Hi-s.Lo) != l.length {
				return nil, errors.New("a value has not the length of its type")
			}
		}
		return buf, nil
	case enc == format.ByteStreamSplit && fixed:
		if buf, err = unsplit(body, len(dst), l.length); err != nil {
			return nil, err
		}
		return buf, fixedTexts(dst, buf, l.length)
	}
	return nil, l.unknown(enc)
}

func (l *leaf) decodeFloats(dst []float64, enc format.Encoding, body []byte) (err error) {
	plain, width := floats64, 8
	if l.physical == format.Float {
		plain, width = floats32, 4
	}
	switch enc {
	case format.Plain:
		return plain(dst, body)
	case format.ByteStreamSplit:
		if body, err = unsplit(body, len(dst), width); err != nil {
			return err
		}
		return plain(dst, body)
	}
	return l.unknown(enc)
}

func (l *leaf) decodeInts(dst []int64, enc format.Encoding, body []byte) (err error) {
	plain, width := ints64, 8
	switch l.physical {
	case format.Boolean:
		return l.decodeBools(dst, enc, body)
	case format.Int32:
		plain, width = ints32, 4
	case format.Int96:
		plain, width = ints96, 12
	}
	switch enc {
	case format.Plain:
		return plain(dst, body)
	case format.ByteStreamSplit:
		if body, err = unsplit(body, len(dst), width); err != nil {
			return err
		}
		return plain(dst, body)
	case format.DeltaBinaryPacked:
		if _, err = deltas(dst, body); err == nil && l.physical == format.Int32 {
			for i, x := range dst {
				dst[i] = int64(int32(x))
			}
		}
		return err
	}
	return l.unknown(enc)
}

func (l *leaf) decodeBools(dst []int64, enc format.Encoding, body []byte) error {
	bits := make([]uint8, len(dst))
	switch enc {
	case format.Plain:
		if len(body)*8 < len(dst) {
			return errShort
		}
		unpack(bits, body, 1)
	case format.RLE: // behind its length
		if len(body) < 4 {
			return errShort
		}
		if err := hybrid(bits, body[4:], 1); err != nil {
			return err
		}
	default:
		return l.unknown(enc)
	}
	for i, b := range bits {
		dst[i] = int64(b & 1)
	}
	return nil
}

func (l *leaf) unknown(enc format.Encoding) error {
	return fmt.Errorf("its encoding %s is not one for %s", enc, l.physical)
}
