package parquet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// page is a run of values of one column, as it lies in the file.
type page struct {
	at     int64 // where its bytes are
	header format.PageHeader
	first  int // row of its row group
	rows   int

	// What is decoded of it is shared by the blocks that the page reaches into.
	once    sync.Once
	values  *values
	err     error
	waiting int // blocks that have not released it; under chunk.mu
}

const (
	maxHeaderBytes = 1 << 20
	// A page of a few bytes may stand for megabytes of equal values, but not for
	// a gigabyte.
	maxFreeBytes = 64 << 20
	maxRatio     = 1024
)

var errTooLarge = errors.New("a page claims more data than so few bytes should hold")

// readHeader reads the page header at an offset, which may reach to end.
func readHeader(r io.ReaderAt, at, end int64) (h format.PageHeader, length int, err error) {
	for window := int64(4 << 10); ; window = min(16*window, maxHeaderBytes) {
		buf := make([]byte, min(window, end-at))
		if n, err := r.ReadAt(buf, at); n < len(buf) {
			return h, 0, fmt.Errorf("%w: %w", errMetadata, err)
		}
		length, err = unmarshal(buf, &h)
		if err == nil || window == maxHeaderBytes || window >= end-at {
			break
		}
	}
	if err != nil {
		return h, 0, err
	}
	packed, size := int64(h.CompressedPageSize), int64(h.UncompressedPageSize)
	if packed < 0 || packed > end-at-int64(length) || size < 0 {
		return h, 0, errMetadata
	}
	if size > max(maxFreeBytes, maxRatio*packed) {
		return h, 0, errTooLarge
	}
	return h, length, nil
}

// readBody appends the bytes of a page, still compressed, to dst[:0].
func readBody(dst []byte, r io.ReaderAt, at int64, h *format.PageHeader) ([]byte, error) {
	dst = resize(dst, int(h.CompressedPageSize))
	if n, err := r.ReadAt(dst, at); n < len(dst) {
		return dst, err
	}
	if sum := crc32.ChecksumIEEE(dst); h.CRC != 0 && sum != uint32(h.CRC) {
		return dst, fmt.Errorf("the checksum of a page is wrong: the file is damaged")
	}
	return dst, nil
}

func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

var (
	gzips    = sync.Pool{New: func() any { return new(gzip.Reader) }}
	brotlis  = sync.Pool{New: func() any { return brotli.NewReader(nil) }}
	zstds, _ = zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(maxFreeBytes))
)

// decompress sets dst, which is just as long as what src unpacks to.
func decompress(dst, src []byte, codec format.CompressionCodec) error {
	n, err := 0, error(nil)
	switch codec {
	case format.Snappy:
		if n, err = snappy.DecodedLen(src); err == nil && n == len(dst) {
			_, err = snappy.Decode(dst, src)
		}
	case format.Zstd:
		var out []byte
		out, err = zstds.DecodeAll(src, dst[:0:len(dst)])
		n = len(out)
	case format.Lz4Raw:
		n, err = lz4.UncompressBlock(src, dst)
	case format.Gzip:
		z := gzips.Get().(*gzip.Reader)
		defer gzips.Put(z)
		if err = z.Reset(bytes.NewReader(src)); err == nil {
			n, err = readAll(dst, z)
		}
	case format.Brotli:
		z := brotlis.Get().(*brotli.Reader)
		defer brotlis.Put(z)
		if err = z.Reset(bytes.NewReader(src)); err == nil {
			n, err = readAll(dst, z)
		}
	default:
		return fmt.Errorf("it is compressed by %s, which mimic does not read: write it with zstd or snappy", codec)
	}
	if err != nil {
		return fmt.Errorf("a page does not unpack: %w", err)
	}
	if n != len(dst) {
		return fmt.Errorf("a page unpacks to %d bytes where %d were announced", n, len(dst))
	}
	return nil
}

// readAll reads r into dst; n is greater than len(dst) if there is more.
func readAll(dst []byte, r io.Reader) (n int, err error) {
	if n, err = io.ReadFull(r, dst); err != nil {
		return n, err
	}
	var more [1]byte
	k, err := io.ReadFull(r, more[:])
	if err == io.EOF {
		err = nil
	}
	return n + k, err
}

// body is a page that is unpacked.
type body struct {
	levels   []byte // [n rows] 1 where there is a value; nil where all have one
	values   []byte
	n        int // values in it
	encoding format.Encoding
}

// unpackPage decompresses a data page and decodes which rows have a value.
func (c *chunk) unpackPage(p *page, raw []byte, s *scratch) (b body, err error) {
	h := &p.header
	size := int(h.UncompressedPageSize)
	b.n = p.rows
	var levels []byte
	switch h.Type {
	case format.DataPage:
		if b.values, err = c.unpackBytes(raw, size, true, s); err != nil {
			return b, err
		}
		b.encoding = h.DataPageHeader.V.Encoding
		if !c.leaf.optional {
			return b, nil
		}
		if e := h.DataPageHeader.V.DefinitionLevelEncoding; e != format.RLE {
			return b, fmt.Errorf("definition levels are encoded as %s", e)
		}
		if len(b.values) < 4 {
			return b, errShort
		}
		n := binary.LittleEndian.Uint32(b.values)
		if uint64(n) > uint64(len(b.values)-4) {
			return b, errShort
		}
		levels, b.values = b.values[4:4+n], b.values[4+n:]
	case format.DataPageV2:
		v2 := &h.DataPageHeaderV2.V
		b.encoding = v2.Encoding
		rep, def := int64(v2.RepetitionLevelsByteLength), int64(v2.DefinitionLevelsByteLength)
		if rep < 0 || def < 0 || rep+def > int64(len(raw)) || rep+def > int64(size) {
			return b, errMetadata
		}
		levels = raw[rep : rep+def]
		packed := !v2.IsCompressed.Valid || v2.IsCompressed.V
		if b.values, err = c.unpackBytes(raw[rep+def:], size-int(rep+def), packed, s); err != nil || !c.leaf.optional {
			return b, err
		}
	}
	s.levels = resize(s.levels, p.rows)
	if err := hybrid(s.levels, levels, 1); err != nil {
		return b, err
	}
	if n := bytes.Count(s.levels, []byte{1}); n < p.rows {
		b.n, b.levels = n, s.levels
	}
	return b, nil
}

// unpackBytes returns new memory where texts will stay in it.
func (c *chunk) unpackBytes(raw []byte, size int, packed bool, s *scratch) ([]byte, error) {
	var out []byte
	if c.leaf.bytes() {
		out = make([]byte, size)
	} else {
		s.body = resize(s.body, size)
		out = s.body
	}
	if packed && c.meta.Codec != format.Uncompressed && len(raw)+size > 0 {
		return out, decompress(out, raw, c.meta.Codec)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("a page has %d bytes where %d were announced", len(raw), size)
	}
	copy(out, raw)
	return out, nil
}
