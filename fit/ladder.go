package fit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

// ErrBudget is why a rung of a ladder has no model: the time was up before it
// started, or its part of it before it was done.
var ErrBudget = errors.New("its part of the time budget was spent")

// Trial is what one rung of a ladder came to.
type Trial struct {
	Kind       string
	Model      mimic.Model   // nil if Err is set
	Held       Nats          // on the held-out rows
	Parameters int64         // free parameters, or -1 where the model does not say
	Fit        time.Duration // 0 if the rung was not tried
	Err        error         // why there is no model: the rung refuses the data (mimic.ErrUnsuited where it is not made for such), or ErrBudget
}

// Parametric is a Model that knows how many free parameters it has.
type Parametric interface{ Parameters() int64 }

// Climb fits the rungs to train one after the other, and measures each on held.
// It returns one trial a rung, in order, and the place of the best: the one with
// the fewest impossible rows, then with the most nats per row, and among equals
// the first.
//
// Each rung is wished to end within its allotment: an equal share of what is
// left of the budget among it and the rungs to come, and half of that at most,
// so that a rung that improves for as long as it is let ends in time to be
// measured. What a rung leaves is shared by those after it. A rung that takes
// longer is stopped when two thirds of what was left are gone, so that it does
// not keep those after it from being tried; the last, when all is. When the
// budget is spent no further rung is tried. All that holds from the first rung
// on that has a model: until then, none is stopped. Which rungs are tried, and what
// those come to that look at the clock, depends on the machine. A budget of 0 or
// less sets no limit, and leaves each rung that of opt.
//
// A rung that refuses the data is no error as long as another has a model.
// Without held-out rows the first rung that has a model counts as the best.
func Climb(ctx context.Context, train, held table.Source, rungs []mimic.Family, budget time.Duration, opt Options) (trials []Trial, best int, err error) {
	start := time.Now()
	best = -1
	for i, family := range rungs {
		rung, cancel, opt := ctx, context.CancelFunc(func() {}), opt
		if budget > 0 {
			left := budget - time.Since(start)
			opt.Budget = allot(left, len(rungs)-i)
			if i < len(rungs)-1 {
				left -= left / 3
			}
			if best >= 0 {
				rung, cancel = context.WithTimeoutCause(ctx, left, ErrBudget)
			}
		}
		t := try(rung, train, held, family, opt)
		cancel()
		if err := ctx.Err(); err != nil {
			return nil, -1, err
		}
		trials = append(trials, t)
		if t.Err == nil && (best < 0 || t.Held.beats(trials[best].Held)) {
			best = i
		}
	}
	switch {
	case len(trials) == 0:
		err = errors.New("a ladder without rungs")
	case best < 0:
		err = fmt.Errorf("no rung of the ladder has a model; the first says: %w", trials[0].Err)
	}
	return trials, best, err
}

// allot returns the part of what is left of a budget that is the next of so many
// rungs'; never 0, which would be no limit.
func allot(left time.Duration, rungs int) time.Duration {
	return max(left/time.Duration(max(2, rungs)), 1)
}

// try fits and measures one rung.
func try(ctx context.Context, train, held table.Source, family mimic.Family, opt Options) Trial {
	t := Trial{Kind: family.Kind(), Parameters: -1}
	if t.Err = context.Cause(ctx); t.Err != nil {
		return t
	}
	opt = opt.of(t.Kind)
	start := time.Now()
	m, err := Run(ctx, train, family, opt)
	t.Fit = time.Since(start)
	if err == nil {
		t.Held, err = Evaluate(ctx, m, held)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause // says what the bare "deadline exceeded" does not
	}
	if err != nil {
		t.Err = err
		return t
	}
	t.Model = m
	if p, ok := m.(Parametric); ok {
		t.Parameters = p.Parameters()
	}
	return t
}

// of returns the options with the rung's kind before the name of each stage.
func (o Options) of(kind string) Options {
	if told := o.Progress; told != nil {
		o.Progress = func(stage string, done, total int64) { told(kind+", "+stage, done, total) }
	}
	return o
}

// beats reports whether n is strictly better than o.
func (n Nats) beats(o Nats) bool {
	if n.Impossible != o.Impossible {
		return n.Impossible < o.Impossible
	}
	return n.Mean > o.Mean
}
