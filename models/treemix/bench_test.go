package treemix_test

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// BenchmarkAdult fits, scores and samples example:adult (48,842 rows of 15
// fields) on one worker, so that rows/s are rows per CPU second; allocations are
// those of a whole fit or batch.
func BenchmarkAdult(b *testing.B) {
	ctx := par.WithWorkers(context.Background(), 1)
	adult, _, err := files.Read(ctx, []string{"example:adult"}, files.Options{})
	if err != nil {
		b.Fatal(err)
	}
	rate := func(b *testing.B, rows int64) {
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	var m mimic.Model
	b.Run("fit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if m, err = fit.Run(ctx, adult, treemix.Family{Seed: 1}, fit.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, adult.Rows())
	})
	b.Run("log p", func(b *testing.B) {
		dst := make([]float64, 1<<12)
		some := adult.All().Slice(0, len(dst))
		b.ReportAllocs()
		for b.Loop() {
			if err := m.(mimic.Density).LogProb(dst, some); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, int64(len(dst)))
	})
	b.Run("sample", func(b *testing.B) {
		dst := table.NewBatch(adult.Schema(), 0, 1<<15)
		b.ReportAllocs()
		for b.Loop() {
			if err := m.(mimic.Sampler).Sample(dst, rng.New(1)); err != nil {
				b.Fatal(err)
			}
			dst.First += int64(dst.N)
		}
		rate(b, int64(dst.N))
	})
}
