package files

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

func gzipOf(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func zstdOf(b []byte) []byte {
	z, _ := zstd.NewWriter(nil)
	return z.EncodeAll(b, nil)
}

func TestRecognise(t *testing.T) {
	utf16le := []byte("a\x00,\x00b\x00\n\x00")
	for _, c := range []struct {
		name   string
		bytes  []byte
		packed bool
		format format
		err    string
	}{
		{"csv", []byte("a,b\n1,2\n"), false, asCSV, ""},
		{"csv with a mark", []byte("\ufeffa,b\n"), false, asCSV, ""},
		{"csv that starts with a brace", []byte("{curly},b\n"), false, asCSV, ""},
		{"csv that starts with a bracket", []byte("[unit],b\n"), false, asCSV, ""},
		{"one byte", []byte("x"), false, asCSV, ""},
		{"jsonl", []byte(`{"a":1}`), false, asJSONL, ""},
		{"jsonl after spaces and a mark", []byte("\ufeff\n { \"a\":1}"), false, asJSONL, ""},
		{"an empty object", []byte("{}"), false, asJSONL, ""},
		{"a list", []byte("[\n  {\"a\":1}]"), false, asJSONL, ""},
		{"parquet", []byte("PAR1...."), false, asParquet, ""},
		{"gzip", gzipOf([]byte("a,b\n")), true, asCSV, ""},
		{"zstd", zstdOf([]byte(`{"a":1}`)), true, asJSONL, ""},
		{"parquet in gzip", gzipOf([]byte("PAR1....")), true, asParquet, ""},
		{"nothing", nil, false, "", "is empty"},
		{"white space", []byte(" \n\r\n"), false, "", "is empty"},
		{"nothing in gzip", gzipOf(nil), true, "", "is empty"},
		{"gzip in gzip", gzipOf(gzipOf([]byte("a"))), true, "", "is compressed twice"},
		{"zstd in gzip", gzipOf(zstdOf([]byte("a"))), true, "", "is compressed twice"},
		{"no gzip after all", []byte("\x1f\x8bxxxxxxxxxx"), false, "", "is damaged"},
		{"zip", []byte("PK\x03\x04...."), false, asPictures, ""},
		{"tar in gzip", gzipOf(append(make([]byte, 257), "ustar\x00"...)), true, asPictures, ""},
		{"png", []byte("\x89PNG\r\n\x1a\n"), false, asPictures, ""},
		{"idx", []byte("\x00\x00\x08\x03\x00\x00\x00\x01"), false, asIDX, ""},
		{"webp", []byte("RIFF....WEBP"), false, "", "save it as PNG"},
		{"utf-16", append([]byte("\xff\xfe"), utf16le...), false, "", "iconv -f UTF-16 -t UTF-8"},
		{"utf-16 without a mark", utf16le, false, "", "iconv -f UTF-16 -t UTF-8"},
		{"binary", []byte("abc\x00\x01\x02"), false, "", "is binary"},
		{"sqlite", []byte("SQLite format 3\x00"), false, "", "SQLite"},
		{"encrypted parquet", []byte("PARE...."), false, "", "decrypt"},
		{"bzip2", []byte("BZh91AY"), false, "", "bunzip2"},
	} {
		packed, format, _, err := identify(bytes.NewReader(c.bytes))
		switch {
		case c.err == "" && (err != nil || format != c.format || packed != c.packed):
			t.Errorf("%s: %q, packed %v, %v; want %q", c.name, format, packed, err, c.format)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: %v, want %q", c.name, err, c.err)
		}
	}
}

func TestUnpackedSize(t *testing.T) {
	text := bytes.Repeat([]byte("a,b\n1,2\n"), 1000)
	members := append(gzipOf(text), gzipOf([]byte("3,4\n"))...)
	for name, c := range map[string]struct {
		file []byte
		want int64
	}{
		"gzip": {gzipOf(text), int64(len(text))}, "zstd": {zstdOf(text), int64(len(text))},
		"members": {members, 0}, // the last says 4
		"a lie":   {append(gzipOf(text), 0xff, 0xff, 0xff, 0x7f), 0},
		"short":   {[]byte("\x1f"), 0},
	} {
		if got := unpackedSize(bytes.NewReader(c.file), int64(len(c.file))); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// folder makes files in a new folder and changes to it.
func folder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func numbers(t *testing.T, patterns ...string) []float64 {
	t.Helper()
	tb, _, err := Read(context.Background(), patterns, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tb.All().Cols[0].Num
}

func TestManyFilesAreOneDataset(t *testing.T) {
	folder(t, map[string]string{
		"p/2.csv": "n,s\n20,x\n", "p/10.csv": "n,s\n10,x\n11,y\n", "p/3.csv.gz": string(gzipOf([]byte("n,s\n30,z\n"))),
		"p/4.csv": "", "a[1].csv": "n,s\n70,x\n71,y\n",
	})
	for _, c := range []struct {
		patterns []string
		want     []float64
	}{
		{[]string{"p/*"}, []float64{10, 11, 20, 30}}, // sorted by name
		{[]string{"p/2.csv", "p/10.csv"}, []float64{20, 10, 11}},
		{[]string{"p/[0-9].csv", "a[1].csv"}, []float64{20, 70, 71}}, // a file may be called like a glob
	} {
		if got := numbers(t, c.patterns...); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.patterns, got, c.want)
		}
	}
	// The second file alone would seem to have a header.
	folder(t, map[string]string{"1.csv": "1,x\n3,y\n5,z\n", "2.csv": "N/A,w\n7,v\n9,u\n", "4.csv": "n,m\n1,2\n", "5.csv": "m,n\n"})
	if got := numbers(t, "1.csv", "2.csv"); len(got) != 6 || !math.IsNaN(got[3]) {
		t.Errorf("without headers: %v", got)
	}
	// A part that is nothing but a header adds nothing.
	if got := numbers(t, "4.csv", "5.csv"); !slices.Equal(got, []float64{1}) {
		t.Errorf("a header alone: %v", got)
	}
}

func TestEmptyFilesAreNoted(t *testing.T) {
	folder(t, map[string]string{"p/2.csv": "n,s\n20,x\n", "p/3.csv": "n,s\n30,x\n", "p/10.csv": "n,s\n10,x\n11,y\n", "p/4.csv": ""})
	_, rep, err := Read(context.Background(), []string{"p/*"}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if empty := filepath.Join("p", "4.csv") + " is empty"; rep.Files != 3 || !slices.Contains(rep.Notes, empty) {
		t.Errorf("%d files, notes %q", rep.Files, rep.Notes)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	folder(t, map[string]string{
		"d/x.csv.gz": "", "a.csv": "n\n1\n", "b.jsonl": `{"n":1}`, "empty.csv": "", "e2.csv": "\n",
		"book.xlsx": zipOf("xl/workbook.xml", "x", "xl/media/logo.png", "x", "[Content_Types].xml", "x"), "bad.zip": "PK\x03\x04", "cut.csv.gz": string(gzipOf([]byte(strings.Repeat("n,m\n1,2\n", 50000)))[:200]),
	})
	for _, c := range []struct{ patterns, want string }{
		{"", "no data: name a file"},
		{"no.csv", "no.csv: no such file"},
		{"no*.csv", "no file matches no*.csv"},
		{"d", "d is a folder without pictures (PNG, JPEG or GIF): name its files, as in '" + filepath.Join("d", "*.csv.gz") + "'"},
		{"a.csv ./a.csv", "a.csv is named twice"},
		{"a.csv *.csv", "a.csv is named twice"},
		{"a.csv b.jsonl", "a.csv is CSV and b.jsonl is JSON lines: the files of one dataset have one format"},
		{"empty.csv", "empty.csv is empty"},
		{"empty.csv e2.csv", "all 2 files are empty"},
		{"book.xlsx", "book.xlsx is a zip archive (an Excel .xlsx file is one too)"},
		{"bad.zip", "bad.zip is a damaged zip archive"},
		{"cut.csv.gz", "the compressed file is cut off"},
		{"https://example.org/a.csv", "is an address: download it"},
		{"[", "syntax error in pattern"},
		{"example:nothing", "nothing"},
	} {
		_, _, err := Read(context.Background(), strings.Fields(c.patterns), Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.patterns, err, c.want)
		}
	}
	if _, _, err := Read(context.Background(), []string{"a.csv"}, Options{Delimiter: "||"}); err == nil {
		t.Error("a delimiter of two characters was taken")
	}
}

// What can be read only once is read as often as it takes.
func TestStandardInput(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var parquetFile inMemory
	s := &space.Schema{Fields: []space.Field{{Name: "n", Kind: space.Integer, Max: 9}}}
	w, err := start(&parquetFile, asParquet, unpackedFile, s)
	if err != nil {
		t.Fatal(err)
	}
	b := table.NewBatch(s, 0, 2)
	b.Cols[0].Num = []float64{3, 4}
	if err := errors.Join(w.Write(b), w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"csv": []byte("n,s\n3,x\n4,y\n"), "csv.gz": gzipOf([]byte("n,s\n3,x\n4,y\n")), "jsonl": []byte("{\"n\":3}\n{\"n\":4}\n"),
		"parquet": parquetFile.Bytes(), "parquet.zst": zstdOf(parquetFile.Bytes()),
	} {
		r, pipe, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			pipe.Write(text)
			pipe.Close()
		}()
		stdin := os.Stdin
		os.Stdin = r
		got := numbers(t, "-")
		os.Stdin = stdin
		if !slices.Equal(got, []float64{3, 4}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "mimic-*.tmp"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestOptionsReachTheReader(t *testing.T) {
	folder(t, map[string]string{
		"bar.csv": "x!y\n1!2\n3!4\n", "bare.csv": "x,y\nz,w\n", "bad.csv": "a,b\n1,2\n3\n5,6\n", "bad.jsonl": "{\"a\":1}\n{\n{\"a\":2}\n",
	})
	read := func(name string, opt Options) (*table.Table, int64) {
		t.Helper()
		tb, rep, err := Read(context.Background(), []string{name}, opt)
		if err != nil {
			t.Fatal(err)
		}
		return tb, rep.Skipped
	}
	if tb, _ := read("bar.csv", Options{Delimiter: "!"}); len(tb.Schema().Fields) != 2 || tb.Rows() != 2 {
		t.Errorf("delimiter: %d fields of %d rows", len(tb.Schema().Fields), tb.Rows())
	}
	if tb, _ := read("bare.csv", Options{NoHeader: true}); tb.Rows() != 2 {
		t.Errorf("no header: %d rows", tb.Rows())
	}
	dialect := Options{}
	dialect.Overrides = &space.Overrides{Dialect: &space.Dialect{Delimiter: "!", NoHeader: true}}
	if tb, _ := read("bar.csv", dialect); len(tb.Schema().Fields) != 2 || tb.Rows() != 3 {
		t.Errorf("dialect of a schema file: %d fields of %d rows", len(tb.Schema().Fields), tb.Rows())
	}
	for _, name := range []string{"bad.csv", "bad.jsonl"} {
		if tb, skipped := read(name, Options{SkipBadRows: true}); tb.Rows() != 2 || skipped != 1 {
			t.Errorf("%s: %d rows, %d skipped", name, tb.Rows(), skipped)
		}
	}
}

func TestCreate(t *testing.T) {
	folder(t, map[string]string{"old.csv": "old"})
	s := &space.Schema{Fields: []space.Field{{Name: "n", Kind: space.Integer, Max: 9}}, Dialect: space.Dialect{Delimiter: "\t", CRLF: true}}
	b := table.NewBatch(s, 0, 1)

	w, err := Create("old.csv", s)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if text, _ := os.ReadFile("old.csv"); string(text) != "old" {
		t.Errorf("after Abort: %q", text)
	}
	if w, err = Create("old.csv", s); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(b), w.Close()); err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if text, _ := os.ReadFile("old.csv"); string(text) != "n\r\n0\r\n" {
		t.Errorf("after Close: %q", text)
	}

	// A file that cannot be written is not begun.
	s.Fields[0].Storage = "int7"
	if _, err := Create("new.parquet", s); err == nil || !strings.Contains(err.Error(), "int7") {
		t.Errorf("unknown storage: %v", err)
	}
	for _, name := range []string{"new.xlsx", "new.json", "new.parqet", "no/such/new.csv"} {
		if _, err := Create(name, s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if entries, _ := os.ReadDir("."); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestNamesSayTheFormat(t *testing.T) {
	for name, want := range map[string]struct {
		f format
		p packing
	}{
		"": {asCSV, ""}, "-": {asCSV, ""}, "x.csv": {asCSV, ""}, "x": {asCSV, ""}, "a.b/x": {asCSV, ""}, "x.gz": {asCSV, gzipped},
		"X.TSV.GZ": {asTSV, gzipped}, "x.jsonl.zst": {asJSONL, zstandard}, "x.ndjson": {asJSONL, ""},
		"x.2024.parquet": {asParquet, ""}, "x.pq.gz": {asParquet, gzipped}, "x.txt": {asCSV, ""},
	} {
		f, p, err := formatOf(name)
		if err != nil || f != want.f || p != want.p {
			t.Errorf("%q: %q %q %v", name, f, p, err)
		}
	}
}

// A file without rows is a file of its format all the same.
func TestNoRows(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{{Name: "n", Kind: space.Integer, Max: 9}}}
	for _, ext := range extensions {
		path := filepath.Join(t.TempDir(), "none"+ext)
		w, err := Create(path, s)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		packed, format, _, err := identify(f)
		switch {
		case strings.HasPrefix(ext, ".jsonl"):
			if !errors.Is(err, errEmpty) || packed == (ext == ".jsonl") {
				t.Errorf("%s: packed %v, %v", ext, packed, err)
			}
		case err != nil || packed == slices.Contains([]string{".csv", ".tsv", ".parquet"}, ext):
			t.Errorf("%s: %q, packed %v, %v", ext, format, packed, err)
		}
	}
}

// The examples and the shared datasets are read as everybody knows them.
func TestAdult(t *testing.T) {
	tb, _, err := Read(context.Background(), []string{testdata.Shared(t, "tables/adult.csv.gz")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if tb.Rows() != 48842 || len(tb.Schema().Fields) != 15 {
		t.Fatalf("%d rows of %d fields", tb.Rows(), len(tb.Schema().Fields))
	}
	mean := 0.0
	for _, x := range tb.All().Cols[0].Num {
		mean += x / 48842
	}
	if math.Abs(mean-38.64358543876172) > 1e-9 { // by pandas
		t.Errorf("mean age %v", mean)
	}
}

// Any bytes are a dataset or an error, plain or compressed.
func FuzzOpen(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,2\n3,x\n", "a;b\r\n1,5;\"q\"\"q\"\r\n", "{\"a\":1}\n{\"b\":\"x\"}\n", "[{\"a\":null}]", "PAR1PAR1", "PK\x03\x04", "\ufeff", "a\tb\n2024-01-31\t12:00\n",
	} {
		f.Add([]byte(text))
		f.Add(gzipOf([]byte(text)))
		f.Add(zstdOf([]byte(text)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<14 {
			return
		}
		s := &source{name: "fuzz", size: int64(len(b)), raw: func() (io.ReadCloser, error) {
			return struct {
				*bytes.Reader
				io.Closer
			}{bytes.NewReader(b), io.NopCloser(nil)}, nil
		}}
		tb, _, err := read(context.Background(), []*source{s}, Options{})
		if err == nil && (tb.Rows() == 0 || tb.Schema().Validate() != nil) {
			t.Fatalf("%d rows, %v", tb.Rows(), tb.Schema().Validate())
		}
	})
}
