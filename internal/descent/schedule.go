package descent

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
)

// clock says how many steps there is time for.
type clock struct {
	until   time.Time // zero for no end
	start   time.Time
	first   int64 // step at start
	allowed int64 // what last returned, and
	next    int64 // the step at which that is looked at again
}

func newClock(ctx context.Context, step int64) *clock {
	until, _ := pace.Until(ctx)
	return &clock{until: until, start: time.Now(), first: step}
}

// last returns the number of steps that the descent is to have in all: those of
// its limit, or fewer where the speed so far says that time ends before.
func (d *descent) last(c *clock) int64 {
	switch {
	case c.until.IsZero():
		return d.Limit
	case d.Step < c.next:
		return min(d.Limit, c.allowed)
	}
	c.next = d.Step + 8
	now := time.Now()
	c.allowed = d.Limit
	if taken, spent := d.Step-c.first, now.Sub(c.start); taken > 0 && spent > 0 {
		left := max(0, float64(c.until.Sub(now))/float64(spent)*float64(taken))
		c.allowed = d.Step + int64(min(left, float64(d.Limit)))
	} else if !now.Before(c.until) {
		c.allowed = d.Step + 1 // one step is better than none
	}
	return min(d.Limit, c.allowed)
}

// share returns the rate of the step to come as a share of the largest.
func (d *descent) share(c *clock) float64 {
	last := float64(d.last(c))
	left := (last - float64(d.Step)) / last / d.Tail
	return min(1, left, float64(d.Step+1)/float64(d.Warmup))
}

// order deals out the examples, each once an epoch.
type order struct {
	key      rng.Key
	examples int
	epoch    int64
	perm     []int
}

// fill sets batch to the examples of visits first, first+1, …
func (o *order) fill(batch []int, first int64) {
	for i := range batch {
		visit := first + int64(i)
		if epoch := visit / int64(o.examples); epoch != o.epoch {
			o.epoch = epoch
			o.perm = rand.New(o.key.Stream(epoch)).Perm(o.examples)
		}
		batch[i] = o.perm[visit%int64(o.examples)]
	}
}
