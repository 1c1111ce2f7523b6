package nade_test

import (
	"context"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/binarysets"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// TestBinarySet holds a fit to what it reached on a small benchmark set; single
// circuits in the literature have from -6.11 to -6.01.
func TestBinarySet(t *testing.T) {
	train, valid := testdata.Shared(t, "binary/nltcs.ts.data.gz"), testdata.Shared(t, "binary/nltcs.valid.data.gz")
	both, err := binarysets.Read(train, valid)
	if err != nil {
		t.Fatal(err)
	}
	m, err := fit.Run(context.Background(), both, nade.Family{Validation: binarysets.Table(t, "nltcs.valid").Rows()}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nats, err := fit.Evaluate(context.Background(), m, binarysets.Table(t, "nltcs.test"))
	if err != nil {
		t.Fatal(err)
	}
	if nats.Mean < -6.01 || nats.Impossible > 0 {
		t.Errorf("%.3f nats a row, %d impossible", nats.Mean, nats.Impossible)
	}
}

// BenchmarkAudio fits, scores and samples binary/baudio (15,000 rows of 100
// fields) on one worker, so that rows/s are rows per CPU second; those of the fit
// are rows of the data, each of which it visits a few dozen times.
func BenchmarkAudio(b *testing.B) {
	ctx := par.WithWorkers(context.Background(), 1)
	rows := binarysets.Table(b, "baudio.ts")
	rate := func(b *testing.B, rows int) {
		b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	}
	var m mimic.Model
	var err error
	b.Run("fit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if m, err = fit.Run(ctx, rows, nade.Family{}, fit.Options{}); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, rows.All().N)
	})
	b.Run("log p", func(b *testing.B) {
		dst := make([]float64, rows.All().N)
		b.ReportAllocs()
		for b.Loop() {
			if err := m.(mimic.Density).LogProb(dst, rows.All()); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, len(dst))
	})
	b.Run("sample", func(b *testing.B) {
		dst := table.NewBatch(rows.Schema(), 0, 4096)
		b.ReportAllocs()
		for b.Loop() {
			if err := m.(mimic.Sampler).Sample(dst, rng.New(1)); err != nil {
				b.Fatal(err)
			}
		}
		rate(b, dst.N)
	})
}
