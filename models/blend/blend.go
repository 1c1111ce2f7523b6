// Package blend is the rung of a mixture of other rungs' models,
//
//	p(x) = Σ_k w_k·p_k(x),
//
// whose weights make held-out rows most probable.
//
// Base measure: that of each field (see space.Field), which all constituents
// share: densities are in the data's own units, so that any two can be mixed.
//
// Missing: as the constituents have it.
//
// Cost: the sum of the constituents' to fit and to score; O(rows held
// out·constituents) for the weights; sampling is that of one constituent a row,
// drawn by itself.
//
// Exact answers: the likelihood, and p(x, y) of a label where all constituents
// have a way to it. Conditionals are by weighted draws.
//
// How it fails: a mixture of models that are wrong in the same way is as wrong.
// It gains by how different the mistakes are, log K nats at most over the best
// of K constituents.
//
// Reference: Stone (1961), The opinion pool; Dempster, Laird & Rubin (1977),
// Maximum likelihood from incomplete data via the EM algorithm, section 4.3, of
// which this is the case that only the weights are free.
//
// Deviations: a weight is never 0, as if each constituent had explained one row
// more.
package blend

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Kind names the rung.
const Kind = "blend"

// Part is a constituent to be.
type Part struct {
	Family mimic.Family
	// Validates says that the family does not learn from the validation rows,
	// and may look at them to choose something, such as when to stop. Another is
	// not shown them.
	Validates bool
}

// Family is the family of mixtures of the parts' models.
type Family struct {
	// Parts returns the constituents, given how many rows there are, of which so
	// many of the last are there for validation: for those that validate, and for
	// the weights.
	Parts func(s *space.Schema, rows, validation int64) ([]Part, error)
	// Seed of which rows are held out.
	Seed uint64
	// Validation is how many of the last rows are held out; 0 holds out a tenth
	// at random.
	Validation int64
}

var _ mimic.Family = Family{}

// Kind returns "blend".
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if o.Parts == nil {
		return nil, errors.New("a blend of nothing")
	}
	return &blending{options: o, schema: s, rows: rows}, nil
}

// blending is the fit: one pass that gathers the rows, and then a fit of each
// constituent to them.
type blending struct {
	options Family
	schema  *space.Schema
	rows    int64
	model   *Model
}

func (f *blending) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *blending) NewStats() mimic.Stats { return new(gathered) }

func (f *blending) Model() (mimic.Model, error) { return f.model, nil }

// Step implements mimic.Fit. The time that is left is shared evenly by the
// constituents that are left. One that is not made for such data is left out.
func (f *blending) Step(ctx context.Context, total mimic.Stats) error {
	all, valid := total.(*gathered).arrange(f.schema, f.options.Validation, f.options.Seed)
	held := valid.Rows()
	parts, err := f.options.Parts(f.schema, all.Rows(), held)
	if err != nil {
		return err
	}
	train := all
	if all.Rows() > held {
		train = table.New(all.All().Slice(0, int(all.Rows()-held)))
	}
	var (
		models   []mimic.Model
		unsuited []error
	)
	for i, p := range parts {
		rows := all
		if !p.Validates {
			rows = train
		}
		m, err := fit.Run(share(ctx, len(parts)-i, p.Family.Kind()), rows, p.Family, fit.Options{})
		switch {
		case errors.Is(err, mimic.ErrUnsuited):
			unsuited = append(unsuited, err)
		case err != nil:
			return err
		default:
			models = append(models, m)
		}
	}
	if len(models) == 0 {
		return fmt.Errorf("no constituent is made for such data: %w", errors.Join(append(unsuited, mimic.ErrUnsuited)...))
	}
	f.model, err = Of(ctx, models, valid)
	return err
}

// share returns the context of one constituent: its name goes before its stages,
// its time is an equal share of what is left among so many, and it keeps no
// checkpoints, since there is one place for them and not one for each.
func share(ctx context.Context, parts int, kind string) context.Context {
	if until, ok := pace.Until(ctx); ok {
		ctx = pace.WithUntil(ctx, time.Now().Add(max(1, time.Until(until)/time.Duration(parts))))
	}
	outer := ctx
	ctx = pace.WithTell(ctx, func(stage string, done, total int64) {
		pace.Tell(outer, kind+", "+stage, done, total)
	})
	return pace.WithKeeper(ctx, nil)
}
