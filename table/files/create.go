package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/seed-64d012fb/mimic/internal/atomicfile"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/jsonl"
	"github.com/seed-64d012fb/mimic/table/parquet"
)

// Output is a table.Writer of a file that is there only when Close has
// succeeded. It is a table.ParallelWriter too where its format is one.
type Output interface {
	table.Writer
	// Abort gives the file up: nothing is left of it, and a file that was at its
	// path stays as it was. After Close it does nothing, so it can be deferred.
	Abort()
}

// Create starts a file of rows of the schema. The name says the format: .csv,
// .tsv, .jsonl or .parquet, each also with .gz or .zst behind; "" and "-" are
// standard output, as CSV. Of rows that have a picture, .png is a contact sheet of
// all, .idx an IDX file, with their labels in one beside it, and a name that ends
// in a slash a folder of PNG files. A file that is there already is replaced on
// Close.
func Create(path string, s *space.Schema) (Output, error) {
	f, pack, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	if f.ofPictures() {
		return createPictures(path, f, pack, s)
	}
	to := destination(stdout{})
	if path != "" && path != "-" {
		if to, err = atomicfile.Create(path); err != nil {
			return nil, err
		}
	}
	out, err := start(to, f, pack, s)
	if err != nil {
		to.Abort()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// CheckName returns the error that Create will have for what the name of a file
// says, for those who have much to do before they have rows to write; cmd/mimic
// calls it.
func CheckName(path string) error {
	_, _, err := formatOf(path)
	return err
}

// packing is how a file is compressed.
type packing string

const (
	unpackedFile packing = ""
	gzipped      packing = ".gz"
	zstandard    packing = ".zst"
)

// formatOf tells from its name what a file is to be.
func formatOf(path string) (f format, pack packing, err error) {
	if path == "" || path == "-" {
		return asCSV, unpackedFile, nil
	}
	if info, err := os.Stat(path); os.IsPathSeparator(path[len(path)-1]) || err == nil && info.IsDir() {
		return asFolder, unpackedFile, atomicfile.CheckFolder(path)
	}
	name := strings.ToLower(filepath.Base(path))
	ext := filepath.Ext(name)
	if p := packing(ext); p == gzipped || p == zstandard {
		pack = p
		ext = filepath.Ext(strings.TrimSuffix(name, ext))
	}
	if strings.HasSuffix(strings.TrimSuffix(name, string(pack)), "-ubyte") { // as MNIST has it
		ext = ".idx"
	}
	switch ext {
	case ".png":
		if pack == unpackedFile {
			return asSheet, pack, nil
		}
	case ".idx":
		return asIDX, pack, nil
	case ".jpg", ".jpeg", ".gif", ".webp":
		return "", "", fmt.Errorf("%s: pictures are written as PNG: name the sheet .png, or a folder", path)
	case "", ".csv", ".txt":
		return asCSV, pack, nil
	case ".tsv", ".tab":
		return asTSV, pack, nil
	case ".jsonl", ".ndjson":
		return asJSONL, pack, nil
	case ".parquet", ".pq":
		return asParquet, pack, nil
	case ".json":
		return "", "", fmt.Errorf("%s: rows are written as JSON lines: name the file .jsonl", path)
	}
	return "", "", fmt.Errorf("%s: mimic writes .csv, .tsv, .jsonl and .parquet, each also with .gz or .zst behind, and pictures to .png, .idx or a folder, as in new/", path)
}

// destination is where the bytes of an output go.
type destination interface {
	io.Writer
	Commit() error
	Abort()
}

type stdout struct{}

func (stdout) Write(p []byte) (int, error) { return os.Stdout.Write(p) }
func (stdout) Commit() error               { return nil }
func (stdout) Abort()                      {}

// output writes rows through a format, and that perhaps through a compressor,
// to a file.
type output struct {
	table.Writer
	pack    io.Closer // the compressor; nil if there is none
	members *members  // it, where it can work in parallel
	file    destination
}

func start(to destination, f format, pack packing, s *space.Schema) (Output, error) {
	out := &output{file: to}
	w := io.Writer(to)
	switch {
	case pack == gzipped && f != asParquet: // which is not written batch by batch
		out.members = &members{w: to}
		w, out.pack = out.members, out.members
	case pack == gzipped:
		z := gzip.NewWriter(to)
		w, out.pack = z, z
	case pack == zstandard:
		z, err := zstd.NewWriter(to)
		if err != nil {
			return nil, err
		}
		w, out.pack = z, z
	}
	var rows table.ParallelWriter
	switch f {
	case asParquet:
		var err error
		out.Writer, err = parquet.NewWriter(w, s, 0)
		return out, err
	case asJSONL:
		rows = jsonl.NewWriter(w, s)
	default:
		rows = csv.NewWriter(w, withDelimiter(s, f))
	}
	out.Writer = rows
	return &parallelOutput{output: out, rows: rows}, nil
}

// withDelimiter returns the schema in a dialect that fits the file's name.
func withDelimiter(s *space.Schema, f format) *space.Schema {
	t := *s
	switch {
	case f == asTSV:
		t.Dialect.Delimiter = "\t"
	case t.Dialect.Delimiter == "\t":
		t.Dialect.Delimiter = ","
	}
	return &t
}

// Close ends the file and puts it in its place.
func (o *output) Close() error {
	defer o.Abort()
	if err := o.Writer.Close(); err != nil {
		return err
	}
	if o.pack != nil {
		if err := o.pack.Close(); err != nil {
			return err
		}
	}
	return o.file.Commit()
}

func (o *output) Abort() { o.file.Abort() }

// parallelOutput is an output whose rows are encoded, and gzipped, on several
// goroutines at once.
type parallelOutput struct {
	*output
	rows  table.ParallelWriter
	texts sync.Pool // of *[]byte
}

func (o *parallelOutput) AppendBatch(dst []byte, b *table.Batch) ([]byte, error) {
	if o.members == nil {
		return o.rows.AppendBatch(dst, b)
	}
	text, _ := o.texts.Get().(*[]byte)
	if text == nil {
		text = new([]byte)
	}
	defer o.texts.Put(text)
	var err error
	if *text, err = o.rows.AppendBatch((*text)[:0], b); err != nil {
		return dst, err
	}
	return o.members.appendMember(dst, *text)
}

func (o *parallelOutput) WriteEncoded(p []byte) error {
	if o.members == nil {
		return o.rows.WriteEncoded(p)
	}
	// p is gzipped; what the format itself has to write, such as a header, is
	// not.
	if err := o.rows.WriteEncoded(nil); err != nil {
		return err
	}
	o.members.any = o.members.any || len(p) > 0
	_, err := o.file.Write(p)
	return err
}

// members gzips what it is given piece by piece, each as a member of its own: a
// gzip file is a series of members, and members can be made in parallel.
//
// Reference: RFC 1952, section 2.2.
type members struct {
	w    io.Writer
	any  bool // a member is written
	pool sync.Pool
	buf  []byte // of Write
}

func (m *members) appendMember(dst, text []byte) ([]byte, error) {
	if len(text) == 0 {
		return dst, nil
	}
	to := bytes.NewBuffer(dst)
	z, _ := m.pool.Get().(*gzip.Writer)
	if z == nil {
		z = gzip.NewWriter(to)
	}
	defer m.pool.Put(z)
	z.Reset(to)
	_, err := z.Write(text)
	err = errors.Join(err, z.Close())
	return to.Bytes(), err
}

func (m *members) Write(text []byte) (n int, err error) {
	if m.buf, err = m.appendMember(m.buf[:0], text); err != nil {
		return 0, err
	}
	m.any = m.any || len(m.buf) > 0
	if _, err := m.w.Write(m.buf); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Close writes a member of nothing where there is none: no bytes at all are no
// gzip file.
func (m *members) Close() error {
	if m.any {
		return nil
	}
	return gzip.NewWriter(m.w).Close()
}
