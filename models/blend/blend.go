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
	// Validates says that the family's fit does not learn from the validation rows
	// (before it is refitted, see mimic.Refitter), and may look at them to choose
	// something, such as when to stop. Another is not shown them at first.
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
	// Validation is how many of the last rows are held out for the weights; 0 holds
	// out a tenth at random. In the end the constituents learn from them, too.
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
	all     *table.Table
	model   *Model
	parts   []chosen
}

// chosen is a constituent that has not learned from the rows held out.
type chosen struct {
	Part
	*fit.Choice
}

var _ mimic.Refitter = (*blending)(nil)

func (f *blending) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *blending) NewStats() mimic.Stats { return new(gathered) }

func (f *blending) Model() (mimic.Model, error) { return f.model, nil }

// Step implements mimic.Fit. The time that is left is shared evenly by the
// constituents that are left. One that is not made for such data is left out.
func (f *blending) Step(ctx context.Context, total mimic.Stats) error {
	var valid *table.Table
	f.all, valid = total.(*gathered).arrange(f.schema, f.options.Validation, f.options.Seed)
	held := valid.Rows()
	parts, err := f.options.Parts(f.schema, f.all.Rows(), held)
	if err != nil {
		return err
	}
	train := f.all
	if f.all.Rows() > held {
		train = table.New(f.all.All().Slice(0, int(f.all.Rows()-held)))
	}
	var (
		models   []mimic.Model
		unsuited []error
	)
	for i, p := range parts {
		rows := f.all
		if !p.Validates {
			rows = train
		}
		c, err := fit.Choose(share(ctx, len(parts)-i, p.Family.Kind()), rows, p.Family, fit.Options{})
		switch {
		case errors.Is(err, mimic.ErrUnsuited):
			unsuited = append(unsuited, err)
		case err != nil:
			return err
		default:
			models, f.parts = append(models, c.Model), append(f.parts, chosen{p, c})
		}
	}
	if len(models) == 0 {
		return fmt.Errorf("no constituent is made for such data: %w", errors.Join(append(unsuited, mimic.ErrUnsuited)...))
	}
	f.model, err = Of(ctx, models, valid)
	return err
}

// Refit implements mimic.Refitter: the weights stay. Who does not validate is fitted
// anew, if there is time.
func (f *blending) Refit(ctx context.Context) (mimic.Model, error) {
	models := make([]mimic.Model, len(f.parts))
	for i, p := range f.parts {
		own := share(ctx, len(f.parts)-i, p.Model.Kind())
		var err error
		switch {
		case p.Validates:
			models[i], err = p.Refit(own)
		case pace.Past(ctx):
			models[i] = p.Model
		default: // it was not shown the rows held out
			models[i], err = fit.Run(own, f.all, p.Family, fit.Options{})
		}
		if err != nil {
			return nil, err
		}
	}
	return f.model.With(models)
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
