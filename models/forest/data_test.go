package forest

import (
	"compress/gzip"
	"encoding/csv"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// readTable reads a table of shared/data/tables: whole numbers, decimals and
// levels; "?" is missing.
func readTable(t testing.TB, name string) *table.Table {
	t.Helper()
	file, err := os.Open(testdata.Shared(t, "tables/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var in io.Reader = file
	if strings.HasSuffix(name, ".gz") {
		if in, err = gzip.NewReader(file); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := rows[0]
	if strings.Contains(name, "noheader") {
		names = nil
		for j := range rows[0] {
			names = append(names, strconv.Itoa(j))
		}
	} else {
		rows = rows[1:]
	}
	b := &table.Batch{Schema: &space.Schema{}, N: len(rows)}
	for j, name := range names {
		f, c := inferColumn(rows, j)
		f.Name = name
		b.Schema.Fields = append(b.Schema.Fields, f)
		b.Cols = append(b.Cols, c)
	}
	return table.New(b)
}

func inferColumn(rows [][]string, j int) (space.Field, table.Column) {
	f := space.Field{Kind: space.Integer, Min: math.Inf(1), Max: math.Inf(-1)}
	num := make([]float64, len(rows))
	for i, row := range rows {
		cell := strings.TrimSpace(row[j])
		if cell == "?" {
			f.Missing = []string{"?"}
			num[i] = math.NaN()
			continue
		}
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			f.Kind = space.Category
			break
		}
		num[i] = x
		f.Min, f.Max = min(f.Min, x), max(f.Max, x)
		if _, decimals, ok := strings.Cut(cell, "."); ok && f.Kind != space.Real {
			f.Kind = space.Decimal
			f.Digits = max(f.Digits, len(decimals))
			if strings.ContainsAny(cell, "eE") || f.Digits > 9 {
				f.Kind = space.Real
			}
		}
	}
	if f.Kind != space.Category {
		for i := range num {
			num[i] = f.Snap(num[i])
		}
		return f, table.Column{Num: num}
	}
	f.Missing = nil
	for _, row := range rows {
		if cell := strings.TrimSpace(row[j]); cell == "?" {
			f.Missing = []string{"?"}
		} else {
			f.Levels = append(f.Levels, cell)
		}
	}
	slices.Sort(f.Levels)
	f.Levels = slices.Compact(f.Levels)
	code := make([]int32, len(rows))
	for i, row := range rows {
		k, ok := slices.BinarySearch(f.Levels, strings.TrimSpace(row[j]))
		code[i] = int32(k)
		if !ok {
			code[i] = table.Missing
		}
	}
	return f, table.Column{Code: code}
}
