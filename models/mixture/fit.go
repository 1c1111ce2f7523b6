package mixture

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

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
	codes   int              // of all of them
	rows    int64

	model *Model
}

// makeBooks makes the codebooks of levels, which need no rows.
func (f *mixtureFit) makeBooks() error {
	for _, j := range f.fields.Coded {
		book, err := dist.NewLevelBook(&f.schema.Fields[j])
		if err != nil {
			return err
		}
		if book.Codes() == 0 {
			return fmt.Errorf("field %q has no levels", f.schema.Fields[j].Name)
		}
		f.books = append(f.books, book)
		f.codes += book.Codes()
	}
	return nil
}

func (f *mixtureFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *mixtureFit) NewStats() mimic.Stats { return &gathered{fit: f} }

func (f *mixtureFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *mixtureFit) Step(ctx context.Context, total mimic.Stats) error {
	t, err := f.learn(ctx, total.(*gathered).join())
	if err != nil {
		return err
	}
	f.model, err = newModel(f, t)
	return err
}

// How a mixture is found; docs/decisions/0095 has the trials.
const (
	mostFound   = 64      // components that the search goes up to
	searchRows  = 1 << 12 // training rows that the search looks at, at most
	heldOutRows = 1 << 12 // rows that it measures on, at most
	heldOut     = 0.1     // share of the rows that it measures on
	fullFields  = 128     // numbers up to which it tries full and tied covariances
	searchGain  = 5e-3    // nats per row and iteration at which the search stops EM
	finalGain   = 1e-3    // and at which EM over all rows stops
	mostSteps   = 200     // iterations of EM
	mostStarts  = 4       // runs of EM on few rows
	leastPrior  = 1e-4    // bounds of ν, in rows
	mostPrior   = 100
)

// learn chooses a shape and a number of components on held-out rows, and fits
// them on all rows that it may learn from.
func (f *mixtureFit) learn(ctx context.Context, all *rowSet) (*theta, error) {
	train, held := all, &rowSet{d: all.d, e: all.e}
	var own rng.Key
	switch n := all.n(); {
	case n < 2:
	case f.options.Validation > 0:
		cut := n - int(min(f.options.Validation, int64(n-1)))
		train, held = all.pick(sequence(0, cut)), all.pick(sequence(cut, n))
	default:
		order := own.Child(0).Perm(n)
		cut := max(1, min(int(math.Round(heldOut*float64(n))), heldOutRows))
		held = all.pick(sorted(order[:cut]))
		train = all.pick(sorted(order[cut:]))
	}
	best, err := f.search(ctx, train, held)
	if err != nil {
		return nil, err
	}
	if f.options.Validation == 0 {
		train = all
	}
	b := newBase(f.schema, f, train)
	return best.onto(&b).run(ctx, newDataset(b, train, nil), finalGain)
}

// search returns the mixture that makes held-out rows most probable, fitted to
// some of the training rows.
func (f *mixtureFit) search(ctx context.Context, train, held *rowSet) (best *theta, err error) {
	d := train.d
	shapes := []Shape{f.options.Covariance}
	if f.options.Covariance == "" {
		shapes = []Shape{Full, Tied, Diag, Spherical}
		if d > fullFields {
			shapes = []Shape{Diag, Spherical}
		}
		if d < 2 {
			shapes = []Shape{Diag} // they are all alike
		}
	}
	if train.n() > searchRows {
		train = train.pick(sorted(rng.Key{}.Child(1).Perm(train.n())[:searchRows]))
	}
	held = held.pick(sequence(0, min(held.n(), heldOutRows)))
	b := newBase(f.schema, f, train)
	data := newDataset(b, train, nil)
	batch := held.batch(f)
	top := math.Inf(-1)
	for _, shape := range shapes {
		counts := f.counts(shape, train.n())
		last := math.Inf(-1)
		for i, k := range counts {
			if pace.Past(ctx) && best != nil {
				return best, nil
			}
			pace.Tell(ctx, fmt.Sprintf("%d components, %s", k, shape), 0, 0)
			t, err := f.begin(ctx, &b, train, data, shape, k)
			if err != nil {
				return nil, err
			}
			l, err := f.logProb(t, batch)
			if err != nil {
				return nil, err
			}
			nats := floats.Dot(l, batch.Weight)
			gain := nats - last
			last = nats
			if best == nil || nats > top {
				best, top = t, nats
			}
			// Gains of a doubling shrink: where as many more of the last would
			// not reach the best, none will.
			if !(gain > 0) || nats+gain*float64(len(counts)-1-i) < top {
				break
			}
		}
	}
	if held.n() == 0 {
		return best, nil
	}
	return f.soften(ctx, best, data, batch)
}

// soften finds the ν that makes held-out rows most probable, in steps of ten from
// where t is, down or else up, as long as a step gains more than its standard
// error.
func (f *mixtureFit) soften(ctx context.Context, t *theta, data *dataset, held *table.Batch) (*theta, error) {
	now, err := f.logProb(t, held)
	if err != nil {
		return nil, err
	}
	for _, step := range []float64{0.1, 10} {
		moved := false
		for next := t.prior * step; next >= leastPrior && next <= mostPrior && !pace.Past(ctx); next *= step {
			try := *t
			try.prior = next
			m, err := try.run(ctx, data, searchGain)
			if err != nil {
				return nil, err
			}
			then, err := f.logProb(m, held)
			if err != nil {
				return nil, err
			}
			if gain, stdErr := gained(then, now, held.Weight); !(gain > stdErr) {
				break
			}
			t, now, moved = m, then, true
		}
		if moved {
			break
		}
	}
	return t, nil
}

// gained returns the weighted mean of a - b, and its standard error.
func gained(a, b, weight []float64) (mean, stdErr float64) {
	var n, square float64
	for i, w := range weight {
		n += w
		delta := a[i] - b[i] - mean
		mean += delta * w / n
		square += w * delta * (a[i] - b[i] - mean)
	}
	return mean, math.Sqrt(square) / n
}

// counts returns the numbers of components to try, fewest first.
func (f *mixtureFit) counts(shape Shape, rows int) (counts []int) {
	room := most(shape, len(f.fields.Numeric), f.codes)
	if f.options.Components > 0 {
		return []int{min(f.options.Components, room)}
	}
	for k := 1; k <= min(mostFound, room, max(1, rows)); k *= 2 {
		counts = append(counts, k)
	}
	return counts
}

// begin returns a mixture that EM has found from k-means: of several starts where
// rows are few, that of the greatest likelihood times prior.
func (f *mixtureFit) begin(ctx context.Context, b *base, r *rowSet, data *dataset, shape Shape, k int) (best *theta, err error) {
	starts := 1
	if k > 1 {
		starts = min(max(1, searchRows/max(1, r.n())), mostStarts)
	}
	top := math.Inf(-1)
	key := rng.New(f.options.Seed).Child(uint64(k))
	for i := range starts {
		label, mean, err := start(ctx, b, r, k, key.Child(uint64(i)))
		if err != nil {
			return nil, err
		}
		t := newTheta(b, shape, mean, k)
		if r.n() == 0 {
			return t, nil
		}
		s, err := t.expect(ctx, newDataset(*b, r, label))
		if err != nil {
			return nil, err
		}
		if t, err = t.maximise(s).run(ctx, data, searchGain); err != nil {
			return nil, err
		}
		if starts == 1 {
			return t, nil
		}
		if s, err = t.expect(ctx, data); err != nil {
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

func sequence(lo, hi int) []int {
	rows := make([]int, hi-lo)
	for i := range rows {
		rows[i] = lo + i
	}
	return rows
}

func sorted(rows []int) []int {
	slices.Sort(rows)
	return rows
}
