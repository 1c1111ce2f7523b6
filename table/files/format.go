package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-64d012fb/mimic/table/pictures"
)

// format is what a dataset is written in.
type format string

// The formats that are read and written. That CSV has tabs matters to writing
// alone: reading finds the delimiter by itself.
const (
	asCSV     format = "CSV"
	asTSV     format = "TSV"
	asJSONL   format = "JSON lines"
	asParquet format = "Parquet"

	asPictures format = "pictures" // PNG, JPEG or GIF, in folders, archives or by themselves
	asIDX      format = "IDX"
)

// sniffLen is how many bytes at the start of a file decide what it is.
const sniffLen = 4096

// foreign lists what people hand over that is no table we read, by the bytes
// it starts with, and what to do about it.
var foreign = []struct{ magic, what string }{
	{"\xd0\xcf\x11\xe0", "an old Excel file: save the sheet as CSV"},
	{"PARE", "a Parquet file with an encrypted footer: decrypt it first"},
	{"ARROW1", "an Arrow or Feather file: write it as Parquet"},
	{"ORC", "an ORC file: write it as Parquet"},
	{"Obj\x01", "an Avro file: write it as Parquet"},
	{"SQLite format 3", "an SQLite database: export the table as CSV"},
	{"\x89HDF\r\n", "an HDF5 file: write the table as Parquet"},
	{"%PDF", "a PDF: mimic reads tables"},
	{"BZh", "compressed with bzip2: unpack it with bunzip2"},
	{"\xfd7zXZ", "compressed with xz: unpack it with unxz"},
	{"\x04\x22\x4d\x18", "compressed with lz4: unpack it with unlz4"},
	{"7z\xbc\xaf", "a 7-Zip archive: unpack it"},
	{"\xff\xfe", utf16},
	{"\xfe\xff", utf16},
}

// otherZip says what a zip archive is that has no pictures in it.
const otherZip = "a zip archive (an Excel .xlsx file is one too) without pictures: unzip it, or save the sheet as CSV"

const utf16 = "text in UTF-16: turn it into UTF-8 with `iconv -f UTF-16 -t UTF-8`"

const (
	gzipMagic = "\x1f\x8b"
	zstdMagic = "\x28\xb5\x2f\xfd"
	bom       = "\ufeff"
)

var errEmpty = errors.New("is empty")

// recognise tells from the first bytes of a file, already unpacked, what it is.
// An error says what the file is instead, or is errEmpty.
func recognise(head []byte) (format, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return asParquet, nil
	case pictures.IsPicture(head) != "" || isArchive(head):
		return asPictures, nil
	case pictures.IsIDX(head) > 0:
		return asIDX, nil
	case len(text) == 0 && len(head) < sniffLen:
		return "", errEmpty
	}
	if what := pictures.Unreadable(head); what != "" {
		return "", errors.New("is " + what)
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return "", errors.New("is " + f.what)
		}
	}
	if i := bytes.IndexByte(head, 0); i >= 0 {
		if i < 2 && i+2 < len(head) && head[i+2] == 0 {
			return "", errors.New("is " + utf16)
		}
		return "", errors.New("is binary: mimic reads CSV, TSV, JSON lines and Parquet, each also gzipped or zstd-compressed, and pictures: PNG, JPEG, GIF and IDX")
	}
	// A line of CSV may start with a brace, but not go on as JSON does.
	switch first, next := firstTwo(text); {
	case first == '{' && (next == '"' || next == '}'), first == '[' && (next == '{' || next == ']'):
		return asJSONL, nil
	}
	return asCSV, nil
}

const (
	zipMagic = "PK\x03\x04"
	tarMagic = "ustar"
	tarAt    = 257 // where tarMagic is
)

func isZip(head []byte) bool { return bytes.HasPrefix(head, []byte(zipMagic)) }

func isTar(head []byte) bool {
	return len(head) > tarAt && bytes.HasPrefix(head[tarAt:], []byte(tarMagic))
}

func isArchive(head []byte) bool { return isZip(head) || isTar(head) }

// firstTwo returns the first byte of text and the next one that is no space.
func firstTwo(text []byte) (first, next byte) {
	if len(text) == 0 {
		return 0, 0
	}
	if rest := bytes.TrimLeft(text[1:], " \t\r\n"); len(rest) > 0 {
		next = rest[0]
	}
	return text[0], next
}

// identify tells whether r is compressed and what is in it, of which it returns
// the beginning.
func identify(r io.Reader) (packed bool, f format, head []byte, err error) {
	in, packed, err := decompress(bufio.NewReaderSize(r, 64<<10))
	if err != nil {
		return false, "", nil, err
	}
	defer in.Close()
	head = make([]byte, sniffLen)
	n, err := io.ReadFull(in, head)
	if head = head[:n]; err != nil && err != io.EOF && !(err == io.ErrUnexpectedEOF && n > 0) {
		return packed, "", head, err
	}
	if packed && (bytes.HasPrefix(head, []byte(gzipMagic)) || bytes.HasPrefix(head, []byte(zstdMagic))) {
		return packed, "", head, errors.New("is compressed twice: unpack it once")
	}
	f, err = recognise(head)
	return packed, f, head, err
}

// decompress returns what is in r, and whether it was compressed.
func decompress(r *bufio.Reader) (out io.ReadCloser, packed bool, err error) {
	magic, err := r.Peek(len(zstdMagic))
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte(gzipMagic)):
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, true, fmt.Errorf("is damaged: %w", err)
		}
		return z, true, nil
	case bytes.HasPrefix(magic, []byte(zstdMagic)):
		// A frame may ask for any window; 128 MB is what the zstd tool itself
		// grants without being told to.
		z, err := zstd.NewReader(r, zstd.WithDecoderMaxWindow(128<<20), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, true, fmt.Errorf("is damaged: %w", err)
		}
		return z.IOReadCloser(), true, nil
	}
	return io.NopCloser(r), false, nil
}

// unpackedSize returns how many bytes a compressed file of size bytes unpacks
// to, as it says itself; 0 if it does not say, or nothing to be believed. It
// serves to tell how far reading has come, and how much room to make.
func unpackedSize(file io.Reader, size int64) int64 {
	const greatestRatio = 1032 // of deflate
	r, ok := file.(io.ReaderAt)
	if !ok {
		return 0
	}
	var full int64
	var buf [zstd.HeaderMaxSize]byte
	if n, _ := r.ReadAt(buf[:], 0); bytes.HasPrefix(buf[:n], []byte(zstdMagic)) {
		var h zstd.Header
		if h.Decode(buf[:n]) == nil && h.HasFCS && h.FrameContentSize < 1<<62 {
			full = int64(h.FrameContentSize)
		}
	} else if n, _ := r.ReadAt(buf[:4], size-4); n == 4 {
		full = int64(binary.LittleEndian.Uint32(buf[:])) // modulo 2^32, of the last member
	}
	if full < size || full > greatestRatio*size {
		return 0
	}
	return full
}
