package compare

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
)

// draw samples a few rows to be looked at, and measures how fast rows come.
func (r *Rung) draw(ctx context.Context, opt Options) error {
	var err error
	if opt.Shown > 0 {
		r.Samples, err = sample.Table(ctx, r.Model, table.Range{Hi: opt.Shown}, opt.Seed)
	}
	if err == nil {
		r.Speed, err = speed(ctx, r.Model, opt.Seed)
	}
	if errors.Is(err, mimic.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("samples of %s: %w", r.Kind, err)
	}
	return nil
}

// Bounds of a measurement of speed: how many rows it draws at first and at most,
// and how long it takes at least unless it has drawn those.
const (
	firstDrawn = 32
	mostDrawn  = 8 * sample.BlockRows
	enoughTime = 50 * time.Millisecond
)

// speed returns rows per second of wall time, by drawing more and more of them.
func speed(ctx context.Context, m mimic.Model, seed uint64) (float64, error) {
	for n := int64(firstDrawn); ; n *= 4 {
		start := time.Now()
		if _, err := sample.Table(ctx, m, table.Range{Hi: n}, seed); err != nil {
			return 0, err
		}
		if took := time.Since(start); took >= enoughTime || n >= mostDrawn {
			return float64(n) / took.Seconds(), nil
		}
	}
}
