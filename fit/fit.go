// Package fit is maximum likelihood in motion: it drives any mimic.Fit over any
// source of rows with a pool of workers, holds rows out, and measures models on
// rows that they have not seen.
//
// Every reduction over rows, of a fit as of an evaluation, runs over blocks of
// table.BlockRows rows aligned to the global row index and merges in a fixed
// binary tree over block numbers. Its result is the same bits for any number of
// workers.
package fit

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/table"
)

// Options of a fit.
type Options struct {
	// Progress, if set, is told how many rows of a stage are done, as blocks
	// end. Calls come one at a time and done never falls within a stage.
	Progress func(stage string, done, total int64)

	// Budget is the time after which a family that goes on improving, such as
	// one trained by gradients, is to end with the best that it has; 0 lets it
	// go on until it stops improving. The others take the time they need. What
	// a fit comes to that its budget ends depends on the machine.
	Budget time.Duration
}

// Run fits the family to all rows of src by maximum likelihood. Where rows are held
// out to choose by, they are learned from in the end. The number of workers is the
// context's; a cancelled context ends the fit with its error.
func Run(ctx context.Context, src table.Source, family mimic.Family, opt Options) (mimic.Model, error) {
	c, err := Choose(ctx, src, family, opt)
	if err != nil {
		return nil, err
	}
	return c.Refit(ctx)
}

// Choice is a fit that has made its choices. Its Model has not learned from the
// rows by which it made them, if there are such.
type Choice struct {
	Model mimic.Model
	fit   mimic.Fit
	opt   Options
	until time.Time
}

// Choose fits the family as Run does, up to what is chosen by rows held out.
func Choose(ctx context.Context, src table.Source, family mimic.Family, opt Options) (*Choice, error) {
	c := &Choice{opt: opt}
	if opt.Budget > 0 {
		c.until = time.Now().Add(opt.Budget)
	}
	var err error
	if c.fit, err = family.NewFit(src.Schema(), src.Rows()); err == nil {
		c.Model, err = c.run(c.within(ctx), src)
	}
	if err != nil {
		return nil, fmt.Errorf("fit %s: %w", family.Kind(), err)
	}
	return c, nil
}

// within returns the context of the fit.
func (c *Choice) within(ctx context.Context) context.Context {
	if !c.until.IsZero() {
		ctx = pace.WithUntil(ctx, c.until)
	}
	if c.opt.Progress != nil {
		ctx = pace.WithTell(ctx, c.opt.Progress)
	}
	return ctx
}

func (c *Choice) run(ctx context.Context, src table.Source) (mimic.Model, error) {
	for pass := 1; ; pass++ {
		r, more := c.fit.Next()
		if !more {
			return c.fit.Model()
		}
		total, err := reduce(ctx, src, r, c.fit.NewStats, c.opt.stage(fmt.Sprintf("pass %d", pass), r))
		if err != nil {
			return nil, err
		}
		if err := c.fit.Step(ctx, total); err != nil {
			return nil, err
		}
	}
}

// Refit returns the model that has learned from all rows. It uses Model up.
func (c *Choice) Refit(ctx context.Context) (mimic.Model, error) {
	f, ok := c.fit.(mimic.Refitter)
	if !ok {
		return c.Model, nil
	}
	m, err := f.Refit(c.within(ctx))
	if err != nil {
		return nil, fmt.Errorf("fit %s: %w", c.Model.Kind(), err)
	}
	return m, nil
}

// stage returns the function that takes the number of rows just done and
// reports the sum; nil where nobody listens.
func (o Options) stage(name string, r table.Range) func(rows int64) {
	if o.Progress == nil {
		return nil
	}
	var done int64
	return func(rows int64) {
		done += rows
		o.Progress(name, done, r.Rows())
	}
}
