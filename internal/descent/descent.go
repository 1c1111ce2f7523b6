// Package descent fits parameters by mini-batch gradient descent: Adam, a rate
// that is held and then let down to zero, validation that says when to stop and
// which parameters to keep, a time by which to end, and checkpoints.
//
// The same bits for any number of workers: the examples of a mini-batch are
// dealt to a fixed number of lanes, each with a gradient of its own, and the
// lanes are added in their order.
package descent

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// Objective is a loss that is a sum over examples.
type Objective interface {
	// Gradient returns the summed loss of some examples under the tensors as
	// they are, and adds its gradient to g. A lane runs one call at a time, so
	// that it can have scratch memory of its own; the result must not depend on
	// the lane. Example examples[i] is visit first+i of the whole fit, which is
	// the index of whatever randomness it needs.
	Gradient(g *Gradient, lane int, examples []int, first int64) (loss float64)

	// Held returns the mean loss of the examples held out, with the context's
	// workers, on whose number it does not depend. NaN says that there are no
	// such examples: the last parameters are kept, then.
	Held(ctx context.Context) (float64, error)
}

// Options of a descent. Zero means the default where there is one.
type Options struct {
	Examples int     // to learn from
	Batch    int     // examples of a step
	Lanes    int     // parts of a batch that can run at a time (4)
	Epochs   float64 // passes over the examples, at most
	Rate     float64 // of Adam
	Warmup   int     // steps in which the rate rises from zero (100)
	Tail     float64 // share of the steps, the last ones, in which the rate falls to zero (.6)
	Patience int     // validations without a gain that end a phase, see Run (4)
	Key      rng.Key // of the order of the examples

	// Identity names what options and tensors do not show, such as the data: a
	// checkpoint of another fit is refused.
	Identity string
	// Unit of the loss, for those who look on, such as "nats".
	Unit string
}

func (o Options) withDefaults() Options {
	o.Lanes = cmp.Or(o.Lanes, 4)
	o.Warmup = cmp.Or(o.Warmup, 100)
	o.Tail = cmp.Or(o.Tail, .6)
	o.Patience = cmp.Or(o.Patience, 4)
	return o
}

// Result says what a descent came to.
type Result struct {
	Steps  int64
	Epochs float64 // passes over the examples
	Held   float64 // loss of the parameters kept, on the examples held out
}

// descent is one run.
type descent struct {
	Options
	objective Objective
	tensors   []*Tensor
	lanes     []Gradient
	chunks    []chunk
	order     order
	state
}

// Run moves the tensors to where the loss is least. The rate rises, is held,
// and falls to zero by the last step. Every epoch ends with a validation. When
// Patience of them in a row bring no gain, the rate begins to fall at once; and
// when that happens again the descent ends. The tensors are left as they were at
// the best validation.
//
// Where pace.Until says so, the number of steps is what the time allows at the
// speed so far, so that the rate has come to zero when the time has: what comes
// out then depends on the machine. A time that is more than enough changes
// nothing.
//
// With a pace.Keeper, the state is kept at the start, so that it shows at once
// where it cannot be, now and then, and when the context is cancelled; a run that finds one goes on from it, and comes to the same
// bits as one that was never interrupted.
func Run(ctx context.Context, objective Objective, tensors []*Tensor, opt Options) (Result, error) {
	if opt.Examples < 1 || opt.Batch < 1 || !(opt.Epochs > 0) || !(opt.Rate > 0) {
		panic(fmt.Sprintf("descent: %+v", opt))
	}
	d := &descent{Options: opt.withDefaults(), objective: objective, tensors: tensors}
	d.prepare()
	if err := d.resume(ctx); err != nil {
		return Result{}, err
	}
	if err := d.run(ctx); err != nil {
		return Result{}, err
	}
	for _, t := range tensors {
		if t.best != nil {
			copy(t.W, t.best)
		}
		t.release()
	}
	return Result{d.Step, float64(d.Step) * float64(d.Batch) / float64(d.Examples), d.Best}, nil
}

func (d *descent) prepare() {
	for _, t := range d.tensors {
		t.prepare()
	}
	for range d.Lanes {
		d.lanes = append(d.lanes, newGradient(d.tensors))
	}
	d.chunks = chunks(d.tensors)
	d.order = order{key: d.Key, examples: d.Examples, epoch: -1}
	d.state = state{
		Limit: max(1, int64(math.Ceil(d.Epochs*float64(d.Examples)/float64(d.Batch)))),
		Best:  math.Inf(1),
	}
}

// run takes steps until the last.
func (d *descent) run(ctx context.Context) error {
	var (
		clock  = newClock(ctx, d.Step)
		keeper = newKeeper(ctx)
		batch  = make([]int, d.Batch)
		losses = make([]float64, d.Lanes)
		whole  = context.WithoutCancel(ctx) // a step is taken wholly or not at all
	)
	if err := keeper.atFirst(d); err != nil {
		return err
	}
	for d.Step < d.last(clock) {
		if err := ctx.Err(); err != nil {
			return keeper.atLast(d, err)
		}
		first := d.Step * int64(d.Batch)
		d.order.fill(batch, first)
		par.Do(whole, d.Lanes, func(l int) error {
			lo, hi := l*d.Batch/d.Lanes, (l+1)*d.Batch/d.Lanes
			losses[l] = d.objective.Gradient(&d.lanes[l], l, batch[lo:hi], first+int64(lo))
			return nil
		})
		for _, loss := range losses {
			if math.IsNaN(loss) || math.IsInf(loss, 0) {
				return fmt.Errorf("a loss of %v in step %d: the parameters have run away", loss, d.Step)
			}
		}
		d.update(whole, d.Rate*d.share(clock))
		d.Step++

		if visits, n := d.Step*int64(d.Batch), int64(d.Examples); visits/n > first/n || d.Step >= d.last(clock) {
			if err := d.validate(whole); err != nil {
				return err
			}
			if err := keeper.sometimes(d); err != nil {
				return err
			}
		}
		if d.Step%16 == 0 {
			pace.Tell(ctx, d.stage(), d.Step, d.last(clock))
		}
	}
	return nil
}
