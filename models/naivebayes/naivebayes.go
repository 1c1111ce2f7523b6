// Package naivebayes is the rung of one hidden cause: given the class y, fields
// are independent.
//
//	p(x) = Σ_y p(y) ∏_j p(x_j | y),   p(x_j | y) = p(c_j | y)·p(x_j | c_j),
//
// where c_j is the code of x_j in the field's codebook (package dist), whose
// detail within a code all classes share. With a Label the class is that field:
// its level, or its code if it is a number, and the sum has one term. Without,
// the class is latent.
//
// Base measure: mass on levels and grids, density among reals, as in dist.
//
// Missing: a code of its own in every field; a missing label is a class.
//
// Fit with a label: two passes, one for codebooks and one that counts codes in
// each class, which is maximum likelihood. Counts are smoothed toward the
// code's distribution in all rows, as if a_j more rows of it had been seen in
// each class; a_j maximises the leave-one-out likelihood of field j.
//
// Fit without: EM. Its number of classes doubles as long as the likelihood of a
// tenth of the rows, held out by their index, rises; the best is fitted on with
// all rows. Where fit.Options has a Budget, both end when it is spent. See
// latent.go.
//
// Cost: O(d) a row with a label; O(d·classes) a row and iteration without, with
// two bytes of memory a cell. Sampling is O(d) a row. All queries are exact,
// and p(y | x) is Bayes' rule: Posterior.
//
// How it fails: fields that depend on each other within a class, such as
// neighbouring pixels, are drawn as if they did not.
//
// Reference: Maron (1961), Automatic indexing: an experimental inquiry;
// Dempster, Laird & Rubin (1977), section 4.3, for latent classes.
package naivebayes

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind names the rung.
const Kind = "naivebayes"

// Family is the family of naive Bayes models. The zero value has latent classes
// and chooses their number.
type Family struct {
	// Label names the field that is the class; empty means that classes are
	// latent.
	Label string
	// Classes is the number of latent classes; 0 chooses it on held-out rows.
	Classes int
	// Seed of where EM starts.
	Seed uint64
}

var _ mimic.Family = Family{}

// Kind returns "naivebayes".
func (Family) Kind() string { return Kind }

// NewFit starts a fit.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if o.Classes < 0 || o.Classes > maxClasses {
		return nil, fmt.Errorf("%d latent classes: want 0 (chosen on held-out rows) to %d", o.Classes, maxClasses)
	}
	if o.Label == "" {
		return &latentFit{options: o, schema: s, rows: rows}, nil
	}
	label := s.Index(o.Label)
	switch {
	case label < 0:
		return nil, fmt.Errorf("no field %q in the schema to be the label", o.Label)
	case !s.Fields[label].Kind.Learned():
		return nil, fmt.Errorf("label %q is an id, which no model learns", o.Label)
	case o.Classes > 0:
		return nil, fmt.Errorf("%d latent classes and the label %q: want one of them", o.Classes, o.Label)
	}
	return &labelFit{schema: s, rows: rows, label: label}, nil
}

// maxCells bounds the table of code probabilities: classes times codes.
const maxCells = 1 << 22

// checkCells reports a table that would be too large, and what to do.
func checkCells(classes, codes int, remedy string) error {
	if classes > maxCells/max(1, codes) {
		return fmt.Errorf("%d classes times %d codes: a table of %d probabilities is the limit; %s", classes, codes, maxCells, remedy)
	}
	return nil
}
