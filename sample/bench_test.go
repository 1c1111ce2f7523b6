package sample_test

import (
	"io"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/models"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/files"
)

// discard is a writer that costs nothing.
type discard struct{}

func (discard) Write(*table.Batch) error { return nil }
func (discard) Close() error             { return nil }

// BenchmarkAdult samples the census table from each rung that fits it, to
// nowhere and as CSV.
func BenchmarkAdult(b *testing.B) {
	t, _, err := files.Read(b.Context(), []string{testdata.Shared(b, "tables/adult.csv.gz")}, files.Options{})
	if err != nil {
		b.Fatal(err)
	}
	outputs := map[string]func() table.Writer{
		"memory": func() table.Writer { return discard{} },
		"csv":    func() table.Writer { return csv.NewWriter(io.Discard, t.Schema()) },
	}
	for _, rung := range models.All() {
		family, err := rung.New(models.Options{Seed: 1, Label: "income"})
		if err != nil {
			b.Fatal(err)
		}
		m, err := fit.Run(b.Context(), t, family, fit.Options{})
		if err != nil {
			b.Logf("%s refuses the table: %v", rung.Kind, err)
			continue
		}
		for _, name := range []string{"memory", "csv"} {
			b.Run(rung.Kind+"/"+name, func(b *testing.B) {
				const rows = 8 * sample.BlockRows
				b.ReportAllocs()
				for b.Loop() {
					err := sample.Run(b.Context(), m, outputs[name](), sample.Options{Rows: table.Range{Hi: rows}})
					if err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			})
		}
	}
}
