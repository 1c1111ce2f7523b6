package forest

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// adult returns half of the rows of Adult.
func adult(b *testing.B) *table.Table {
	train, _ := fit.Split(readTable(b, "adult.csv.gz"), .5, 1)
	return train
}

func BenchmarkFit(b *testing.B) {
	train := adult(b)
	for b.Loop() {
		if _, err := fit.Run(context.Background(), train, Family{}, fit.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(train.Rows())*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// One worker; sampling is as parallel as its blocks are many.
func BenchmarkSample(b *testing.B) {
	m := mustFit(b, adult(b), Family{})
	dst := table.NewBatch(m.Schema(), 1<<15, 1<<15)
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Sample(dst, rng.New(1)); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(dst.N)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkLogProb(b *testing.B) {
	train := adult(b)
	m := mustFit(b, train, Family{})
	dst := make([]float64, train.Rows())
	for b.Loop() {
		if err := m.LogProb(dst, train.All()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(dst))*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
