package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// countFlag registers -n.
func countFlag(cmd *cobra.Command, n *int64, usage string) {
	cmd.Flags().Int64VarP(n, "count", "n", 0, usage)
}

const (
	outRows = "write the rows to `FILE`, in the format that its name says: .csv .tsv .jsonl .parquet, each also .gz or .zst; - is CSV on standard output; pictures also to .png, a contact sheet, .idx, or a folder, as in new/"
)

// firstRows returns the first n rows of a sequence.
func firstRows(n int64) (table.Range, error) {
	if n < 0 {
		return table.Range{}, misusef("-n %d: a number of rows is 0 or more", n)
	}
	return table.Range{Hi: n}, nil
}

// parseRange reads A:B, the rows A up to, not including, B of a sequence.
func parseRange(text string) (r table.Range, err error) {
	lo, hi, ok := strings.Cut(text, ":")
	if ok {
		if r.Lo, err = strconv.ParseInt(lo, 10, 64); err == nil {
			r.Hi, err = strconv.ParseInt(hi, 10, 64)
		}
	}
	if !ok || err != nil || r.Lo < 0 || r.Hi < r.Lo {
		return r, misusef("--rows %q is not A:B: two row numbers, from 0, for the rows A up to, not including, B", text)
	}
	return r, nil
}

// made is the account of rows that were sampled, in JSON.
type made struct {
	Rows    int64   `json:"rows"`
	First   int64   `json:"first"`
	Seed    uint64  `json:"seed"`
	Out     string  `json:"out"`
	Seconds float64 `json:"seconds"`
}

// sampleTo writes rows of the model to a file, or to standard output where path
// is "-".
func sampleTo(ctx context.Context, p *progress, m mimic.Model, r table.Range, seed uint64, path string) (*made, error) {
	start := time.Now()
	w, err := files.Create(path, m.Schema())
	if err != nil {
		return nil, err
	}
	return sampleInto(ctx, p, m, r, seed, path, w, start)
}

// sampleInto writes rows of the model to an output that is at path.
func sampleInto(ctx context.Context, p *progress, m mimic.Model, r table.Range, seed uint64, path string, w files.Output, start time.Time) (*made, error) {
	defer w.Abort()
	if err := sample.Run(ctx, m, w, sample.Options{Rows: r, Seed: seed, Progress: p.reach}); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &made{Rows: r.Rows(), First: r.Lo, Seed: seed, Out: path, Seconds: time.Since(start).Seconds()}, nil
}

// draw shows where the rows are.
func (m *made) draw(s *screen) {
	s.line("%s to %s in %s", many(m.Rows, "new row"), place(m.Out), seconds(time.Duration(m.Seconds*float64(time.Second))))
}
