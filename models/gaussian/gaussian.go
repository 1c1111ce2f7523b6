// Package gaussian is the rung of one covariance: numbers are jointly normal,
// and know nothing of the levels, which are independent.
//
//	p(x) = ∏_j p(x_j) · N(x_num; μ, Σ),   j over coded fields.
//
// Base measure: a density among reals. A grid field (whole numbers, decimals,
// datetimes, durations) has a probability mass, by the chain rule: reals come
// first, then grid fields in their order, each given those before it,
//
//	p(x_k | x_<k) = Φ((x_k + ½ - m_k)/s_k) - Φ((x_k - ½ - m_k)/s_k),
//
// in steps of the grid, where m_k and s_k² are the conditional mean and variance
// of N(μ, Σ). Every factor sums to one over the grid, so the whole is exactly
// normalised, and is sampled by rounding. It agrees with N(μ, Σ) integrated over
// the cell to the order of (step/s)².
//
// Missing: a number is missing with a probability of its own, whatever the
// others are; those that are there have the marginal of N(μ, Σ).
//
// Fit: one pass where no number is missing: mean and covariance of the rows,
// which is maximum likelihood for reals and, but for rounding, on grids. Where
// numbers are missing, EM: one pass an iteration, each filling in the means and
// covariances of missing numbers given the others of their row.
//
// Floors: a standard deviation given all fields before it is at least 1/10 of a
// grid's step (a constant whole number then has mass 0.9999994), 10^-6 of a
// real's domain, and 10^-4.5 of the field's own (a billionth of its variance).
// Constant and collinear columns are at their floor; nothing else is changed.
//
// Cost: O(d²) a row and pass, O(d³) once and once for each pattern of missing
// numbers in a batch; O(d²) of memory.
//
// Queries: exact for evidence "is x", "is missing" and "is there", and for
// marginals, as long as reals or the first fields of the chain are concerned:
// with two or more grid fields, evidence on a later one, or a marginal without
// an earlier one, is mimic.ErrUnsupported. So are ranges. Any evidence is met by
// weighted draws (Propose): numbers are drawn in the order of known values, ranges
// and the rest, each within what is known of it given those before it
// (docs/decisions/0160).
//
// How it fails: numbers are not normal. Incomes come out negative, and ages,
// counts of zero and top-codes lose their shape. It sees neither curves nor
// clusters.
//
// Reference: Anderson (2003), An Introduction to Multivariate Statistical
// Analysis, sections 2.5 and 3.2; Little & Rubin (2002), Statistical Analysis
// with Missing Data, section 11.2.1. For weighted draws Geweke (1991), Efficient
// simulation from the multivariate normal and Student-t distributions subject to
// linear constraints.
package gaussian

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind names the rung.
const Kind = "gaussian"

// Family is the family of normal distributions with full covariance. It has no
// options.
type Family struct{}

var _ mimic.Family = Family{}

// Kind returns "gaussian".
func (Family) Kind() string { return Kind }

// maxFields bounds the size of a covariance.
const maxFields = 4096

// NewFit starts a fit.
func (Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	f := &gaussFit{schema: s, rows: rows, fields: normal.NewFields(s)}
	for _, j := range f.fields.Numeric {
		if field := &s.Fields[j]; !(field.Max-field.Min >= 0) || math.IsInf(field.Max-field.Min, 0) {
			return nil, fmt.Errorf("field %q: the domain [%v, %v] is not a finite interval", field.Name, field.Min, field.Max)
		}
	}
	if d := len(f.fields.Numeric); d > maxFields {
		return nil, fmt.Errorf("a covariance of %d numeric fields: %d is the limit", d, maxFields)
	}
	return f, nil
}
