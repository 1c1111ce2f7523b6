package mixing_test

import (
	"compress/gzip"
	"context"
	"io"
	"math"
	"os"
	"testing"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/testdata"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// readDigits reads the first n pictures of a part of MNIST, without labels.
func readDigits(t testing.TB, part string, n int) *table.Table {
	f, err := os.Open(testdata.Shared(t, "images/"+part+"-images-idx3-ubyte.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	const head, pixels = 16, 28 * 28
	bytes := make([]byte, head+n*pixels)
	if _, err := io.ReadFull(z, bytes); err != nil {
		t.Fatal(err)
	}
	s := &space.Schema{Image: &space.Image{Name: "digit", Width: 28, Height: 28, Channels: 1, Levels: 256}}
	s.Fields = s.Image.Fields()
	b := table.NewBatch(s, 0, n)
	for i := range n {
		for j := range pixels {
			b.Cols[j].Code[i] = int32(bytes[head+i*pixels+j])
		}
	}
	return table.New(b)
}

// TestDigits holds the fit to 150 digits to what it reached when it was written,
// on 100 others: 1.03 bits a pixel.
func TestDigits(t *testing.T) {
	ctx := context.Background()
	m, err := fit.Run(ctx, readDigits(t, "train", 150), mixing.Family{}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	nats, err := fit.Evaluate(ctx, m, readDigits(t, "t10k", 100))
	if err != nil {
		t.Fatal(err)
	}
	if bits := -nats.Mean / math.Ln2 / 784; bits > 1.05 || nats.Impossible > 0 {
		t.Errorf("%.4f bits a pixel, %d impossible", bits, nats.Impossible)
	}
}

// BenchmarkDigits fits 2,000 digits, scores and samples on one worker, so that
// rows/s are pictures per CPU second.
func BenchmarkDigits(b *testing.B) {
	ctx := par.WithWorkers(context.Background(), 1)
	benchmark(b, ctx, readDigits(b, "train", 2000), mixing.Family{}, 100)
}
