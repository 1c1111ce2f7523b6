// Package nade is the rung of the chain rule by a neural network: every field
// given those before it in a random order, by one hidden layer that all of them
// share.
//
//	p(c) = ∏_j p(c_j given the codes before it)
//	log p(c_j = k)/p(c_j = base) = b_jk + v_jk·relu(c + Σ_i w_i,c_i)
//
// where c_j is the code of field j in its codebook, the sum is over the fields
// before j in the order, and the base of a field is its most frequent code,
// which has no parameters: w of it is 0.
//
// Base measure: that of each field (see space.Field).
//
// Missing: a code like any other, to be predicted and to predict by.
//
// Cost: O(n·codes·hidden) for a pass over the rows, to fit, to score and to
// sample, of which the hidden layer itself is O(hidden) for every field that
// does not have its base code; some 30 to 60 passes to fit.
//
// Exact answers: the likelihood, field by field in the order; conditionals where the
// evidence is on the first fields of the order, up to the last of which there are at
// most 4,096 combinations of codes that it admits. Others are by weighted draws.
//
// How it fails: a code is a unit of its own, and the network knows of no order
// among codes, so that numbers cost much and teach little: more than 1024 codes
// a field, or 16384 in all, are refused. A few hundred rows are too few for it. What is
// learned of one order of the fields is not quite what another would give:
// rung blend takes several.
//
// Reference: Larochelle & Murray (2011), The neural autoregressive distribution
// estimator; Nair & Hinton (2010) for its hidden units; Srivastava et al.
// (2014), Dropout.
//
// Deviations: rectified units and dropout in place of sigmoids; categories by a
// softmax; fitted by Adam, until held-out rows gain no more, and then on with all rows.
package nade

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind names the rung.
const Kind = "nade"

// Family is the family of networks. The zero value works.
type Family struct {
	// Hidden is the number of hidden units (200).
	Hidden int
	// Dropout is the share of the hidden units that a row in training goes
	// without (.3); less than 0 means none.
	Dropout float64
	// Epochs is how many passes over the rows are made at most (200).
	Epochs int
	// Seed of the order of the fields, of where the descent starts, of the order
	// of the rows, and of the units that are dropped.
	Seed uint64
	// Validation is how many of the last rows say when to stop; 0 holds out a
	// tenth at random. In the end they are learned from, too.
	Validation int64
}

var _ mimic.Family = Family{}

// Bounds of a network.
const (
	mostHidden = 1 << 14
	mostCodes  = 1 << 10 // of a field
	mostUnits  = 1 << 14
)

// Kind returns "nade".
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if o.Hidden < 0 || o.Hidden > mostHidden {
		return nil, fmt.Errorf("%d hidden units: want 1 to %d, or 0 for 200", o.Hidden, mostHidden)
	}
	if o.Epochs < 0 {
		return nil, fmt.Errorf("%d epochs: want 1 or more, or 0 for 200", o.Epochs)
	}
	if o.Dropout > .9 || o.Dropout != o.Dropout {
		return nil, fmt.Errorf("dropout %v: want a share up to .9", o.Dropout)
	}
	if s.Image != nil && s.Image.Levels > 2 {
		return nil, fmt.Errorf("pictures of %d levels: %w", s.Image.Levels, mimic.ErrUnsuited)
	}
	return coded.NewRefitter(s, rows, func(ctx context.Context, d *coded.Data) (mimic.Model, coded.Refit, error) {
		if err := suited(d); err != nil {
			return nil, nil, err
		}
		n, err := o.learn(ctx, d)
		m := &Model{coded.NewChain(Kind, d, n)}
		return m, func(ctx context.Context) (mimic.Model, error) { return m, o.learnAgain(ctx, n, d) }, err
	})
}

// suited returns an error where there are too many codes.
func suited(d *coded.Data) error {
	total := 0
	for j, rows := range d.Rows {
		if len(rows) > mostCodes {
			return fmt.Errorf("field %q has %d codes, each of which takes a unit, at most %d: group its values, or take forest: %w",
				d.Schema.Fields[d.Fields[j]].Name, len(rows), mostCodes, mimic.ErrUnsuited)
		}
		total += len(rows)
	}
	if total > mostUnits {
		return fmt.Errorf("%d codes of %d fields, each of which takes a unit, at most %d: take forest or chowliu: %w",
			total, len(d.Rows), mostUnits, mimic.ErrUnsuited)
	}
	return nil
}
