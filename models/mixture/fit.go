package mixture

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// mixtureFit is one pass that keeps the rows, and EM over them.
type mixtureFit struct {
	options Family
	schema  *space.Schema
	fields  normal.Fields
	books   []*dist.Codebook // of the coded fields
	rows    int64

	model *Model
	all   *rowSet
	choice
}

// choice is what held-out rows decide.
type choice struct {
	shape Shape
	k     int     // components
	prior float64 // ν
}

var _ mimic.Refitter = (*mixtureFit)(nil)

func (f *mixtureFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *mixtureFit) NewStats() mimic.Stats { return &gathered{fit: f} }

func (f *mixtureFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *mixtureFit) Step(ctx context.Context, total mimic.Stats) (err error) {
	f.all = total.(*gathered).join()
	train, folds := f.split(f.all)
	if f.choice, err = f.choose(ctx, folds); err != nil {
		return err
	}
	return f.learn(ctx, train)
}

// Refit implements mimic.Refitter: where the caller names no rows to choose by, all
// have been learned from already.
func (f *mixtureFit) Refit(ctx context.Context) (mimic.Model, error) {
	if f.options.Validation > 0 && !pace.Past(ctx) {
		if err := f.learn(ctx, f.all); err != nil {
			return nil, err
		}
	}
	return f.model, nil
}

// How a mixture is fitted once it has been chosen; search.go chooses.
const (
	searchGain = 5e-3 // nats per row and iteration at which the search stops EM
	finalGain  = 1e-3 // and at which EM over all rows stops
	mostSteps  = 200  // iterations of EM
	mostStarts = 4    // runs of EM from k-means, where rows are few
)

// choose chooses by the held-out rows of folds: shape and size by the first, ν by all.
func (f *mixtureFit) choose(ctx context.Context, folds []*fold) (c choice, err error) {
	best, err := f.search(ctx, folds[0])
	if err != nil {
		return c, err
	}
	prior, err := f.soften(ctx, best, folds)
	return choice{best.shape, best.k, prior}, err
}

// learn fits what was chosen to rows: to as many as the search looks at from k-means,
// and from there to all of them.
func (f *mixtureFit) learn(ctx context.Context, rows *rowSet) error {
	starts := min(max(1, searchRows/max(1, rows.n())), mostStarts)
	best, err := f.begin(ctx, f.newFold(rows, rows.pick(nil)), f.shape, f.k, f.prior, starts)
	if err != nil {
		return err
	}
	b := newBase(f.schema, f, rows)
	t, err := best.onto(&b).run(ctx, newDataset(b, rows, nil), finalGain)
	if err != nil {
		return err
	}
	f.model, err = newModel(f, t)
	return err
}

// begin returns a mixture that EM has found from k-means: of several starts that
// of the greatest likelihood times prior.
func (f *mixtureFit) begin(ctx context.Context, on *fold, shape Shape, k int, prior float64, starts int) (best *theta, err error) {
	n := on.train.n()
	if k == 1 {
		starts = 1 // all are alike
	}
	top := math.Inf(-1)
	key := rng.New(f.options.Seed).Child(uint64(k))
	for i := range starts {
		label, mean, err := start(ctx, on.base, on.train, k, key.Child(uint64(i)))
		if err != nil {
			return nil, err
		}
		t := newTheta(on.base, shape, mean, k)
		t.prior = prior
		if n == 0 {
			return t, nil
		}
		s, err := t.expect(ctx, newDataset(*on.base, on.train, label))
		if err != nil {
			return nil, err
		}
		if t, err = t.maximise(s).run(ctx, on.data, searchGain); err != nil {
			return nil, err
		}
		if starts == 1 {
			return t, nil
		}
		if s, err = t.expect(ctx, on.data); err != nil {
			return nil, err
		}
		if f := s.logProb + t.logPrior(); best == nil || f > top {
			best, top = t, f
		}
		if pace.Past(ctx) {
			break
		}
	}
	return best, nil
}

// run runs EM until an iteration gains less than gain nats a row.
func (t *theta) run(ctx context.Context, data *dataset, gain float64) (*theta, error) {
	const settled = 5 // iterations after which levels are smoothed as it is best for them
	last := math.Inf(-1)
	for step := range mostSteps {
		if data.rows == 0 {
			break
		}
		s, err := t.expect(ctx, data)
		if err != nil {
			return nil, err
		}
		f := s.logProb + t.logPrior()
		if step > settled && (f-last < gain*data.rows || pace.Past(ctx)) {
			t.rows = s.n
			break
		}
		last = f
		if step == settled && t.prior > 0 {
			t.strengthen(s)
		}
		t = t.maximise(s)
		pace.Tell(ctx, fmt.Sprintf("EM with %d components, %s", t.k, t.shape), int64(step), 0)
	}
	return t, nil
}

// onto returns t in the units of another base.
func (t *theta) onto(b *base) *theta {
	m := *t
	m.base = b
	m.mean = slices.Clone(t.mean)
	m.cov = nil
	for i := range m.mean {
		j := i % t.d
		m.mean[i] = (m.mean[i]*t.base.scale[j] + t.base.center[j] - b.center[j]) / b.scale[j]
	}
	for _, cov := range t.cov {
		own := slices.Clone(cov)
		for i := range own {
			if t.shape.diagonal() {
				own[i] *= t.base.scale[i] / b.scale[i] * t.base.scale[i] / b.scale[i]
			} else {
				own[i] *= t.base.scale[i/t.d] / b.scale[i/t.d] * t.base.scale[i%t.d] / b.scale[i%t.d]
			}
		}
		m.cov = append(m.cov, own)
	}
	return &m
}

// logProb returns the log-probabilities of rows.
func (f *mixtureFit) logProb(t *theta, b *table.Batch) ([]float64, error) {
	m, err := newModel(f, t)
	if err != nil {
		return nil, err
	}
	l := make([]float64, b.N)
	return l, m.LogProb(l, b)
}
