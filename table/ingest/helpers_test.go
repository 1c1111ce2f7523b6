package ingest_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// textFile returns a file of that text.
func textFile(name, text string) ingest.File {
	return ingest.File{
		Name: name,
		Size: int64(len(text)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
	}
}

// how says how a text is read.
type how struct {
	csv     csv.Options
	ingest  ingest.Options
	workers int
}

func read(text string, h how) (*table.Table, *ingest.Report, error) {
	return readFiles([]ingest.File{textFile("t.csv", text)}, h)
}

func readFiles(files []ingest.File, h how) (*table.Table, *ingest.Report, error) {
	inputs := make([]ingest.Input, len(files))
	for i, f := range files {
		var err error
		if inputs[i], err = csv.NewInput(f, h.csv); err != nil {
			return nil, nil, err
		}
	}
	return ingest.Read(par.WithWorkers(context.Background(), h.workers), inputs, h.ingest)
}

// column reads a column of cells below the name x, beside a column that keeps
// empty cells from being empty lines.
func column(name string, cells []string, h how) (space.Field, table.Column, error) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s,beside\n", quote(name))
	for i, c := range cells {
		fmt.Fprintf(&text, "%s,%d\n", c, i%7)
	}
	h.csv.Delimiter, h.csv.Header = ',', csv.WithHeader
	h.ingest.Drop = []string{"beside"}
	t, _, err := read(text.String(), h)
	if err != nil {
		return space.Field{}, table.Column{}, err
	}
	return t.Schema().Fields[0], t.All().Cols[0], nil
}

func quote(cell string) string { return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"` }

// sameTable fails unless two tables are the same, bit for bit.
func sameTable(t rapid.TB, got, want *table.Table) {
	t.Helper()
	if !got.Schema().Equal(want.Schema()) {
		a, _ := space.Marshal(got.Schema())
		b, _ := space.Marshal(want.Schema())
		t.Fatalf("schema\n%s\nwant\n%s", a, b)
	}
	a, b := got.All(), want.All()
	if a.N != b.N {
		t.Fatalf("%d rows, want %d", a.N, b.N)
	}
	for j, f := range want.Schema().Fields {
		x, y := a.Cols[j], b.Cols[j]
		same := slices.Equal(x.Code, y.Code) && slices.Equal(x.Text, y.Text) && slices.EqualFunc(x.Num, y.Num, func(p, q float64) bool {
			return math.Float64bits(p) == math.Float64bits(q) || p != p && q != q
		})
		if !same {
			t.Fatalf("column %q: %v, want %v", f.Name, x, y)
		}
	}
}

// repeat returns n cells, those of some again and again.
func repeat(n int, some ...string) []string {
	cells := make([]string, n)
	for i := range cells {
		cells[i] = some[i%len(some)]
	}
	return cells
}

// sequence returns cells made of the numbers 0 … n-1.
func sequence(n int, format string) []string {
	cells := make([]string, n)
	for i := range cells {
		cells[i] = fmt.Sprintf(format, i)
	}
	return cells
}

// spread returns n different whole numbers in no order, as measurements are.
func spread(n int) []string {
	cells := make([]string, n)
	for i := range cells {
		cells[i] = fmt.Sprint(1000 + i*7919%100003)
	}
	return cells
}
