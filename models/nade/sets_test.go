package nade_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestBinarySet holds a fit to what it reached on a small benchmark set; single
// circuits in the literature have from -6.11 to -6.01.
func TestBinarySet(t *testing.T) {
	train, valid := bits(t, "binary/nltcs.ts.data.gz"), bits(t, "binary/nltcs.valid.data.gz")
	both := tableOf(append(train, valid...))
	m, err := fit.Run(context.Background(), both, nade.Family{Validation: int64(len(valid))}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nats, err := fit.Evaluate(context.Background(), m, tableOf(bits(t, "binary/nltcs.test.data.gz")))
	if err != nil {
		t.Fatal(err)
	}
	if nats.Mean < -6.01 || nats.Impossible > 0 {
		t.Errorf("%.3f nats a row, %d impossible", nats.Mean, nats.Impossible)
	}
}

// bits reads rows of comma-separated bits.
func bits(t testing.TB, name string) [][]string {
	f, err := os.Open(testdata.Shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func tableOf(rows [][]string) *table.Table {
	s := new(space.Schema)
	for j := range rows[0] {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	b := table.NewBatch(s, 0, len(rows))
	for i, row := range rows {
		for j, bit := range row {
			b.Cols[j].Code[i] = int32(bit[0] - '0')
		}
	}
	return table.New(b)
}

// BenchmarkAudio fits, scores and samples binary/baudio (15,000 rows of 100
// fields) on one worker, so that rows/s are rows per CPU second; those of the fit
// are rows of the data, each of which it visits a few dozen times.
func BenchmarkAudio(b *testing.B) {
	ctx := par.WithWorkers(context.Background(), 1)
	rows := tableOf(bits(b, "binary/baudio.ts.data.gz"))
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
