// Package kde is the rung of kernels: every training row is where a small
// distribution sits, and the density is their mean.
//
//	p(x) = Σ_i w_i ∏_j K_j(x_j, X_ij),
//
// where X_i is a training row and w_i its share of the weight. K_j is N(X_ij, h_j²)
// for a number; for a level it is 1 - λ_j where both are the same and λ_j/(c-1)
// for each of the c - 1 others, missing among them.
//
// Base measure: a density among reals; on grids (whole numbers, decimals, times)
// the mass of a cell, Φ((x - X + ½)/h) - Φ((x - X - ½)/h) in steps of the grid,
// which sums to one exactly.
//
// Missing: near a row whose number is there, one is missing with probability
// λ/2; near a row whose number is missing, one is there with probability λ/2, and
// has the mean and the variance of the field.
//
// Fit: two numbers are searched, by the likelihood of held-out rows: s in
// h_j = s·σ_j·n^(-1/(d+4)), σ_j the standard deviation of field j and d the count
// of numbers, and λ in λ_j = λ·(c-1)/c. h_j is at least 1/10 of a grid's step and
// 10^-6 of a real's domain. The model then holds all rows.
//
// Cost: the model is its rows, 8 bytes a number and 2 a level. A density takes
// O(n·d); with up to three numbers, of those rows alone that are near, which a
// k-d tree finds: what it leaves out is below 10^-12 of the sum. Beyond 131,072
// rows the model holds as many, drawn at random. Sampling is O(d + log n) a row.
//
// All queries are exact: evidence weighs the rows anew.
//
// How it fails: a sample is a training row with noise, by which it can be known:
// the rung has no novelty of its own. With more fields rows are ever farther
// apart, so that beyond twelve the family is mimic.ErrUnsuited. One bandwidth
// does not fit both crowds and outskirts.
//
// Reference: Rosenblatt (1956); Parzen (1962); Aitchison & Aitken (1976),
// Multivariate binary discrimination by the kernel method, section 2; Li & Racine
// (2003), Nonparametric estimation of distributions with categorical and
// continuous data, equation 2.5; Gray & Moore (2003), Nonparametric density
// estimation: toward computational tractability, for bounds in trees.
//
// Deviations: bandwidths are chosen on held-out rows, not by leaving one out, and
// are in fixed proportion to each other.
package kde

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind names the rung.
const Kind = "kde"

// Family is the family of kernel densities. The zero value chooses its bandwidths.
type Family struct {
	// Bandwidth is the standard deviation h of the kernels of all numbers, in
	// their fields' own units; 0 chooses one for each field on held-out rows.
	Bandwidth float64
	// Validation is how many of the last rows are there to choose by; 0 holds a
	// tenth of the rows out. In the end all are kept.
	Validation int64
}

var _ mimic.Family = Family{}

// Kind returns "kde".
func (Family) Kind() string { return Kind }

const (
	maxFields = 12      // learned fields
	maxRows   = 1 << 17 // that a model holds
)

// NewFit starts a fit.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if n := len(s.Learned()); n > maxFields {
		return nil, fmt.Errorf("%d fields: kernels need rows near every row, and beyond %d fields there are none: %w", n, maxFields, mimic.ErrUnsuited)
	}
	if !(o.Bandwidth >= 0) || math.IsInf(o.Bandwidth, 0) {
		return nil, fmt.Errorf("bandwidth %v: want a positive number, or 0 to choose it on held-out rows", o.Bandwidth)
	}
	fields := normal.NewFields(s)
	if err := fields.CheckDomains(s); err != nil {
		return nil, err
	}
	books, err := fields.Books(s)
	return &kernelFit{options: o, schema: s, fields: fields, books: books, rows: rows}, err
}
