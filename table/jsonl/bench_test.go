package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

const benchRows = 100_000

// mixed is a table of 12 columns.
func mixed() *table.Table {
	fields := []space.Field{{Name: "when", Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%d %H:%M:%S", Max: 2e9, Quoted: true}}
	for j := range 4 {
		var levels []string
		for i := range 4 << j {
			levels = append(levels, fmt.Sprintf("level %d", i))
		}
		fields = append(fields,
			space.Field{Name: fmt.Sprint("whole ", j), Kind: space.Integer, Max: 1e6},
			space.Field{Name: fmt.Sprint("word ", j), Kind: space.Category, Levels: levels, Quoted: true, Missing: []string{""}})
	}
	for j := range 3 {
		fields = append(fields, space.Field{Name: fmt.Sprint("cents ", j), Kind: space.Decimal, Digits: 2, Max: 1e4})
	}
	b := table.NewBatch(&space.Schema{Fields: fields}, 0, benchRows)
	random := rand.New(rand.NewPCG(1, 2))
	for j := range fields {
		f := &fields[j]
		for i := range benchRows {
			if f.Kind.Coded() {
				b.Cols[j].Code[i] = random.Int32N(int32(len(f.Levels))+1) - 1
			} else {
				b.Cols[j].Num[i] = f.Snap(random.Float64() * f.Max)
			}
		}
	}
	return table.New(b)
}

func encode(b *testing.B, tb *table.Table) string {
	var out bytes.Buffer
	if err := NewWriter(&out, tb.Schema()).Write(tb.All()); err != nil {
		b.Fatal(err)
	}
	return out.String()
}

func report(b *testing.B) {
	b.ReportMetric(float64(benchRows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite(b *testing.B) {
	tb := mixed()
	w := NewWriter(io.Discard, tb.Schema())
	b.SetBytes(int64(len(encode(b, tb))))
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Write(tb.All()); err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}

func BenchmarkRead(b *testing.B) {
	text := encode(b, mixed())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Read(context.Background(), []ingest.File{inMemory("b", text)}, Options{}, ingest.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	report(b)
}

// BenchmarkEncodingJSON is the straightforward reader: a map for each line.
func BenchmarkEncodingJSON(b *testing.B) {
	text := encode(b, mixed())
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		lines := bufio.NewScanner(bytes.NewReader([]byte(text)))
		columns := map[string][]any{}
		for lines.Scan() {
			var row map[string]any
			if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
				b.Fatal(err)
			}
			for k, v := range row {
				columns[k] = append(columns[k], v)
			}
		}
	}
	report(b)
}
