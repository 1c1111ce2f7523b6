package files

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var extensions = []string{
	".csv", ".csv.gz", ".csv.zst", ".tsv", ".tsv.gz", ".tsv.zst",
	".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet", ".parquet.gz", ".parquet.zst",
}

// anyTable draws a table with a column of each kind, such as a file could be
// inferred to hold.
func anyTable(t *rapid.T) *table.Table {
	words := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zü日 ,;"{\\-]{1,6}[a-z]`), 3, 12, rapid.ID).Draw(t, "levels")
	fields := []space.Field{
		{Name: "whole", Kind: space.Integer, Min: -5e6, Max: 5e6},
		{Name: "cents", Kind: space.Decimal, Digits: 2, Min: -1e4, Max: 1e4},
		{Name: "real number", Kind: space.Real, Min: -1e3, Max: 1e3},
		{Name: "flag", Kind: space.Bool, Levels: []string{"false", "true"}},
		{Name: "Flag", Kind: space.Bool, Levels: []string{"False", "True"}},
		{Name: "answer", Kind: space.Bool, Levels: []string{"no", "yes"}},
		{Name: "word", Kind: space.Category, Levels: words},
		{Name: `a "name", odd`, Kind: space.Category, Levels: []string{"1", "x", "3.5"}},
		{Name: "day", Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d", Min: -9e4, Max: 9e4},
		{Name: "when", Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%dT%H:%M:%S", Min: -2e9, Max: 4e9},
		{Name: "stamp", Kind: space.Datetime, Unit: time.Millisecond, Layout: "%d.%m.%Y %H:%M:%S.%3f", Min: 0, Max: 4e12},
		{Name: "zoned", Kind: space.Datetime, Unit: time.Minute, Layout: "%Y-%m-%d %H:%M:%S%:z", Zone: "+02:00", Min: 0, Max: 9e7},
		{Name: "clock", Kind: space.Duration, Unit: time.Second, Layout: "%H:%M:%S", Min: 0, Max: 86399},
	}
	for j := range fields {
		if rapid.Bool().Draw(t, "optional") {
			fields[j].Missing = []string{rapid.SampledFrom([]string{"", "NA", "?"}).Draw(t, "marker")}
		}
	}
	s := &space.Schema{Fields: fields}
	b := table.NewBatch(s, 0, rapid.IntRange(1, 300).Draw(t, "rows"))
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "cells"), 0))
	for j := range fields {
		f := &fields[j]
		for i := range b.N {
			missing := f.Optional() && random.IntN(8) == 0 && i > 0
			u := random.Float64()
			switch {
			case f.Kind.Coded() && missing:
				b.Cols[j].Code[i] = table.Missing
			case f.Kind.Coded():
				b.Cols[j].Code[i] = int32(u * float64(len(f.Levels)))
			case missing:
				b.Cols[j].Num[i] = table.NoNumber
			default:
				b.Cols[j].Num[i] = f.Snap(f.Min + u*(f.Max-f.Min))
			}
		}
	}
	return table.New(b)
}

// inMemory is a destination that costs nothing.
type inMemory struct{ bytes.Buffer }

func (*inMemory) Commit() error { return nil }
func (*inMemory) Abort()        {}

func writeFile(t *rapid.T, path string, tb *table.Table) {
	t.Helper()
	format, pack, err := formatOf(path)
	if err != nil {
		t.Fatal(err)
	}
	var to inMemory
	w, err := start(&to, format, pack, tb.Schema())
	if err != nil {
		t.Fatal(err)
	}
	writeBatches(t, w, tb)
	if err := os.WriteFile(path, to.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeBatches writes a table in pieces, as samples come, and closes w.
func writeBatches(t rapid.TB, w Output, tb *table.Table) {
	t.Helper()
	defer w.Abort()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for lo := int64(0); lo < tb.Rows(); lo += 100 {
		b, err := tb.Batch(table.Range{Lo: lo, Hi: min(lo+100, tb.Rows())})
		check(err)
		if p, ok := w.(table.ParallelWriter); ok && lo%200 == 0 {
			text, err := p.AppendBatch(nil, b)
			check(err)
			check(p.WriteEncoded(text))
		} else {
			check(w.Write(b))
		}
	}
	check(w.Close())
}

// sameColumn reports whether two columns hold the same values; a missing number
// is NaN.
func sameColumn(a, b table.Column) bool {
	return slices.Equal(a.Code, b.Code) &&
		slices.EqualFunc(a.Num, b.Num, func(x, y float64) bool { return x == y || x != x && y != y })
}

// A table is the same table in every format and compression, read with its
// schema.
func TestEveryFormatHoldsTheTable(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		want := anyTable(t)
		ext := rapid.SampledFrom(extensions).Draw(t, "extension")
		path := filepath.Join(dir, "table"+ext)
		writeFile(t, path, want)
		opt := Options{}
		opt.Schema = want.Schema()
		got, _, err := Read(context.Background(), []string{path}, opt)
		if err != nil {
			t.Fatal(err)
		}
		for j, f := range want.Schema().Fields {
			if a, b := want.All().Cols[j], got.All().Cols[j]; !sameColumn(a, b) {
				t.Fatalf("%s: column %q: %v, want %v", ext, f.Name, b, a)
			}
		}
	})
}

// What is inferred does not depend on the format: a table that was inferred
// from CSV is inferred to be the same from any other.
func TestEveryFormatIsInferredAlike(t *testing.T) {
	dir := t.TempDir()
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		path := filepath.Join(dir, "first.csv")
		writeFile(t, path, anyTable(t))
		first, _, err := Read(ctx, []string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		ext := rapid.SampledFrom(extensions).Draw(t, "extension")
		path = filepath.Join(dir, "second"+ext)
		writeFile(t, path, first)
		second, _, err := Read(ctx, []string{path}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for j := range first.Schema().Fields {
			f, g := &first.Schema().Fields[j], &second.Schema().Fields[j]
			if f.Name != g.Name || f.Kind != g.Kind || f.Optional() != g.Optional() || f.Unit != g.Unit {
				t.Fatalf("%s: field %s became %s", ext, outline(f), outline(g))
			}
			if a, b := first.All().Cols[j], second.All().Cols[j]; !sameColumn(a, b) {
				t.Fatalf("%s: field %q: %v, want %v", ext, f.Name, b, a)
			}
		}
	})
}

func outline(f *space.Field) string {
	return fmt.Sprintf("%q %v [%v, %v] %v %q %q missing %q why %q", f.Name, f.Kind, f.Min, f.Max, f.Unit, f.Layout, f.Levels, f.Missing, f.Why)
}
