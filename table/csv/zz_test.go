package csv

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

func TestTry(t *testing.T) {
	for _, name := range strings.Fields(os.Getenv("TRY")) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, ".gz") {
			z, _ := gzip.NewReader(bytes.NewReader(data))
			data, _ = io.ReadAll(z)
		}
		f := ingest.File{Name: name, Size: int64(len(data)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
		start := time.Now()
		in, err := NewInput(f, Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		tb, rep, err := ingest.Read(context.Background(), []ingest.Input{in}, ingest.Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		fmt.Println(name, rep.Rows, time.Since(start))
		fmt.Printf("%+v\n", tb.Schema().Dialect)
		for j, f := range tb.Schema().Fields {
			if j > 20 {
				break
			}
			l := f.Levels
			if len(l) > 5 {
				l = l[:5]
			}
			fmt.Printf("  %-20s %-9v %q miss %q [%v %v] d%d %v %q %v %q -- %s\n", f.Name, f.Kind, l, f.Missing, f.Min, f.Max, f.Digits, f.Fixed, f.Layout, f.Unit, f.Pattern, f.Why)
		}
	}
}
