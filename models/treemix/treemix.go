// Package treemix is the rung of many trees: mixtures of Chow–Liu trees, or hidden
// Chow–Liu trees, whichever makes validation rows more probable, several of them
// mixed,
//
//	p(x) = Σ_k w_k p_k(c) · ∏_j p(x_j given c_j),
//
// where c_j is the code of x_j in its codebook (a level, or an interval of
// numbers). A p_k is a tree of fields, each of which depends on at most one
// other; or it is a tree of latent nodes z, one a field, that have up to 64
// states each,
//
//	p_k(c) = Σ_z p(z_root) ∏_j p(z_j given z_parent(j)) p(c_j given z_j).
//
// Base measure: that of each field (see space.Field).
//
// Missing: a code like any other.
//
// Cost: a pass over n rows of d fields takes O(n·u² + t·d²) with a mixture of t
// trees, where u is the number of fields in which a row is unusual, and O(n·d·s²)
// at most with s latent states, rows of a block that agree below a node sharing
// its messages; some hundred passes for each size that is tried. Scoring a row
// takes O(d·s²), sampling one O(d).
//
// Exact answers: every Condition and Marginal, by messages on the trees, and p(x)
// with every level of any field in one look at the row (LogJoint).
//
// How it fails: where all fields depend on each other in ways that no tree is
// near to, such as the pixels of a picture. Within a code a number is
// independent of everything.
//
// Reference: Meilă & Jordan (2000), Learning with mixtures of trees; Liu & Van
// den Broeck (2021), Tractable regularization of probabilistic circuits, section
// 5 (hidden Chow–Liu trees).
//
// Deviations: a hidden tree is learned by EM on mini-batches and smoothed towards
// the marginals, by a strength that validation chooses, where the paper softens
// the data and penalises entropy.
package treemix

import (
	"context"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/treenet"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind is the name of the rung.
const Kind = "treemix"

// Family is the parametric family of mixtures of trees. Sizes, smoothing and
// when to stop are chosen by rows that the trees are not learned from before that.
type Family struct {
	Seed uint64 // of where EM starts, and of the rows held out

	// Validation is how many of the last rows choose; 0 means a tenth of the
	// rows at random.
	Validation int64
}

var _ mimic.Family = Family{}

// Kind implements mimic.Family.
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (f Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	return coded.NewRefitter(s, rows, func(ctx context.Context, d *coded.Data) (mimic.Model, coded.Refit, error) {
		key := rng.New(f.Seed)
		train, valid := d.HoldOut(f.Validation, 0.1, key.Child(0))
		learner, err := treenet.NewLearner(ctx, train.Collapse())
		if err != nil {
			return nil, nil, err
		}
		pool, err := choose(ctx, learner, valid.Collapse(), key.Child(1))
		if err != nil {
			return nil, nil, err
		}
		mixture, err := pool.Mixture()
		if err != nil {
			return nil, nil, err
		}
		return coded.NewModel(Kind, d, mixture), func(ctx context.Context) (mimic.Model, error) {
			all, err := treenet.NewLearner(ctx, d.Collapse())
			if err != nil {
				return nil, err
			}
			mixture, err := pool.Again(ctx, all)
			if err != nil {
				return nil, err
			}
			return coded.NewModel(Kind, d, mixture), nil
		}, nil
	})
}

// Decode reads what Model.AppendBinary wrote.
func Decode(s *space.Schema, data []byte) (mimic.Model, error) {
	return coded.Decode(Kind, s, data, treenet.DecodeMixture)
}
