// Package compare puts the rungs of the ladder side by side on one dataset:
// what each step of dependence buys in nats on rows that no fit has seen, what
// it costs, what it can answer exactly, how its samples look; and, for a label,
// how well it predicts that, beside models that do nothing else.
package compare

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/table"
)

// Options of a comparison; the zero value fits and measures each rung to its
// end.
type Options struct {
	// Label is a field with levels whose prediction is measured, too.
	Label string
	// Budget is the time that the fits may take, see fit.Climb, and with a Label
	// the learning curves as long again; 0 sets no limit.
	Budget time.Duration
	// Shown is how many samples of each rung are kept to be looked at.
	Shown int64
	// Seed of the samples, and of the rows that learning curves learn from.
	Seed uint64
	// Progress, if set, is told how far the comparison is. Calls come one at a
	// time.
	Progress func(stage string, done, total int64)
}

func (o Options) tell(stage string, done, total int) {
	if o.Progress != nil {
		o.Progress(stage, int64(done), int64(total))
	}
}

// Comparison is a ladder of rungs, each fitted and measured.
type Comparison struct {
	Train, Held *table.Table // what they were fitted to, and measured on
	Rungs       []Rung       // in the order in which they were tried
	Best        int          // in Rungs: see fit.Climb
	Base        int          // in Rungs: the one whose nats the gains are over
	Lesson      Lesson

	// With a label only.
	Label    string
	Constant predict.Measures // of a constant, on the rows of the rungs' Label
	Curves   []Curve
}

// Rung is what one rung came to.
type Rung struct {
	fit.Trial
	// Gain is the mean of log p(x) over that under the rung Base, row by row: its
	// error is that of the difference, which is smaller than those of the two.
	Gain    Gain
	Label   *predict.Measures // of p(label | the other fields); nil without label or model
	Can     Answers
	Speed   float64      // rows sampled a second; 0 where there are no samples
	Samples *table.Table // a few of its rows; nil where none were asked for

	logp []float64 // of the held-out rows
	took time.Duration
}

// Gain is a difference of nats per row with its standard error, over the rows
// that are possible under both. NaN where there are none.
type Gain struct{ Mean, StdErr float64 }

// base is the rung that gains are over, where it has a model: what is above it
// is the dependence of the fields.
const base = "independent"

// Run fits the rungs to train, one after the other, and measures them on held;
// both have rows. It fails where no rung has a model.
func Run(ctx context.Context, train, held *table.Table, rungs []mimic.Family, opt Options) (*Comparison, error) {
	label := held.Schema().Index(opt.Label)
	switch {
	case train.Rows() == 0 || held.Rows() == 0:
		return nil, errors.New("a comparison without rows to fit to, or without held-out rows")
	case opt.Label != "" && label < 0:
		return nil, fmt.Errorf("there is no field %q to predict", opt.Label)
	case label >= 0 && !held.Schema().Fields[label].Kind.Coded():
		return nil, fmt.Errorf("field %q is of kind %v: what is predicted is one of the levels of a field, and it has none", opt.Label, held.Schema().Fields[label].Kind)
	}
	trials, best, err := fit.Climb(ctx, train, held, rungs, opt.Budget, fit.Options{Progress: opt.Progress})
	if err != nil {
		return nil, err
	}
	c := &Comparison{Train: train, Held: held, Best: best, Label: opt.Label}
	for _, t := range trials {
		c.Rungs = append(c.Rungs, Rung{Trial: t})
	}
	if c.Base = slices.IndexFunc(c.Rungs, func(r Rung) bool { return r.Err == nil && r.Kind == base }); c.Base < 0 {
		c.Base = slices.IndexFunc(c.Rungs, func(r Rung) bool { return r.Err == nil })
	}
	for i := range c.Rungs {
		r := &c.Rungs[i]
		if r.Err != nil {
			continue
		}
		opt.tell(r.Kind+", comparison", i, len(c.Rungs))
		start := time.Now()
		if r.logp, err = logProb(ctx, r.Model, held); err != nil {
			return nil, err
		}
		r.took = time.Since(start)
		if err := r.ask(ctx, train); err != nil {
			return nil, err
		}
		if err := r.draw(ctx, opt); err != nil {
			return nil, err
		}
		if err := c.predict(ctx, r); err != nil {
			return nil, err
		}
	}
	for i := range c.Rungs {
		if r := &c.Rungs[i]; r.Err == nil {
			r.Gain = gain(r.logp, c.Rungs[c.Base].logp)
		}
	}
	if c.Lesson, err = c.lesson(ctx); err != nil {
		return nil, err
	}
	if c.Label != "" {
		err = c.curves(ctx, rungs, opt)
	}
	return c, err
}

// logProb returns log p(x) of every row.
func logProb(ctx context.Context, m mimic.Model, t *table.Table) ([]float64, error) {
	density, ok := m.(mimic.Density)
	if !ok {
		return nil, fmt.Errorf("the log-probability of rows under %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	logp := make([]float64, t.Rows())
	err := blocks(ctx, t, func(lo int, b *table.Batch) error { return density.LogProb(logp[lo:lo+b.N], b) })
	return logp, err
}

// blocks calls f for blocks of rows of t, of which lo is the first.
func blocks(ctx context.Context, t *table.Table, f func(lo int, b *table.Batch) error) error {
	n := int(t.Rows())
	return par.Do(ctx, (n+table.BlockRows-1)/table.BlockRows, func(i int) error {
		lo, hi := i*table.BlockRows, min((i+1)*table.BlockRows, n)
		return f(lo, t.All().Slice(lo, hi))
	})
}

// gain returns the mean of a − b.
func gain(a, b []float64) Gain {
	n, mean, squares := 0.0, 0.0, 0.0
	for i := range a {
		d := a[i] - b[i]
		if math.IsInf(a[i], 0) || math.IsInf(b[i], 0) {
			continue
		}
		n++
		e := d - mean
		mean += e / n
		squares += e * (d - mean)
	}
	g := Gain{math.NaN(), math.NaN()}
	if n > 0 {
		g.Mean = mean
	}
	if n > 1 {
		g.StdErr = math.Sqrt(squares / (n - 1) / n)
	}
	return g
}

// spaced returns n rows of t at equal distances, or all where there are fewer.
func spaced(t *table.Table, n int) *table.Table {
	all := int(t.Rows())
	if all <= n {
		return t
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i * all / n
	}
	return t.Select(rows)
}
