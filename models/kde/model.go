package kde

import (
	"math"
	"strconv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is kernels on rows.
type Model struct {
	schema  *space.Schema
	fields  normal.Fields
	books   []*dist.Codebook // of the coded fields
	numbers []number         // of the numeric fields
	lambda  []float64        // of the coded fields: a kernel gives 1 - λ to its own level
	rows    *rowSet

	known    []normal.Known // what evidence says of a number, if it is there
	barred   []bool         // evidence says that the number is not there
	never    []bool         // evidence says that the number is not missing
	admitted [][]bool       // of the coded fields: the codes in the evidence; nil means all

	*index
}

// number is the kernel of a numeric field.
type number struct {
	grid     dist.Grid
	h        float64 // bandwidth, in positions
	lambda   float64 // probability that it is missing near a row where it is there, and the other way round
	mean, sd float64 // of a number near a row where it is missing
}

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
	_ mimic.Classifier   = (*Model)(nil)
)

// Kind returns "kde".
func (m *Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Rows returns the number of rows that the model holds.
func (m *Model) Rows() int { return m.rows.n() }

// Bandwidths returns the standard deviation [d] of the kernels of the numeric
// fields, each in its own unit.
func (m *Model) Bandwidths() []float64 {
	h := make([]float64, len(m.numbers))
	for k, n := range m.numbers {
		h[k] = n.grid.Value(n.h)
	}
	return h
}

// Parameters returns the number of values that the model holds.
func (m *Model) Parameters() int64 {
	return int64(m.rows.n()) * int64(len(m.numbers)+len(m.books))
}

// level returns the log-probability that a kernel of coded field e gives to its
// own level, and to each other.
func (m *Model) level(e int) (same, other float64) {
	c := m.books[e].Codes()
	return math.Log1p(-m.lambda[e]), math.Log(m.lambda[e] / float64(c-1))
}

// missing returns the probability that a number is missing near a row where it is
// as gone says.
func (n *number) missing(gone bool) float64 {
	if gone {
		return 1 - n.lambda
	}
	return n.lambda
}

// center returns the mean and the standard deviation of a number near a row where
// it is x, or missing.
func (n *number) center(x float64) (mean, sd float64) {
	if x != x {
		return n.mean, n.sd
	}
	return x, n.h
}

// log returns the log-density or log-mass of position p near a row where the
// number is x, if it is there.
func (n *number) log(p, x float64) float64 {
	mean, sd := n.center(x)
	z := (p - mean) / sd
	if n.grid.Real() {
		return dist.NormalLogDensity(z) - math.Log(sd)
	}
	return dist.NormalLogMass(z-0.5/sd, z+0.5/sd)
}

// LogProb sets dst [n rows] to log p(x).
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	q := m.newQuery()
	for i := range dst {
		if !q.set(b, i, -1) {
			dst[i] = math.Inf(-1)
			continue
		}
		q.evaluate()
		dst[i] = q.total() - m.logEvidence
	}
	return nil
}

// LogJoint sets dst [levels][n rows] to log p(x) with the coded field at each of
// its levels: kernels are summed once, apart by the level of their row.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	e := m.coded(field)
	if e < 0 {
		return unsupported(m.schema, field)
	}
	q := m.newQuery()
	q.apart(e)
	same, other := m.level(e)
	own, all := math.Exp(same)-math.Exp(other), math.Exp(other)
	if m.books[e].Codes() == 1 {
		own, all = 1, 0
	}
	for i := range b.N {
		inside := q.set(b, i, field)
		if inside {
			q.evaluate()
		}
		for level := range dst {
			dst[level][i] = math.Inf(-1)
			if inside && (m.admitted[e] == nil || m.admitted[e][level]) {
				dst[level][i] = q.top + math.Log(own*q.by[level]+all*q.sum) - m.logEvidence
			}
		}
	}
	return nil
}

// Describe returns the bandwidths.
func (m *Model) Describe() []mimic.Description {
	rows := mimic.Description{Title: "Kernels", Head: []string{"rows", "fields"}}
	rows.Rows = append(rows.Rows, []string{strconv.Itoa(m.rows.n()), strconv.Itoa(len(m.numbers) + len(m.books))})
	h := mimic.Description{Title: "Bandwidths", Head: []string{"field", "standard deviation", "of the field's own"}}
	for k, j := range m.fields.Numeric {
		n := &m.numbers[k]
		h.Rows = append(h.Rows, []string{
			m.schema.Fields[j].Name,
			strconv.FormatFloat(n.grid.Value(n.h), 'g', 4, 64), strconv.FormatFloat(n.h/n.sd, 'f', 4, 64),
		})
	}
	l := mimic.Description{Title: "Another level than the row's", Head: []string{"field", "probability"}}
	for e, j := range m.fields.Coded {
		l.Rows = append(l.Rows, []string{m.schema.Fields[j].Name, strconv.FormatFloat(m.lambda[e], 'g', 4, 64)})
	}
	return []mimic.Description{rows, h, l}
}
