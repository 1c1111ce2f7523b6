package chowliu_test

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/binarysets"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/chowliu"
)

// BenchmarkBook fits the 8,700 training rows of 500 columns of the binary set
// book, on one worker.
func BenchmarkBook(b *testing.B) {
	book := binarysets.Table(b, "book.ts")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fit.Run(par.WithWorkers(context.Background(), 1), book, chowliu.Family{}, fit.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(book.Rows())*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
