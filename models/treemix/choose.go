package treemix

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/treenet"
	"github.com/seed-64d012fb/mimic/rng"
)

// kind is a kind of mixture that comes in sizes and strengths of smoothing.
type kind struct {
	sizes     []int
	strengths []float64 // in rows
	start     at        // where the search begins
	fit       func(ctx context.Context, valid *coded.Data, size int, strength float64, k rng.Key) (*treenet.Mixture, float64, error)
}

// at is a place among sizes and strengths.
type at struct{ size, strength int }

// candidate is what has been fitted, with its mean log-probability of a
// validation row.
type candidate struct {
	mixture *treenet.Mixture
	nats    float64
}

// rowsOfOne is how many rows there must be for each state and each tree.
const rowsOfOne = 20

// choose fits one tree, hidden trees and mixtures of trees of the sizes and
// strengths that a search by the validation rows comes to, and returns the
// mixture of all of them that makes those rows most probable.
func choose(ctx context.Context, l *treenet.Learner, valid *coded.Data, k rng.Key) (*treenet.Mixture, error) {
	net, err := l.ChowLiu()
	if err != nil {
		return nil, err
	}
	tree, err := treenet.NewMixture([]float64{1}, []*treenet.Net{net})
	if err != nil {
		return nil, err
	}
	nats, err := tree.MeanLogProb(ctx, valid)
	if err != nil {
		return nil, err
	}
	all := []candidate{{tree, nats}}
	if valid.N == 0 {
		return tree, nil // of no rows at all
	}
	kinds := []kind{
		{[]int{16, 32, 64, 128}, []float64{.25, 1, 4}, at{0, 1}, l.Hidden},
		{[]int{4, 8, 16, 32, 64}, []float64{2, 8, 32, 128}, at{1, 1}, l.Trees},
	}
	for i, kind := range kinds {
		tried, err := kind.search(until(ctx, len(kinds)-i), valid, int(l.Rows()/rowsOfOne), k.Child(uint64(i)))
		if err != nil {
			return nil, err
		}
		all = append(all, tried...)
	}
	mixtures := make([]*treenet.Mixture, len(all))
	for i, c := range all {
		mixtures[i] = c.mixture
	}
	return treenet.Weigh(ctx, mixtures, valid)
}

// until gives the next of so many parts of a fit an equal share of the time that
// is left.
func until(ctx context.Context, parts int) context.Context {
	end, ok := pace.Until(ctx)
	if !ok {
		return ctx
	}
	now := time.Now()
	return pace.WithUntil(ctx, now.Add(end.Sub(now)/time.Duration(parts)))
}

// search climbs: from the start it goes to whatever neighbour in size or strength
// makes the validation rows more probable, for as long as there is one. It
// returns the best.
func (s kind) search(ctx context.Context, valid *coded.Data, most int, k rng.Key) ([]candidate, error) {
	var (
		tried = map[at]bool{}
		best  = candidate{nats: math.Inf(-1)}
		here  = s.start
	)
	try := func(a at) error {
		if tried[a] || a.size < 0 || a.size == len(s.sizes) || a != s.start && s.sizes[a.size] > most || a.strength < 0 || a.strength == len(s.strengths) || pace.Past(ctx) {
			return nil
		}
		tried[a] = true
		m, nats, err := s.fit(ctx, valid, s.sizes[a.size], s.strengths[a.strength], k.Child(uint64(a.size)))
		if err == nil && nats > best.nats {
			best, here = candidate{m, nats}, a
		}
		return err
	}
	if err := try(here); err != nil {
		return nil, err
	}
	for moved := true; moved; {
		from := here
		for _, to := range []at{{from.size + 1, from.strength}, {from.size, from.strength - 1}, {from.size, from.strength + 1}, {from.size - 1, from.strength}} {
			if err := try(to); err != nil {
				return nil, err
			}
			if here != from {
				break
			}
		}
		moved = here != from
	}
	if best.mixture == nil {
		return nil, nil
	}
	return slices.Clip([]candidate{best}), nil
}
