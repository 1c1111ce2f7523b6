package parquet

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// mixed is a table of 15 columns, as many datasets are.
func mixed(rows int) *table.Table {
	var fields []space.Field
	levels := func(n int) (l []string) {
		for i := range n {
			l = append(l, fmt.Sprintf("level %d", i))
		}
		return l
	}
	for j := range 5 {
		fields = append(fields,
			space.Field{Name: fmt.Sprint("int ", j), Kind: space.Integer, Max: 1e6},
			space.Field{Name: fmt.Sprint("word ", j), Kind: space.Category, Levels: levels(4 << j), Missing: []string{""}})
	}
	for j := range 4 {
		fields = append(fields, space.Field{Name: fmt.Sprint("real ", j), Kind: space.Real, Max: 1})
	}
	fields = append(fields, space.Field{Name: "when", Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%d %H:%M:%S", Max: 2e9})
	b := table.NewBatch(&space.Schema{Fields: fields}, 0, rows)
	random := rand.New(rand.NewPCG(1, 2))
	for j := range fields {
		f := &fields[j]
		for i := range rows {
			if f.Kind.Coded() {
				b.Cols[j].Code[i] = random.Int32N(int32(len(f.Levels))+1) - 1
			} else {
				b.Cols[j].Num[i] = f.Snap(random.Float64() * f.Max)
			}
		}
	}
	return table.New(b)
}

const benchRows = 200_000

func report(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	tb := mixed(benchRows)
	b.SetBytes(int64(len(encode(b, tb))))
	for b.Loop() {
		w, err := NewWriter(io.Discard, tb.Schema(), 0)
		if err != nil {
			b.Fatal(err)
		}
		if err := w.Write(tb.All()); err != nil {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}

func BenchmarkRead(b *testing.B) {
	file := encode(b, mixed(benchRows))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Read(context.Background(), []File{inMemory("b", file)}, ingest.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}

// BenchmarkDecode is BenchmarkRead without inference.
func BenchmarkDecode(b *testing.B) {
	file := encode(b, mixed(benchRows))
	b.SetBytes(int64(len(file)))
	d := newDataset(&ingest.Options{})
	in, err := d.add(inMemory("b", file))
	if err != nil {
		b.Fatal(err)
	}
	d.decide()
	want := make([]bool, len(in.columns))
	for j := range want {
		want[j] = true
	}
	var c ingest.Chunk
	b.ReportAllocs()
	for b.Loop() {
		p, err := in.Open()
		if err != nil {
			b.Fatal(err)
		}
		for {
			block, err := p.Next()
			if err == io.EOF {
				break
			}
			if err := block.Decode(&c, want); err != nil {
				b.Fatal(err)
			}
			block.Release()
		}
		p.Close()
	}
	report(b)
}

// BenchmarkParquetGo reads the same columns by the pages of parquet-go, value
// by value, as its documentation shows.
func BenchmarkParquetGo(b *testing.B) {
	file := encode(b, mixed(benchRows))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := pq.OpenFile(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			b.Fatal(err)
		}
		var buf [1024]pq.Value
		for _, g := range f.RowGroups() {
			for _, c := range g.ColumnChunks() {
				pages := c.Pages()
				for {
					page, err := pages.ReadPage()
					if err == io.EOF {
						break
					}
					for values := page.Values(); ; {
						if _, err := values.ReadValues(buf[:]); err == io.EOF {
							break
						}
					}
					pq.Release(page)
				}
				pages.Close()
			}
		}
	}
	report(b)
}
