package ingest_test

import (
	"bytes"
	"compress/gzip"
	stdcsv "encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func shared(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(testdata.Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if data, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return string(data)
}

// Every cell of real tables is what encoding/csv and strconv say it is, and a
// copy of the table that was written and read again is the same.
func TestRealTables(t *testing.T) {
	for _, c := range []struct {
		name  string
		rows  int64
		kinds string // of the columns, by their first letters
	}{
		{"tables/adult.csv.gz", 48842, "iciciccccciiicc"},
		{"tables/iris.csv", 150, "ddddi"},
		{"tables/wine.csv", 178, "ddddidddddddii"},
		{"tables/shoppers-noheader.csv.gz", 12330, "idididddddciiiicbb"},
		{"tables/magic04-noheader.csv.gz", 19019, "ddddddddddc"},
		{"tables/diabetes.csv", 442, "ddddddddddi"},
		{"points/cities-over-1m.csv", 363, "ccddi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := shared(t, c.name)
			got, _, err := read(text, how{})
			if err != nil {
				t.Fatal(err)
			}
			records, err := stdcsv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			s, b := got.Schema(), got.All()
			if !s.Dialect.NoHeader {
				for j, name := range records[0] {
					if s.Fields[j].Name != name {
						t.Errorf("column %d is called %q, want %q", j, s.Fields[j].Name, name)
					}
				}
				records = records[1:]
			}
			if int64(len(records)) != c.rows || got.Rows() != c.rows {
				t.Fatalf("%d rows, encoding/csv %d, want %d", got.Rows(), len(records), c.rows)
			}
			kinds := ""
			for _, f := range s.Fields {
				kinds += f.Kind.String()[:1]
			}
			if kinds != c.kinds {
				t.Errorf("kinds %s, want %s", kinds, c.kinds)
			}
			for i, r := range records {
				for j, cell := range r {
					if f := &s.Fields[j]; !isValue(f, b.Cols[j], i, cell) {
						t.Fatalf("row %d, column %q: %q is not what was read", i, f.Name, cell)
					}
				}
			}

			var out bytes.Buffer
			w := csv.NewWriter(&out, s)
			if err := w.Write(b); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			again, _, err := read(out.String(), how{csv: csv.Options{BlockBytes: 10_000}, workers: 3})
			if err != nil {
				t.Fatal(err)
			}
			sameTable(t, again, got)
		})
	}
}

// isValue reports whether row i of a column is what its cell says.
func isValue(f *space.Field, c table.Column, i int, cell string) bool {
	switch {
	case c.Code != nil && c.Code[i] == table.Missing, c.Num != nil && c.Num[i] != c.Num[i]:
		return slices.Contains(f.Missing, cell)
	case c.Code != nil:
		return f.Levels[c.Code[i]] == cell
	case c.Num != nil:
		x, err := strconv.ParseFloat(cell, 64)
		return err == nil && c.Num[i] == x && f.Min <= x && x <= f.Max && f.Snap(x) == x
	}
	return c.Text[i] == cell
}

// The country of Namibia is NA, and no missing value.
func TestNamibia(t *testing.T) {
	text := shared(t, "points/cities-over-1k.csv.gz")
	got, _, err := read(text, how{ingest: ingest.Options{Drop: []string{"name"}}})
	if err != nil {
		t.Fatal(err)
	}
	f := got.Schema().Fields[0]
	na := int32(slices.Index(f.Levels, "NA"))
	cities := 0
	for _, code := range got.All().Cols[0].Code {
		if code == na {
			cities++
		}
	}
	if f.Optional() || na < 0 || cities != strings.Count(text, ",NA,") {
		t.Errorf("%d cities in Namibia; missing: %q", cities, f.Missing)
	}
	if _, _, err := read(text, how{}); err == nil || !strings.Contains(err.Error(), `column "name": free text that does not repeat`) {
		t.Errorf("error %v", err)
	}
}

func BenchmarkRead(b *testing.B) {
	text := shared(b, "tables/adult.csv.gz")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		t, _, err := read(text, how{})
		if err != nil {
			b.Fatal(err)
		}
		rows += int(t.Rows())
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// Shuffled rows have the same sample space, and parts of a file are the file.
func TestShuffledAndInParts(t *testing.T) {
	text := shared(t, "tables/adult.csv.gz")
	whole, _, err := read(text, how{})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(text, "\n")
	head, rows := lines[0], lines[1:len(lines)-1]

	shuffled := slices.Clone(rows)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(rows), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	other, _, err := read(head+strings.Join(shuffled, ""), how{})
	if err != nil {
		t.Fatal(err)
	}
	if !other.Schema().Equal(whole.Schema()) {
		t.Error("shuffled rows have another schema")
	}

	var parts []ingest.File
	for i := range 3 {
		part := rows[i*len(rows)/3 : (i+1)*len(rows)/3]
		parts = append(parts, textFile(fmt.Sprint("part", i), head+strings.Join(part, "")))
	}
	joined, _, err := readFiles(parts, how{workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	sameTable(t, joined, whole)
}
