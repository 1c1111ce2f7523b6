// Package mixture is the rung of Gaussian mixtures: a row belongs to one of a
// few components, within which numbers are jointly normal and know nothing of
// the levels, which are independent.
//
//	p(x) = Σ_c π_c ∏_j θ_{j,x_j,c} · N(x_num; μ_c, Σ_c),   j over coded fields.
//
// Σ_c is full, tied (one for all components), diagonal or spherical (one
// variance for all fields, each measured in its standard deviation over all
// rows).
//
// Base measure: a density among reals; a mass on grids (whole numbers, decimals,
// times), by the chain rule within each component as package gaussian has it.
//
// Missing: a component has a rate of its own for each field; the numbers that
// are there have the marginal of N(μ_c, Σ_c). A missing level is a level.
//
// Fit: one pass that keeps the rows in memory, eight bytes a number; then EM in
// log space from k-means++. The number of components doubles, for each shape of
// Σ, as long as rows become more probable that are held out; the best is fitted
// to all rows. A value on a grid counts as spread over its cell, which bounds its
// mass from below (docs/decisions/0094).
//
// EM maximises the likelihood times a prior, and never lowers it: Σ_c is smoothed
// as if ν = 1 row more, with the variances Λ of the whole table, of K components
// divided by K^(2/d), were in every component, π_c by one row over all, and
// levels as in package naivebayes. Cross-validation may move ν. Of n_c rows Σ_c is
// then widened by 1 + 2/(n_c+ν+1), for a new row varies more than they do about
// their own mean (docs/decisions/0130).
//
// Floors: so no variance given the other fields is below ν/(n_c+ν) of its Λ, n_c
// the rows of the component, however collinear or constant the rows are. A
// standard deviation is at least 1/10 of a grid's step and 10^-6 of a real's
// domain besides. Describe names the fields of each component that rest on a
// floor. An empty component keeps its mean, and takes Λ and a K-th of a row.
//
// Cost: O(K·d²) a row and iteration with Σ full or tied, O(K·d) otherwise;
// O(K·d³) an iteration and pattern of missing numbers.
//
// Queries: with Σ diagonal or spherical all are exact. With Σ full or tied: any
// evidence on levels; numbers that are one value, missing or there, and beside
// them one range; marginals; on grids in the order of the chain only, as package
// gaussian says. Other evidence is met by weighted draws (Propose), a component and
// then its numbers in the order of known values, ranges and the rest, each within
// what is known of it given those before it (docs/decisions/0160); other marginals
// are mimic.ErrUnsupported.
//
// How it fails: sharp edges, atoms and heavy tails each cost it a component;
// beyond some twenty fields rows are too few for a full Σ, and held-out rows
// choose few components.
//
// Reference: Dempster, Laird & Rubin (1977), section 4.3; Arthur & Vassilvitskii
// (2007), k-means++; Fraley & Raftery (2007), Bayesian regularization for normal
// mixture estimation, section 2, for the prior; Little & Rubin (2002), section
// 11.2.1, for missing numbers; Geweke (1991), Efficient simulation from the
// multivariate normal and Student-t distributions subject to linear constraints, for
// weighted draws.
//
// Deviations: the prior has no term for the means, its ν is one row, not d + 2,
// and Λ is diagonal.
package mixture

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind names the rung.
const Kind = "mixture"

// Shape says what the covariances of components have in common.
type Shape string

// The shapes of covariances.
const (
	Full      Shape = "full"      // each component has its own
	Tied      Shape = "tied"      // all components share one
	Diag      Shape = "diag"      // each has its own variances, and no covariance
	Spherical Shape = "spherical" // each has one variance, in units of each field's own
)

func (s Shape) diagonal() bool { return s == Diag || s == Spherical }

// Family is the family of Gaussian mixtures. The zero value chooses the number
// of components and the shape of their covariances.
type Family struct {
	// Components is their number; 0 chooses it on held-out rows.
	Components int
	// Covariance is the shape of the covariances; empty chooses it on held-out
	// rows.
	Covariance Shape
	// Seed of where EM starts.
	Seed uint64
	// Validation is how many of the last rows are there to choose by; 0 holds a
	// tenth of the rows out. In the end all are learned from.
	Validation int64
}

var _ mimic.Family = Family{}

// Kind returns "mixture".
func (Family) Kind() string { return Kind }

const (
	maxComponents = 1024    // that can be asked for
	maxFields     = 512     // numbers under a full covariance
	maxCells      = 1 << 22 // parameters of all components
)

// NewFit starts a fit.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if s.Image != nil {
		return nil, fmt.Errorf("the pixels of a picture are levels, not numbers, and a mixture of independent levels is naivebayes: %w", mimic.ErrUnsuited)
	}
	if o.Components < 0 || o.Components > maxComponents {
		return nil, fmt.Errorf("%d components: want 0 (chosen on held-out rows) to %d", o.Components, maxComponents)
	}
	fields := normal.NewFields(s)
	if err := fields.CheckDomains(s); err != nil {
		return nil, err
	}
	switch o.Covariance {
	case "", Diag, Spherical:
	case Full, Tied:
		if d := len(fields.Numeric); d > maxFields {
			return nil, fmt.Errorf("a %s covariance of %d numeric fields: %d is the limit; take %q", o.Covariance, d, maxFields, Diag)
		}
	default:
		return nil, fmt.Errorf("covariance %q: want %q, %q, %q, %q, or nothing for the best", o.Covariance, Full, Tied, Diag, Spherical)
	}
	books, err := fields.Books(s)
	return &mixtureFit{options: o, schema: s, fields: fields, books: books, rows: rows}, err
}

// cells returns how many parameters a component has.
func cells(shape Shape, d, codes int) int {
	if shape.diagonal() {
		return 2*d + codes
	}
	return d*(d+1) + codes
}

// most returns the largest number of components that a table has room for.
func most(shape Shape, d, codes int) int {
	return max(1, min(maxComponents, maxCells/max(1, cells(shape, d, codes))))
}

var log2Pi = math.Log(2 * math.Pi)
