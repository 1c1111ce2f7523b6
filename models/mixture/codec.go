package mixture

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// wired is a Model as it is written.
type wired struct {
	Shape   Shape              `cbor:"covariance"`
	Weight  []float64          `cbor:"weight"` // [K]
	Rows    []float64          `cbor:"rows"`   // [K]
	Spread  []float64          `cbor:"spread"` // [d]
	Levels  []wiredLevels      `cbor:"levels"`
	Mean    [][]float64        `cbor:"mean"`    // [K][d]
	Cov     [][]float64        `cbor:"cov"`     // [K][lower triangle, row by row], or [K][d]
	Missing [][]float64        `cbor:"missing"` // [K][d]
	Order   []int              `cbor:"order"`
	Known   []normal.KnownWire `cbor:"known"`
}

type wiredLevels struct {
	Book dist.BookWire `cbor:"book"`
	P    []float64     `cbor:"p"` // [K × codes]
}

// AppendBinary appends θ.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) {
	w := wired{
		Shape: m.shape, Weight: m.weight.P(), Rows: m.rows, Spread: m.spread,
		Mean: m.mean, Missing: m.missing, Order: m.order,
	}
	for _, l := range m.levels {
		var p []float64
		for _, g := range l.given {
			p = append(p, g.P()...)
		}
		w.Levels = append(w.Levels, wiredLevels{l.book.Wire(), p})
	}
	d := len(m.known)
	for _, cov := range m.cov {
		if m.shape.diagonal() {
			w.Cov = append(w.Cov, cov)
			continue
		}
		var low []float64
		for k := range d {
			low = append(low, cov[k*d:k*d+k+1]...)
		}
		w.Cov = append(w.Cov, low)
		if m.shape == Tied {
			break
		}
	}
	for _, k := range m.known {
		w.Known = append(w.Known, k.Wire())
	}
	return wire.Append(dst, w)
}

// Decode reads the θ of a mixture over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	m := &Model{schema: s, fields: normal.NewFields(s), shape: w.Shape, mean: w.Mean, missing: w.Missing, order: w.Order, rows: w.Rows, spread: w.Spread}
	k, d := len(w.Weight), len(m.fields.Numeric)
	switch {
	case !slices.Contains([]Shape{Full, Tied, Diag, Spherical}, w.Shape):
		return nil, fmt.Errorf("covariance %q", w.Shape)
	case k == 0 || k > maxComponents || len(w.Rows) != k || len(w.Mean) != k || len(w.Missing) != k || len(w.Order) != d || len(w.Known) != d || len(w.Spread) != d:
		return nil, fmt.Errorf("parameters of %d components for %d numbers", k, d)
	case len(w.Levels) != len(m.fields.Coded):
		return nil, fmt.Errorf("%d tables of levels for %d fields", len(w.Levels), len(m.fields.Coded))
	}
	var err error
	if m.weight, err = dist.NewCategorical(w.Weight); err != nil {
		return nil, fmt.Errorf("components: %w", err)
	}
	for i, j := range m.fields.Coded {
		l, err := decodeLevels(&s.Fields[j], w.Levels[i], k)
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
		m.levels = append(m.levels, l)
	}
	if err := m.decodeCov(w.Cov, k, d); err != nil {
		return nil, err
	}
	for i, own := range w.Known {
		known, err := own.Known(m.fields.Grids[i])
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", m.name(i), err)
		}
		m.known = append(m.known, known)
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	m.index()
	for c, log := range m.evidence {
		for k, v := range log {
			if math.IsNaN(v) || math.IsInf(v, 0) && m.weight.P()[c] > 0 && m.missing[c][k] < 1 {
				return nil, fmt.Errorf("field %q: what is known of it has probability exp(%v) in component %d", m.name(k), v, c)
			}
		}
	}
	return m, nil
}

func decodeLevels(f *space.Field, w wiredLevels, k int) (l levels, err error) {
	if l.book, err = dist.NewBook(f, w.Book); err != nil {
		return l, err
	}
	codes := l.book.Codes()
	if len(w.P) != k*codes {
		return l, fmt.Errorf("%d probabilities for %d components of %d codes", len(w.P), k, codes)
	}
	for c := range k {
		own, err := dist.NewCategorical(w.P[c*codes : (c+1)*codes : (c+1)*codes])
		if err != nil {
			return l, fmt.Errorf("component %d: %w", c, err)
		}
		l.given = append(l.given, own)
	}
	return l, nil
}

func (m *Model) decodeCov(w [][]float64, k, d int) error {
	want := k
	size := d * (d + 1) / 2
	switch {
	case m.shape == Tied:
		want = 1
	case m.shape.diagonal():
		size = d
	}
	if len(w) != want {
		return fmt.Errorf("%d covariances for %d components", len(w), k)
	}
	for _, low := range w {
		if len(low) != size {
			return fmt.Errorf("a covariance of %d numbers for %d fields", len(low), d)
		}
		if m.shape.diagonal() {
			m.cov = append(m.cov, low)
			continue
		}
		cov := make([]float64, d*d)
		for k := range d {
			for i := range k + 1 {
				v := low[k*(k+1)/2+i]
				cov[k*d+i], cov[i*d+k] = v, v
			}
		}
		m.cov = append(m.cov, cov)
	}
	for len(m.cov) < k {
		m.cov = append(m.cov, m.cov[0])
	}
	return nil
}

// largest bounds what a parameter can be, so that no sum or product of a few
// overflows.
const largest = 1e100

// check reports what is wrong with the parameters of the numbers.
func (m *Model) check() error {
	d := len(m.known)
	seen := make([]bool, d)
	ranged := 0
	for at, k := range m.order {
		if k < 0 || k >= d || seen[k] {
			return fmt.Errorf("chain %v of %d fields", m.order, d)
		}
		seen[k] = true
		if at > 0 && m.rank(m.order[at-1]) > m.rank(k) {
			return fmt.Errorf("chain %v: known values, ranges, reals, grids is the order", m.order)
		}
		if m.known[k].Ranges() {
			ranged++
		}
	}
	if ranged > 1 && !m.shape.diagonal() {
		return fmt.Errorf("%d ranges of numbers that depend on each other", ranged)
	}
	for c, mean := range m.mean {
		if len(mean) != d || len(m.missing[c]) != d {
			return fmt.Errorf("component %d has %d means and %d rates for %d fields", c, len(mean), len(m.missing[c]), d)
		}
		if err := m.checkComponent(c); err != nil {
			return fmt.Errorf("component %d: %w", c, err)
		}
	}
	return nil
}

func (m *Model) checkComponent(c int) error {
	d := len(m.known)
	variance := m.variances(c)
	for k, v := range variance {
		name, missing := m.name(k), m.missing[c][k]
		if !(math.Abs(m.mean[c][k]) < largest) || !(missing >= 0 && missing <= 1) || !(v > 1e-100 && v < largest) {
			return fmt.Errorf("field %q: mean %v, variance %v, missing with probability %v", name, m.mean[c][k], v, missing)
		}
		if missing > 0 && (m.rank(k) == 0 || !m.schema.Fields[m.fields.Numeric[k]].Optional()) {
			return fmt.Errorf("field %q: missing with probability %v, which cannot be", name, missing)
		}
	}
	if !m.shape.diagonal() {
		for k := range d {
			for i := range k {
				if v := m.cov[c][k*d+i]; !(v*v <= variance[k]*variance[i]*(1+1e-6)) {
					return fmt.Errorf("fields %q and %q: covariance %v of variances %v and %v", m.name(k), m.name(i), v, variance[k], variance[i])
				}
			}
		}
	}
	raise := make([]float64, d)
	m.chain(c, m.order, m.rounding(c), raise)
	for i, v := range raise {
		if v > 0 {
			return fmt.Errorf("field %q: the covariance is not positive definite", m.name(m.order[i]))
		}
	}
	return nil
}
