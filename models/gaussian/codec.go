package gaussian

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// wired is a Model as it is written.
type wired struct {
	Levels  []dist.ColumnWire `cbor:"levels"`
	Mean    []float64         `cbor:"mean"`
	Cov     []float64         `cbor:"cov"` // lower triangle, row by row
	Missing []float64         `cbor:"missing"`
	Order   []int             `cbor:"order"`
	Pinned  []bool            `cbor:"pinned"`
	Value   []float64         `cbor:"value"`
}

// AppendBinary appends θ.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) {
	w := wired{Mean: m.mean, Missing: m.missing, Order: m.order}
	for k := range m.known {
		v, sure := m.known[k].Value()
		w.Pinned, w.Value = append(w.Pinned, sure), append(w.Value, v)
	}
	for _, c := range m.levels {
		w.Levels = append(w.Levels, c.Wire())
	}
	d := len(m.mean)
	for k := range d {
		w.Cov = append(w.Cov, m.cov[k*d:k*d+k+1]...)
	}
	return wire.Append(dst, w)
}

// Decode reads the θ of a normal distribution over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	m := &Model{
		schema: s, fields: normal.NewFields(s),
		mean: w.Mean, missing: w.Missing, order: w.Order,
	}
	d := len(m.fields.Numeric)
	if len(w.Mean) != d || len(w.Missing) != d || len(w.Order) != d || len(w.Pinned) != d || len(w.Value) != d || len(w.Cov) != d*(d+1)/2 {
		return nil, fmt.Errorf("parameters of %d numbers for %d fields", len(w.Mean), d)
	}
	m.known = make([]normal.Known, d)
	for k, pinned := range w.Pinned {
		if !pinned {
			continue
		}
		var err error
		if m.known[k], err = normal.KnownValue(w.Value[k], m.fields.Grids[k]); err != nil {
			return nil, fmt.Errorf("field %q: %w", m.name(k), err)
		}
	}
	if len(w.Levels) != len(m.fields.Coded) {
		return nil, fmt.Errorf("%d columns of levels for %d fields", len(w.Levels), len(m.fields.Coded))
	}
	for i, j := range m.fields.Coded {
		c, err := dist.NewColumn(&s.Fields[j], w.Levels[i])
		if err != nil {
			return nil, err
		}
		m.levels = append(m.levels, c)
	}
	m.cov = make([]float64, d*d)
	for k := range d {
		for i := range k + 1 {
			v := w.Cov[k*(k+1)/2+i]
			m.cov[k*d+i], m.cov[i*d+k] = v, v
		}
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	raise := make([]float64, d)
	normal.NewChain(m.order, m.cov, m.rounding(), raise)
	for i, v := range raise {
		if v > 0 {
			return nil, fmt.Errorf("field %q: the covariance is not positive definite", m.name(m.order[i]))
		}
	}
	m.index()
	return m, nil
}

// largest bounds what a parameter can be, so that no sum or product of a few
// overflows.
const largest = 1e100

// check reports what is wrong with the parameters of the numbers.
func (m *Model) check() error {
	d := len(m.mean)
	seen := make([]bool, d)
	for at, k := range m.order {
		if k < 0 || k >= d || seen[k] {
			return fmt.Errorf("chain %v of %d fields", m.order, d)
		}
		seen[k] = true
		if at > 0 && m.rank(m.order[at-1]) > m.rank(k) {
			return fmt.Errorf("chain %v: known fields, reals, grids is the order", m.order)
		}
	}
	for k := range d {
		name := m.name(k)
		if !(math.Abs(m.mean[k]) < largest) || !(m.missing[k] >= 0 && m.missing[k] <= 1) {
			return fmt.Errorf("field %q: mean %v, missing with probability %v", name, m.mean[k], m.missing[k])
		}
		if m.known[k].Any() && m.missing[k] > 0 {
			return fmt.Errorf("field %q: known, and missing with probability %v", name, m.missing[k])
		}
		if m.missing[k] > 0 && !m.schema.Fields[m.fields.Numeric[k]].Optional() {
			return fmt.Errorf("field %q: missing with probability %v, which the schema does not allow", name, m.missing[k])
		}
		if v := m.cov[k*d+k]; !(v > 1e-100 && v < largest) {
			return fmt.Errorf("field %q: variance %v", name, v)
		}
		for i := range k {
			if v := m.cov[k*d+i]; !(v*v <= m.cov[k*d+k]*m.cov[i*d+i]*(1+1e-6)) {
				return fmt.Errorf("fields %q and %q: covariance %v of variances %v and %v", name, m.name(i), v, m.cov[k*d+k], m.cov[i*d+i])
			}
		}
	}
	return nil
}
