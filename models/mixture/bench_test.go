package mixture

import (
	"context"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
)

// benchRows are n rows of d reals in k overlapping clusters.
func benchRows(n, d, k int) [][]float64 {
	source := rand.New(rng.New(11).Stream(0))
	mean, mix := make([][]float64, k), make([][]float64, k)
	for c := range k {
		for range d {
			mean[c] = append(mean[c], 2*source.NormFloat64())
		}
		for range d * d {
			mix[c] = append(mix[c], 0.7*source.NormFloat64())
		}
	}
	rows := make([][]float64, n)
	z := make([]float64, d)
	for i := range rows {
		c := i % k
		for j := range z {
			z[j] = source.NormFloat64()
		}
		rows[i] = make([]float64, d)
		for j := range d {
			rows[i][j] = mean[c][j]
			for l, v := range z {
				rows[i][j] += mix[c][j*d+l] * v
			}
		}
	}
	return rows
}

// BenchmarkEM times iterations at 100,000 rows of 10 reals and 20 components of
// full covariance, which start from rows at equal distances. Where
// MIMIC_BENCH_ROWS names a file it leaves the rows there.
func BenchmarkEM(b *testing.B) {
	const n, d, k = 100_000, 10, 20
	rows := benchRows(n, d, k)
	if path := os.Getenv("MIMIC_BENCH_ROWS"); path != "" {
		var flat []byte
		for _, r := range rows {
			for _, x := range r {
				flat = binary.LittleEndian.AppendUint64(flat, math.Float64bits(x))
			}
		}
		if err := os.WriteFile(path, flat, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	_, set, base := prepared(b, reals(rows))
	data := newDataset(*base, set, nil)
	var mean []float64
	for c := range k {
		for j, x := range rows[c*(n/k)] {
			mean = append(mean, (x-base.center[j])/base.scale[j])
		}
	}
	t := newTheta(base, Full, mean, k)
	for b.Loop() {
		s, err := t.expect(context.Background(), data)
		if err != nil {
			b.Fatal(err)
		}
		t = t.maximise(s)
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/iteration")
	b.ReportMetric(0, "ns/op")
}
