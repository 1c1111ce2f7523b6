package mixing_test

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/binarysets"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// TestBinarySet holds one order, learned from 4,000 rows of nltcs, to what it
// reached when it was written, on test rows: -6.05 nats, where one tree that
// learned from all has -6.76. From all 16,181 rows it is -6.00.
func TestBinarySet(t *testing.T) {
	ctx := context.Background()
	train := binarysets.Table(t, "nltcs.ts").All().Slice(0, 4000)
	m, err := fit.Run(ctx, table.New(train), mixing.Family{Orders: 1}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nats, err := fit.Evaluate(ctx, m, binarysets.Table(t, "nltcs.test"))
	if err != nil {
		t.Fatal(err)
	}
	if nats.Mean < -6.08 || nats.Impossible > 0 {
		t.Errorf("%.3f nats a row, %d impossible", nats.Mean, nats.Impossible)
	}
}

// BenchmarkPlants fits one order to binary/plants (17,412 rows of 69 fields),
// scores and samples on one worker, so that rows/s are rows per CPU second.
func BenchmarkPlants(b *testing.B) {
	ctx := par.WithWorkers(context.Background(), 1)
	rows := binarysets.Table(b, "plants.ts")
	benchmark(b, ctx, rows, mixing.Family{Orders: 1}, 4096)
}

// benchmark reports rows/s and allocations of a fit, of a batch's log p, and of
// a batch of so many samples.
func benchmark(b *testing.B, ctx context.Context, rows *table.Table, family mixing.Family, batch int) {
	rate := func(b *testing.B, rows int64) {
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	var m mimic.Model
	var err error
	b.Run("fit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if m, err = fit.Run(ctx, rows, family, fit.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, rows.Rows())
	})
	b.Run("log p", func(b *testing.B) {
		some := rows.All().Slice(0, min(rows.All().N, batch))
		dst := make([]float64, some.N)
		b.ReportAllocs()
		for b.Loop() {
			if err := m.(mimic.Density).LogProb(dst, some); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, int64(some.N))
	})
	b.Run("sample", func(b *testing.B) {
		dst := table.NewBatch(rows.Schema(), 0, batch)
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
