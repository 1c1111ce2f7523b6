// Package modeltest is the conformance suite that every rung passes: whatever
// the family, its models are probability distributions, its samples follow its
// density, its answers follow from its joint distribution, its statistics are a
// monoid, and its bits depend on nothing but the data and the key.
//
// Statistical checks compare counts of samples with the density by chi-square.
// Keys are fixed, so that a check that passes goes on passing; a change of
// anything random makes a correct model fail with a probability of 1e-9 for
// each statistic, of which there are fewer than a thousand. With N = 131,072
// samples, an outcome of one field that has probability p and is drawn with
// p·(1+ε) is seen, but for one time in a thousand, when N·p·ε² exceeds about
// 120: a tenth of the field's rows are watched to 10 % of their rate.
package modeltest

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// Subject is what is tested: a family, and how its models are read back.
type Subject struct {
	// New returns the family for a sample space. Its first field is always of
	// a coded kind, and can serve as a label.
	New func(s *space.Schema) mimic.Family
	// Decode reads a model's blob.
	Decode func(s *space.Schema, blob []byte) (mimic.Model, error)

	// Pictures is the number of levels of the pictures that the family is made
	// for: it is tested on small ones, and on no tables. 0 means tables.
	Pictures int

	// Inexact says that some marginals and conditionals have no exact answer,
	// so that mimic.ErrUnsupported is taken for one.
	Inexact bool
	// Unbounded says that numbers beyond Min and Max are possible.
	Unbounded bool
	// ByIndex says that the fit looks at the index of a row, as where it holds
	// rows out, so that a row of weight two is not the same as two rows.
	ByIndex bool
}

const hostile = "hostile blobs"

// Check is one law that models obey.
type Check struct {
	Name string
	// Run returns what is wrong with the subject, or nil.
	Run func(s Subject) error
}

// Checks returns all checks.
func Checks() []Check {
	return []Check{
		{"normalises", normalises},
		{"normalises on reals", normalisesOnReals},
		{"finite inside, impossible outside", support},
		{"samples follow the density", samplesFollowDensity},
		{"samples follow the density on reals", samplesFollowDensityOnReals},
		{"marginal is the summed joint", marginals},
		{"conditional is joint over evidence", conditionals},
		{"conditional on reals", conditionalsOnReals},
		{"weighted draws are joint", weightedDraws},
		{"levels at once", levelsAtOnce},
		{"parts of fields sum to the whole", partsOfFields},
		{"statistics are a monoid", statisticsLaws},
		{"weights count rows", weightLaws},
		{"saved and loaded", savedAndLoaded},
		{"workers leave no trace", workersLeaveNoTrace},
		{"batches leave no trace", batchesLeaveNoTrace},
		{"concurrent use", concurrentUse},
		{"few rows and dull columns", fewRowsAndDullColumns},
		{hostile, hostileBlobs},
	}
}

// Run runs all checks as subtests.
func Run(t *testing.T, s Subject) {
	for _, c := range Checks() {
		t.Run(c.Name, func(t *testing.T) {
			if c.Name != hostile {
				t.Parallel() // hostile blobs are charged for what is allocated meanwhile
			}
			if err := c.Run(s); err != nil {
				t.Error(err)
			}
		})
	}
}
