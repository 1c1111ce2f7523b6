package mimic

import (
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Proposer is the way to p(x given x in e) of a model that has no exact answer:
// importance weighting, which package condition drives and judges.
type Proposer interface {
	// Propose returns a proposal for the rows in e. It returns an error that
	// wraps ErrImpossible where a field admits nothing of probability.
	Propose(e space.Evidence) (Proposal, error)
}

// Proposal draws rows of a law q that is near to p(x given x in e).
type Proposal interface {
	// Draw fills the learned columns of dst with rows dst.First … of the
	// sequence of q that k stands for, each independent of the others, and sets
	// logw [n rows] to log p(x)/q(x), or to -Inf where the row is not in e. The
	// mean of exp(logw) estimates the probability of e.
	Draw(dst *table.Batch, logw []float64, k rng.Key) error
}

// Imputer fills gaps.
type Imputer interface {
	// Impute draws the missing cells of each row of b from their distribution
	// given the known cells of the row, and given that they are not missing. The
	// draw of a row depends on k and its index alone. Known cells and IDs are
	// left as they are, and so are cells of a field that never had a value.
	//
	// effective [n rows] is set to the number of equally likely candidates that
	// a row's draw was worth: +Inf where the draw is exact or nothing was
	// missing.
	Impute(b *table.Batch, effective []float64, k rng.Key) error
}

// FieldDensity tells what each field adds to log p(x).
type FieldDensity interface {
	// LogProbFields sets dst [fields][n rows]; the sum over fields is LogProb.
	// What a field adds is its log-probability given those that the model puts
	// before it.
	LogProbFields(dst [][]float64, b *table.Batch) error
}

// Stratified is a Sampler whose rows have the right law each, and together lie
// nearer to it than independent rows would.
type Stratified interface {
	Sampler
	// IID returns the same model with independent rows.
	IID() Model
}
