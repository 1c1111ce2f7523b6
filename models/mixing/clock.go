package mixing

import (
	"context"
	"sync"
	"time"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
)

// clock tells how far a stage of lessons is, and lets those to come be shorter
// where time runs out.
type clock struct {
	stage string
	total float64 // rows of all lessons
	began time.Time

	mu   sync.Mutex
	rows float64 // done
}

// advance tells of that many rows more that are done.
func (c *clock) advance(ctx context.Context, rows float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows += rows
	pace.Tell(ctx, c.stage, int64(c.rows), int64(c.total))
}

// passes returns how many passes there is time for, at most as many as wanted,
// given how long the lessons so far have taken.
func (c *clock) passes(ctx context.Context, wanted int) int {
	until, ok := pace.Until(ctx)
	if !ok {
		return wanted
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows == 0 {
		return wanted
	}
	full := time.Since(c.began).Seconds() * max(1, c.total-c.rows) / c.rows
	return int(min(max(1, float64(wanted)*time.Until(until).Seconds()/full), float64(wanted)))
}

// until returns how far, from 0 to 1, a lesson over that many rows is, given how
// far it is along its rows: farther where time runs out sooner than they do. What
// is left of the time is shared among the lessons to come by their rows.
func (c *clock) until(ctx context.Context, rows float64) func(done float64) float64 {
	end, ok := pace.Until(ctx)
	if !ok {
		return func(done float64) float64 { return done }
	}
	c.mu.Lock()
	left := max(c.total-c.rows, rows, 1)
	c.mu.Unlock()
	side := min(float64(par.Workers(ctx)), left/max(rows, 1)) // lessons side by side
	began := time.Now()
	allotted := min(side*rows/left, 1) * end.Sub(began).Seconds()
	return func(done float64) float64 {
		return max(done, time.Since(began).Seconds()/max(allotted, 1e-9))
	}
}
