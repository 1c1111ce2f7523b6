package csv

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// bytesFile returns a file of that text.
func bytesFile(text string) ingest.File {
	return ingest.File{
		Name: "t.csv",
		Size: int64(len(text)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// eachChunk decodes an input block by block.
func eachChunk(in ingest.Input, each func(c *ingest.Chunk)) error {
	pass, err := in.Open()
	if err != nil {
		return err
	}
	defer pass.Close()
	var c ingest.Chunk
	for {
		b, err := pass.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = b.Decode(&c, nil)
		}
		if err != nil {
			return err
		}
		each(&c)
		b.Release()
	}
}

// rowOf returns the cells of a row.
func rowOf(c *ingest.Chunk, i int) []string {
	r := make([]string, len(c.Cols))
	for j, v := range c.Cols {
		r[j] = string(v.Spans[i*v.Stride].In(v.Buf))
	}
	return r
}

// cellsOf returns the cells of all rows, one after the other.
func cellsOf(in ingest.Input) (cells []string, err error) {
	err = eachChunk(in, func(c *ingest.Chunk) {
		for i := range c.Rows {
			cells = append(cells, rowOf(c, i)...)
		}
	})
	return cells, err
}

// newInput returns an input of that text, which has no header.
func newInput(text string, g grammar, block int) *input {
	in := &input{file: bytesFile(text), opt: Options{BlockBytes: block}, form: form{grammar: g, line: 1}, maxRecord: maxRecord}
	in.columns = make([]ingest.Column, g.columns)
	return in
}

// readRecords returns the records of a text, cut in blocks of so many bytes.
func readRecords(text string, g grammar, block int) (records [][]string, bad []ingest.BadRow, err error) {
	in := newInput(text, g, block)
	err = eachChunk(in, func(c *ingest.Chunk) {
		for i := range c.Rows {
			records = append(records, rowOf(c, i))
		}
		bad = append(bad, c.Bad...)
	})
	return records, bad, err
}

// oracle returns the records that encoding/csv reads. A newline inside quotes
// loses the carriage return before it there, and only there.
func oracle(text string, g grammar) (records [][]string, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = rune(g.delimiter)
	r.TrimLeadingSpace = g.spaced
	r.FieldsPerRecord = g.columns
	return r.ReadAll()
}

// sameRecords fails unless both readers give the same records, or both refuse.
func sameRecords(t *testing.T, text string, g grammar, block int) {
	t.Helper()
	want, wantErr := oracle(text, g)
	got, _, gotErr := readRecords(text, g, block)
	if (wantErr == nil) != (gotErr == nil) {
		t.Fatalf("%q in blocks of %d: error %v; encoding/csv: %v", text, block, gotErr, wantErr)
	}
	if wantErr != nil {
		return
	}
	for _, r := range got {
		for j := range r {
			r[j] = strings.ReplaceAll(r[j], "\r\n", "\n")
		}
	}
	if !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Fatalf("%q in blocks of %d:\n%q; encoding/csv:\n%q", text, block, got, want)
	}
}

var texts = []string{
	"",
	"a,b\n1,2\n",
	"a,b\n1,2",
	"a,b\r\n1,2\r\n",
	"a,b\r\n1,2\r",
	"a,b\n\n\r\n1,2\n\n",
	"a,b\n,\n\"\",\"\"\n",
	"a,b\n\"x,y\",\"line\nline\"\n1,2\n",
	"a,b\n\"x\r\ny\",\"\r\n\"\r\n1,2\r\n",
	"a,b\n\"\"\"\",\"a \"\"quoted\"\" word\"\n1,2\n",
	"a,b\n1,x\"y\n",        // a bare quote
	"a,b\n1,\"x\"y\n",      // text behind the closing quote
	"a,b\n1,\"x\n",         // never closed
	"a,b\n1,\"x\"\"\n",     // nor here
	"a,b\n1,\"x\"\r\n2,\"", // nor here
	"a,b\n1,2,3\n4,5\n",    // too many
	"a,b\n1\n4,5\n",        // too few
	"a,b\n1,2\r3\n4,\r\n",  // a lone carriage return is text
	"a,b\n\x00,\xff\xfe\n", // so is anything
	"a,b\n12345678,\"12345678\"\n123456781,23456781\n",
	"a,b\n 1, \"2\"\n",
	" a, b\n 1, \"2\"\n  , \n",
	"\"a\",\"b\"\n\"1\",\"2\"",
	"é,ß\n日本,語\n",
	"a,b\n" + strings.Repeat("\"q\"\"q\",plain\n", 20),
	"a,b\n" + strings.Repeat("\"a\nb\",\"\n\n\"\n", 20),
}

func TestRecordsAreThoseOfEncodingCSV(t *testing.T) {
	for _, text := range texts {
		for _, spaced := range []bool{false, true} {
			g := grammar{delimiter: ',', newline: '\n', spaced: spaced, columns: 2}
			for _, block := range []int{1, 2, 3, 5, 7, 8, 9, 16, 31, 64, 1 << 16} {
				sameRecords(t, text, g, block)
			}
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, text := range texts {
		f.Add(text, byte(0), byte(2), byte(3), false)
	}
	f.Fuzz(func(t *testing.T, text string, delimiter, columns, block byte, spaced bool) {
		g := grammar{delimiter: ",;\t|"[delimiter%4], newline: '\n', spaced: spaced, columns: 1 + int(columns%4)}
		if spaced && strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) && r != ' ' && r != '\n' }) {
			t.Skip("encoding/csv trims more than blanks")
		}
		sameRecords(t, text, g, 1+int(block))
		sameRecords(t, text, g, 1<<16)

		// What is skipped does not depend on the blocks either, and what is left
		// is what encoding/csv makes of the lines that are left.
		g.skipBad = true
		all, bad, err := readRecords(text, g, 1<<16)
		if err != nil {
			t.Fatal(err)
		}
		some, badToo, err := readRecords(text, g, 1+int(block))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(all, some, slices.Equal[[]string]) || fmt.Sprint(bad) != fmt.Sprint(badToo) {
			t.Fatalf("%q: %q skipping %v; in blocks of %d: %q skipping %v", text, all, bad, 1+int(block), some, badToo)
		}
		if _, err := oracle(text, g); err == nil && len(bad) > 0 {
			t.Fatalf("%q: skipped %v, which encoding/csv reads", text, bad)
		}
	})
}

// The words of an error, and the line that it names.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		text string
		want string
		kind error
	}{
		{"a,b\n1,2\n3\n", "t.csv:3: 1 cell, where the first line has 2", nil},
		{"a,b\n1,2\n\n\"x\ny\",2\n3,4,5\n", "t.csv:6: 3 cells, where the first line has 2", nil},
		{"a,b\n1,2\n3,x\"y\"\n", "t.csv:3: ", errBareQuote},
		{"a,b\n1,2\n3,\"x\ny\"z\n", "t.csv:4: ", errAfterQuote},
		{"a,b\n\"1\n\",2\n3,\"x\n\n\n\n", "t.csv:4: ", errUnclosed},
	} {
		for _, block := range []int{1, 7, 1 << 16} {
			g := grammar{delimiter: ',', newline: '\n', columns: 2}
			_, _, err := readRecords(c.text, g, block)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) || c.kind != nil && !errors.Is(err, c.kind) {
				t.Errorf("%q in blocks of %d: error %v; want %q", c.text, block, err, c.want)
			}
		}
	}
}

func TestBadRowsAreSkipped(t *testing.T) {
	text := "a,b\n" +
		"1,2\n" +
		"too,many,cells\n" +
		"bare\"quote,x\n" +
		"\"two\nlines\",ok\n" +
		"\"three\nlines\",too,many\n" +
		"\"closed\"x,y\n" +
		"5,6\n" +
		"never,\"closed\n" +
		"7,8\n" +
		"9,10"
	want := [][]string{{"a", "b"}, {"1", "2"}, {"two\nlines", "ok"}, {"5", "6"}, {"7", "8"}, {"9", "10"}}
	lines := []int64{3, 4, 7, 9, 11}
	for _, block := range []int{1, 2, 3, 10, 50, 1 << 16} {
		g := grammar{delimiter: ',', newline: '\n', columns: 2, skipBad: true}
		got, bad, err := readRecords(text, g, block)
		if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("blocks of %d: %q, %v", block, got, err)
		}
		var at []int64
		for _, b := range bad {
			at = append(at, b.Line)
		}
		if !slices.Equal(at, lines) {
			t.Errorf("blocks of %d: skipped lines %v, want %v", block, at, lines)
		}
	}
}

func TestLoneCarriageReturns(t *testing.T) {
	g := grammar{delimiter: ',', newline: '\r', columns: 2}
	got, _, err := readRecords("a,b\r\"x\ry\",2\r\r3,4", g, 4)
	want := [][]string{{"a", "b"}, {"x\ry", "2"}, {"3", "4"}}
	if err != nil || !slices.EqualFunc(got, want, slices.Equal[[]string]) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAMillionCharacters(t *testing.T) {
	long := strings.Repeat("x\"\n,é", 200_000)
	text := "a,b\n1,2\n\"" + strings.ReplaceAll(long, `"`, `""`) + "\",2\n3,4\n"
	g := grammar{delimiter: ',', newline: '\n', columns: 2}
	for _, skip := range []bool{false, true} {
		g.skipBad = skip
		got, bad, err := readRecords(text, g, 1000)
		if err != nil || len(bad) > 0 || len(got) != 4 || got[2][0] != long || got[3][0] != "3" {
			t.Errorf("skip %v: %d records, %d bad, error %v", skip, len(got), len(bad), err)
		}
	}
}

// A quote that is never closed does not swallow a large file, nor does a line
// that never ends.
func TestTooLongRows(t *testing.T) {
	open := "a,b\n1,\"2\n" + strings.Repeat("3,4\n", 100)
	in := newInput(open, grammar{delimiter: ',', newline: '\n', columns: 2}, 10)
	in.maxRecord = 50
	if _, err := cellsOf(in); !errors.Is(err, errUnclosed) || !strings.HasPrefix(err.Error(), "t.csv:2: ") {
		t.Errorf("error %v", err)
	}
	in.grammar.skipBad = true
	if cells, err := cellsOf(in); err != nil || len(cells) != 2+2*100 {
		t.Errorf("%d cells, error %v", len(cells), err)
	}
	in = newInput("a,b\n"+strings.Repeat("1,2", 100), grammar{delimiter: ',', newline: '\n', columns: 2}, 10)
	in.maxRecord = 50
	if _, err := cellsOf(in); err == nil || err.Error() != "t.csv:2: a row of more than 0 MB" {
		t.Errorf("error %v", err)
	}
}

// A block whose rows are read back to front would be seen here: lines are
// those of the file whatever is inside the cells before them.
func TestLines(t *testing.T) {
	text := "a,b\n\n\"x\"\"\n\n\"\"\",2\n\r\n3,4\n\"\n\",6\n7,8\n"
	in := newInput(text, grammar{delimiter: ',', newline: '\n', columns: 2}, 0)
	for _, block := range []int{1, 9, 1 << 16} {
		in.opt.BlockBytes = block
		var lines []int64
		err := eachChunk(in, func(c *ingest.Chunk) {
			for i := range c.Rows {
				lines = append(lines, c.Line(i))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []int64{1, 3, 7, 8, 10}; !slices.Equal(lines, want) {
			t.Errorf("blocks of %d: lines %v, want %v", block, lines, want)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	var text bytes.Buffer
	for i := 0; text.Len() < 1<<20; i++ {
		fmt.Fprintf(&text, "C-%07d,%d,Private,%d,Bachelors,%.2f,2021-03-04\n", i, i%90, i*7919%1000000, float64(i)/3)
	}
	buf := append(text.Bytes(), make([]byte, padding)...)[:text.Len()]
	g := grammar{delimiter: ',', newline: '\n', columns: 7}
	var out records
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		out.reset()
		if n := g.scan(buf, true, &out); n != len(buf) || len(out.bad) > 0 {
			b.Fatal(n, out.bad)
		}
	}
}
