// Package chowliu is the rung of one tree: every field depends on at most one
// other,
//
//	p(x) = ∏_j p(c_j given c_parent(j)) · p(x_j given c_j),
//
// where c_j is the code of x_j in its codebook (a level, or an interval of
// numbers). The tree is the one of greatest likelihood.
//
// Base measure: that of each field (see space.Field).
//
// Missing: a code like any other, as child and as parent.
//
// Cost: O(n·u²) to count, where u is the number of fields in which a row is
// unusual, O(d²·g²) for the tree with g ≤ 32 groups of codes a field; n·d to
// score and to sample.
//
// Exact answers: every Condition and Marginal, by messages on the tree, and p(x)
// with every level of any field in one look at the row (LogJoint).
//
// How it fails: dependence between fields that are not neighbours passes
// through those between them, and thins out; three fields that determine each
// other jointly but not pairwise (exclusive or) look independent. Within a code
// a number is independent of everything.
//
// Reference: Chow & Liu (1968), Approximating discrete probability
// distributions with dependence trees, equations 4 and 9.
//
// Deviations: a parent predicts by the group of its code, at most 32 groups a
// field; an edge that does not gain a nat for each of its parameters (Akaike's
// criterion) is left out, so that the tree may be several; distributions are
// smoothed towards the marginal by as much as makes each row most likely given
// the others.
package chowliu

import (
	"context"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/treenet"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind is the name of the rung.
const Kind = "chowliu"

// Family is the parametric family of one tree. It has no options.
type Family struct{}

var _ mimic.Family = Family{}

// Kind implements mimic.Family.
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	return coded.NewFit(s, rows, func(ctx context.Context, d *coded.Data) (mimic.Model, error) {
		learner, err := treenet.NewLearner(ctx, d)
		if err != nil {
			return nil, err
		}
		tree, err := learner.Tree()
		if err != nil {
			return nil, err
		}
		return coded.NewModel(Kind, d, tree.Mixture), nil
	})
}

// Decode reads what Model.AppendBinary wrote.
func Decode(s *space.Schema, data []byte) (mimic.Model, error) {
	return coded.Decode(Kind, s, data, treenet.DecodeMixture)
}
