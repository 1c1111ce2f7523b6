package treemix

import (
	"context"
	"math"
	"time"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/treenet"
	"github.com/seed-64d012fb/mimic/rng"
)

// rowsOfOne is how many rows there must be for each state and each tree.
const rowsOfOne = 50

// How many mixtures of the form, size and strength that were found to be best are
// fitted from other starts, at most: as many as look at so many cells in all.
const (
	otherCells = 10e6
	fewOthers  = 2
	mostOthers = 5
)

// worth is the rise of the nats of a row, as a share of them, for which another is
// fitted.
const worth = 3e-4

// choose fits one tree, and from there on what validation rows ask for: the form
// that is ahead at its start, in the size and strength that a search comes to,
// several of it from other starts. It returns all that were fitted, to be mixed
// so that the validation rows are most probable.
func choose(ctx context.Context, l *treenet.Learner, valid *coded.Data, k rng.Key) (*treenet.Pool, error) {
	tree, err := l.Tree()
	if err != nil {
		return nil, err
	}
	pool, err := treenet.NewPool(ctx, valid, tree)
	if err != nil || valid.N == 0 {
		return pool, err // of no rows at all
	}
	most := int(l.Rows() / rowsOfOne)
	forms := []*form{
		{sizes: []int{16, 32, 64}, strengths: []float64{1. / 16, 1. / 4, 1, 4}, here: at{0, 1}, fit: l.Hidden},
		{sizes: []int{2, 4, 8, 16, 32, 64}, strengths: []float64{2, 8, 32, 128}, here: at{1, 1}, fit: l.Trees},
	}
	ahead := forms[0]
	for i, f := range forms {
		f.valid, f.most, f.key = valid, most, k.Child(uint64(i))
		if err := f.try(share(ctx, 4-i), f.here); err != nil {
			return nil, err
		}
		if f.nats > ahead.nats {
			ahead = f
		}
	}
	if err := ahead.climb(ctx); err != nil {
		return nil, err
	}
	for _, f := range forms {
		for _, m := range f.found {
			if _, err := pool.Add(ctx, m); err != nil {
				return nil, err
			}
		}
	}
	others := int(min(max(otherCells/max(l.Rows()*float64(len(valid.Codes)), 1), fewOthers), mostOthers))
	for start := 1; start <= others && len(ahead.found) > 0 && !pace.Past(ctx); start++ {
		m, nats, err := ahead.at(ctx, ahead.here, start)
		if err != nil {
			return nil, err
		}
		gained, err := pool.Add(ctx, m)
		if err != nil {
			return nil, err
		}
		if gained < -worth*nats {
			break
		}
	}
	return pool, nil
}

// share returns a context that ends when one part of so many of the time that is
// left has passed.
func share(ctx context.Context, parts int) context.Context {
	end, ok := pace.Until(ctx)
	if !ok {
		return ctx
	}
	now := time.Now()
	return pace.WithUntil(ctx, now.Add(end.Sub(now)/time.Duration(parts)))
}

// form is a kind of mixture that comes in sizes and strengths of smoothing, and
// what has been found of it.
type form struct {
	sizes     []int
	strengths []float64 // in rows
	most      int       // size that there are rows for
	fit       func(ctx context.Context, valid *coded.Data, size int, strength float64, start int, k rng.Key) (*treenet.Fitted, float64, error)
	valid     *coded.Data
	key       rng.Key

	tried map[at]bool
	found []*treenet.Fitted // all that was fitted: each may have its part in the end
	here  at                // of the best, and before that where the search begins
	nats  float64           // mean log-probability of a validation row there
}

// at is a place among sizes and strengths.
type at struct{ size, strength int }

// at fits what is at a place.
func (f *form) at(ctx context.Context, a at, start int) (*treenet.Fitted, float64, error) {
	return f.fit(ctx, f.valid, f.sizes[a.size], f.strengths[a.strength], start, f.key.Child(uint64(start)).Child(uint64(a.size)))
}

// try fits what is at a place, if there is such a place and it has not been
// tried, and takes note of it where it is the best.
func (f *form) try(ctx context.Context, a at) error {
	first := f.tried == nil
	switch {
	case first:
		f.tried, f.nats = map[at]bool{}, math.Inf(-1)
	case a.size < 0 || a.size == len(f.sizes) || a.strength < 0 || a.strength == len(f.strengths),
		f.tried[a], f.sizes[a.size] > f.most, pace.Past(ctx):
		return nil
	}
	f.tried[a] = true
	m, nats, err := f.at(ctx, a, 0)
	if err != nil {
		return err
	}
	if f.found = append(f.found, m); first || nats > f.nats {
		f.nats, f.here = nats, a
	}
	return nil
}

// climb goes from place to a neighbour in size or strength that makes the
// validation rows more probable, for as long as there is one.
func (f *form) climb(ctx context.Context) error {
	for {
		from := f.here
		for _, to := range []at{
			{from.size + 1, from.strength}, {from.size, from.strength - 1},
			{from.size, from.strength + 1}, {from.size - 1, from.strength},
		} {
			if err := f.try(ctx, to); err != nil {
				return err
			}
			if f.here != from {
				break
			}
		}
		if f.here == from {
			return nil
		}
	}
}
