package naivebayes_test

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
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
	for _, f := range []struct {
		name   string
		family naivebayes.Family
	}{
		{"label", naivebayes.Family{Label: "income"}},
		{"latent", naivebayes.Family{}},
	} {
		rate := func(b *testing.B, rows int64) {
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		}
		var m mimic.Model
		b.Run(f.name+"/fit", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m, err = fit.Run(ctx, adult, f.family, fit.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			rate(b, adult.Rows())
		})
		b.Run(f.name+"/log p", func(b *testing.B) {
			dst := make([]float64, adult.Rows())
			b.ReportAllocs()
			for b.Loop() {
				if err := m.(mimic.Density).LogProb(dst, adult.All()); err != nil {
					b.Fatal(err)
				}
			}
			rate(b, adult.Rows())
		})
		b.Run(f.name+"/sample", func(b *testing.B) {
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
}
