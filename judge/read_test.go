package judge

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// readCSV reads a small file with a header: a column of numbers is a real
// field, or an integer one where all are whole; any other is a category. Fields
// named in coded are categories in any case.
func readCSV(t testing.TB, path string, missing []string, coded ...string) *table.Table {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return fromText(rows[0], rows[1:], missing, coded...)
}

func fromText(names []string, rows [][]string, missing []string, coded ...string) *table.Table {
	s := &space.Schema{Fields: make([]space.Field, len(names))}
	b := &table.Batch{Schema: s, N: len(rows), Cols: make([]table.Column, len(names))}
	for j, name := range names {
		f := &s.Fields[j]
		*f = space.Field{Name: name, Kind: space.Integer, Min: math.Inf(1), Max: math.Inf(-1)}
		for _, c := range coded {
			if c == name {
				f.Kind = space.Category
			}
		}
		for _, r := range rows {
			cell := strings.TrimSpace(r[j])
			if isIn(missing, cell) {
				f.Missing = missing
				continue
			}
			x, err := strconv.ParseFloat(cell, 64)
			switch {
			case err != nil:
				f.Kind = space.Category
			case x != math.Round(x) && f.Kind == space.Integer:
				f.Kind = space.Real
			}
			f.Min, f.Max = min(f.Min, x), max(f.Max, x)
		}
		codes := map[string]int32{}
		for _, r := range rows {
			cell := strings.TrimSpace(r[j])
			switch {
			case f.Kind == space.Category && isIn(missing, cell):
				b.Cols[j].Code = append(b.Cols[j].Code, table.Missing)
			case f.Kind == space.Category:
				k, ok := codes[cell]
				if !ok {
					k = int32(len(codes))
					codes[cell] = k
					f.Levels = append(f.Levels, cell)
				}
				b.Cols[j].Code = append(b.Cols[j].Code, k)
			case isIn(missing, cell):
				b.Cols[j].Num = append(b.Cols[j].Num, math.NaN())
			default:
				x, _ := strconv.ParseFloat(cell, 64)
				b.Cols[j].Num = append(b.Cols[j].Num, x)
			}
		}
	}
	return table.New(b)
}

func isIn(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// adult returns the census rows, or skips the test.
func adult(t testing.TB) *table.Table {
	return readCSV(t, testdata.Shared(t, "tables/adult.csv.gz"), []string{"?"})
}

// every returns the rows from, from+step, … of t.
func every(t *table.Table, from, step int) *table.Table {
	var rows []int
	for i := from; i < int(t.Rows()); i += step {
		rows = append(rows, i)
	}
	return t.Select(rows)
}
