package mixture

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// How a mixture is chosen; docs/decisions/0095 and 0130 have the trials.
const (
	mostFound   = 64      // components that the search goes up to
	fullFields  = 128     // numbers up to which it tries full and tied covariances
	searchRows  = 1 << 12 // training rows that it looks at, at most
	heldOut     = 0.1     // share of the rows that a fold measures on
	heldOutRows = 1 << 12 // and how many at most
	enoughRows  = 1 << 8  // that all folds together measure on, where there are as many
	leastPrior  = 1e-4    // bounds of ν, in rows
	mostPrior   = 100
)

// fold is rows that the search fits to, and others that it measures on.
type fold struct {
	base  *base
	train *rowSet
	data  *dataset // train, as EM reads them
	held  *table.Batch
}

// newFold returns as many of the rows as the search looks at.
func (f *mixtureFit) newFold(train, held *rowSet) *fold {
	if train.n() > searchRows {
		train = train.pick(rng.Key{}.Child(1).Some(searchRows, train.n()))
	}
	b := newBase(f.schema, f, train)
	return &fold{&b, train, newDataset(b, train, nil), held.between(0, min(held.n(), heldOutRows)).batch(f)}
}

// split returns the rows that the fit may learn from, and at least one fold: of
// them as many tenths, each measured on and fitted without, as it takes to measure
// on enough rows; or all of them, measured on the rows for validation.
func (f *mixtureFit) split(all *rowSet) (train *rowSet, folds []*fold) {
	n := all.n()
	if n < 2 {
		return all, []*fold{f.newFold(all, all.pick(nil))}
	}
	if f.options.Validation > 0 {
		cut := n - int(min(f.options.Validation, int64(n-1)))
		train = all.between(0, cut)
		return train, []*fold{f.newFold(train, all.between(cut, n))}
	}
	order := rng.Key{}.Child(0).Perm(n)
	tenth := max(1, int(math.Round(heldOut*float64(n))))
	for lo := 0; lo < n && lo < enoughRows; lo += tenth {
		hi := min(lo+tenth, n)
		held := order[lo:min(hi, lo+heldOutRows)]
		rest := slices.Concat(order[:lo], order[lo+len(held):])
		folds = append(folds, f.newFold(all.pick(slices.Sorted(slices.Values(rest))), all.pick(slices.Sorted(slices.Values(held)))))
	}
	return all, folds
}

// search returns the mixture that makes the held-out rows of a fold most probable.
func (f *mixtureFit) search(ctx context.Context, on *fold) (best *theta, err error) {
	d := on.train.d
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
	top := math.Inf(-1)
	for _, shape := range shapes {
		counts := f.counts(shape, on.train.n())
		last := math.Inf(-1)
		for i, k := range counts {
			if pace.Past(ctx) && best != nil {
				return best, nil
			}
			pace.Tell(ctx, fmt.Sprintf("%d components, %s", k, shape), 0, 0)
			t, err := f.begin(ctx, on, shape, k, priorRows, 1)
			if err != nil {
				return nil, err
			}
			l, err := f.logProb(t, on.held)
			if err != nil {
				return nil, err
			}
			nats := floats.Dot(l, on.held.Weight)
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
	return best, nil
}

// soften returns the ν that makes the held-out rows of all folds most probable, in
// steps of ten from that of t, down or else up, as long as a step gains more than
// its standard error. t is the fit of the first fold; the others begin anew.
func (f *mixtureFit) soften(ctx context.Context, t *theta, folds []*fold) (prior float64, err error) {
	prior = t.prior
	if folds[0].held.N == 0 {
		return prior, nil
	}
	fits := []*theta{t}
	for i, on := range folds[1:] {
		if pace.Past(ctx) {
			return prior, nil
		}
		pace.Tell(ctx, "strength of the prior", int64(i+1), int64(len(folds)))
		own, err := f.begin(ctx, on, t.shape, t.k, prior, 1)
		if err != nil {
			return 0, err
		}
		fits = append(fits, own)
	}
	now, weight, err := f.measure(fits, folds)
	if err != nil {
		return 0, err
	}
	for _, step := range []float64{0.1, 10} {
		moved := false
		for next := prior * step; next >= leastPrior && next <= mostPrior && !pace.Past(ctx); next *= step {
			moves := make([]*theta, len(folds))
			for i, on := range folds {
				try := *fits[i]
				try.prior = next
				if moves[i], err = try.run(ctx, on.data, searchGain); err != nil {
					return 0, err
				}
			}
			then, _, err := f.measure(moves, folds)
			if err != nil {
				return 0, err
			}
			if gain, stdErr := gained(then, now, weight); !(gain > stdErr) {
				break
			}
			fits, now, prior, moved = moves, then, next, true
		}
		if moved {
			break
		}
	}
	return prior, nil
}

// measure returns the log-probabilities of the held-out rows of all folds, each
// under its own fit, and their weights.
func (f *mixtureFit) measure(fits []*theta, folds []*fold) (logProb, weight []float64, err error) {
	for i, on := range folds {
		l, err := f.logProb(fits[i], on.held)
		if err != nil {
			return nil, nil, err
		}
		logProb, weight = append(logProb, l...), append(weight, on.held.Weight...)
	}
	return logProb, weight, nil
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
	codes := 0
	for _, book := range f.books {
		codes += book.Codes()
	}
	room := most(shape, len(f.fields.Numeric), codes)
	if f.options.Components > 0 {
		return []int{min(f.options.Components, room)}
	}
	for k := 1; k <= min(mostFound, room, max(1, rows)); k *= 2 {
		counts = append(counts, k)
	}
	return counts
}
