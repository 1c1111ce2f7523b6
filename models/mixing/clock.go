package mixing

import (
	"context"
	"sync"
	"time"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
)

// clock tells how far the lessons of a chain are, and lets those to come make
// fewer passes where time runs out.
type clock struct {
	stage string
	total float64 // rows of all questions
	began time.Time

	mu   sync.Mutex
	rows float64 // done
}

// done tells of a lesson of that many rows that has come to its end.
func (c *clock) done(ctx context.Context, rows float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows += rows
	pace.Tell(ctx, c.stage, int64(c.rows), int64(c.total))
}

// passes returns how many passes over that many rows there is time for, given
// how long the lessons so far have taken.
func (c *clock) passes(ctx context.Context, rows float64) int {
	until, ok := pace.Until(ctx)
	if !ok {
		return passes
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == 0 {
		return passes
	}
	full := time.Since(c.began).Seconds() * max(1, c.total-c.rows) / c.rows
	return int(min(max(1, passes*time.Until(until).Seconds()/full), passes))
}

// until returns how far, from 0 to 1, a lesson over that many rows is, given how
// far it is along its rows: farther where time runs out sooner than they do. The
// lessons to come get the time that is left in proportion to their rows.
func (c *clock) until(ctx context.Context, rows float64) func(done float64) float64 {
	end, ok := pace.Until(ctx)
	if !ok {
		return func(done float64) float64 { return done }
	}
	c.mu.Lock()
	share := rows * min(float64(par.Workers(ctx)), max(1, (c.total-c.rows)/max(rows, 1))) / max(c.total-c.rows, 1)
	c.mu.Unlock()
	began := time.Now()
	allotted := min(share, 1) * end.Sub(began).Seconds()
	return func(done float64) float64 {
		return max(done, time.Since(began).Seconds()/max(allotted, 1e-9))
	}
}
