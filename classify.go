package mimic

import "github.com/seed-64d012fb/mimic/table"

// Classifier is a Density that knows a way to the probabilities of a row with
// each value of a field that costs less than as many rows: what Bayes' rule
// p(y given x) ∝ p(x, y) needs. Package predict falls back on LogProb where a
// model is none.
type Classifier interface {
	Density
	// LogJoint sets dst [levels][n rows] to log p(x) of the rows of b with the
	// coded field of that position at each of its levels in turn. The field's
	// own column in b is not looked at, and may be empty. The error wraps
	// ErrUnsupported where the model knows no such way for this field.
	LogJoint(dst [][]float64, b *table.Batch, field int) error
}
