package dist

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// BenchmarkCodebook runs over a block of 4096 numbers at a time: few distinct
// values, and all distinct.
func BenchmarkCodebook(b *testing.B) {
	const rows, blocks = table.BlockRows, 64
	u := make([]float64, rows*blocks)
	rng.New(1).Float64s(u, 0)
	for _, shape := range []struct {
		name  string
		field space.Field
		value func(u float64) float64
	}{
		{"ages", space.Field{Kind: space.Integer, Min: 0, Max: 120}, func(u float64) float64 { return math.Floor(120 * u) }},
		{"prices", space.Field{Kind: space.Decimal, Digits: 2, Min: 0, Max: 1e6}, func(u float64) float64 { return math.Round(100/u) / 100 }},
		{"reals", space.Field{Kind: space.Real, Min: -100, Max: 100}, func(u float64) float64 { return math.Log(u) }},
	} {
		f := &shape.field
		x := make([]float64, len(u))
		for i, v := range u {
			x[i] = min(shape.value(v), f.Max)
		}
		perCell := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/cell")
		}
		s := NewSummary(f)
		b.Run(shape.name+"/summary", func(b *testing.B) {
			b.ReportAllocs()
			at := 0
			for b.Loop() {
				s = NewSummary(f)
				if err := s.Add(table.Column{Num: x[at : at+rows]}, nil); err != nil {
					b.Fatal(err)
				}
				at = (at + rows) % len(x)
			}
			perCell(b)
		})
		s = NewSummary(f)
		for at := 0; at < len(x); at += rows {
			if err := s.Add(table.Column{Num: x[at : at+rows]}, nil); err != nil {
				b.Fatal(err)
			}
		}
		book, _, err := s.Codebook()
		if err != nil {
			b.Fatal(err)
		}
		codes, dst := make([]uint16, rows), make([]float64, rows)
		col := table.Column{Num: x[:rows]}
		b.Run(shape.name+"/encode", func(b *testing.B) {
			for b.Loop() {
				book.Encode(codes, col)
			}
			perCell(b)
		})
		b.Run(shape.name+"/detail", func(b *testing.B) {
			for b.Loop() {
				book.LogDetail(dst, codes, col)
			}
			perCell(b)
		})
		out := table.Column{Num: make([]float64, rows)}
		b.Run(shape.name+"/decode", func(b *testing.B) {
			for b.Loop() {
				book.Decode(&out, codes, u[:rows])
			}
			perCell(b)
		})
	}
}
