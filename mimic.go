// Package mimic is the vocabulary of generative modelling that everything else
// here is written in: a model of how a dataset is generated, its density, its
// samples, and the statistics by which maximum likelihood fits it.
//
//	sample space         space.Schema
//	density              Density
//	parametric family, θ Family, Model
//	maximum likelihood   Fit, Stats (driven by package fit)
//
// Log-probabilities are in nats per row, in the units of the original data.
package mimic

import (
	"context"
	"encoding"
	"errors"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// ErrUnsupported is the answer to a question that a model cannot answer
// exactly. The caller may then choose an approximate path that says so.
var ErrUnsupported = errors.New("no exact answer")

// ErrUnsuited is the answer of a family to a sample space that it is not made
// for, such as that of pictures to a table's. It is no failure of a ladder.
var ErrUnsuited = errors.New("not made for such data")

// Model is one point θ of a parametric family, over a sample space. Models are
// immutable and safe for concurrent use. AppendBinary writes θ; the kind and
// the schema are written by package artifact.
type Model interface {
	Kind() string
	Schema() *space.Schema
	encoding.BinaryAppender
}

// Density gives the log-probability of rows.
type Density interface {
	// LogProb sets dst [n rows] to log p(x) of the rows of b, in nats. A row
	// outside the support gets -Inf; that is no error. Missing values are
	// values like any other. ID fields add nothing. b has the model's schema.
	LogProb(dst []float64, b *table.Batch) error
}

// Sampler makes rows.
type Sampler interface {
	// Sample fills the learned columns of dst with rows dst.First …
	// dst.First+dst.N-1 of the endless sequence of rows that k stands for: a
	// row depends on k and its index alone. ID columns are left alone.
	Sample(dst *table.Batch, k rng.Key) error
}

// BlockSampler is a Sampler that knows in how large blocks its rows are made best:
// smaller ones where a row is dear and drawn by itself, so that a few hundred
// pictures keep all processors busy.
type BlockSampler interface {
	Sampler
	// BlockRows returns a power of two. Blocks are aligned to the index of the
	// sequence.
	BlockRows() int
}

// Conditioner answers p(x given x in e).
type Conditioner interface {
	// Condition returns a model over the same schema. It returns an error
	// that wraps ErrUnsupported where it has no exact answer, and
	// ErrImpossible where the evidence has probability zero.
	Condition(e space.Evidence) (Model, error)
}

// ErrImpossible reports evidence of probability zero.
var ErrImpossible = errors.New("the evidence has probability zero under the model")

// Marginalizer sums fields out.
type Marginalizer interface {
	// Marginal returns the model of the named fields alone, in that order.
	Marginal(fields []string) (Model, error)
}

// Stats are statistics of rows that a fit needs from one pass. They form a
// monoid: fresh Stats are the identity, Merge is associative, and merging in
// the order of the rows equals adding the rows in order. A row of weight 2
// equals the row twice; a row of weight 0 equals no row.
type Stats interface {
	Add(b *table.Batch) error
	// Merge adds the statistics of the rows that come after those of the
	// receiver. later is not used afterwards.
	Merge(later Stats) error
}

// Fit is maximum likelihood at work for one family: passes over rows that
// collect Stats, and a step after each.
type Fit interface {
	// Next returns the rows that the next pass needs; more is false when the
	// model is ready.
	Next() (r table.Range, more bool)
	NewStats() Stats
	// Step takes the statistics of a whole pass: closed form, M-step, one
	// level of a tree, a gradient step. It uses the context's workers, and its
	// result does not depend on how many they are.
	Step(ctx context.Context, total Stats) error
	Model() (Model, error)
}

// Refitter is a Fit that has held rows out to choose by, such as a size or when to
// stop. Its Model has not learned from them: it can be measured on them.
type Refitter interface {
	Fit
	// Refit returns the model that has learned from the rows held out as well, with
	// all choices kept, as far as there is time. It is called once at most, when the
	// model is ready, and may use up what Model returned.
	Refit(ctx context.Context) (Model, error)
}

// Family is a parametric family: a kind of model whose θ is not yet known. The
// options of a rung are a Family.
type Family interface {
	Kind() string
	// NewFit starts a fit to rows [0, rows) of a dataset of sample space s.
	NewFit(s *space.Schema, rows int64) (Fit, error)
}
