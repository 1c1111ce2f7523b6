package kde

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
)

// wired is a Model as it is written: the rows, column by column.
type wired struct {
	Weight  []float64     `cbor:"weight"` // [n]
	Numbers []wiredNumber `cbor:"numbers"`
	Levels  []wiredLevels `cbor:"levels"`
}

type wiredNumber struct {
	X      []float64        `cbor:"x"` // [n] positions, NaN where missing
	H      float64          `cbor:"h"`
	Lambda float64          `cbor:"lambda"`
	Mean   float64          `cbor:"mean"`
	SD     float64          `cbor:"sd"`
	Known  normal.KnownWire `cbor:"known"`
	Barred bool             `cbor:"barred"`
	Never  bool             `cbor:"never"`
}

type wiredLevels struct {
	Codes    []uint16 `cbor:"codes"` // [n]
	Lambda   float64  `cbor:"lambda"`
	Admitted []bool   `cbor:"admitted"` // [codes], or nil
}

// AppendBinary appends θ.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) {
	w := wired{Weight: m.rows.weight}
	for k, n := range m.numbers {
		w.Numbers = append(w.Numbers, wiredNumber{
			X: m.rows.x[k], H: n.h, Lambda: n.lambda, Mean: n.mean, SD: n.sd,
			Known: m.known[k].Wire(), Barred: m.barred[k], Never: m.never[k],
		})
	}
	for e, codes := range m.rows.codes {
		w.Levels = append(w.Levels, wiredLevels{codes, m.lambda[e], m.admitted[e]})
	}
	return wire.Append(dst, w)
}

// largest bounds what a parameter can be, and least a bandwidth, so that no sum
// or product of a few overflows.
const (
	largest = 1e100
	least   = 1e-100
)

// Decode reads the rows and bandwidths of a model over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	m := &Model{schema: s, fields: normal.NewFields(s), rows: &rowSet{weight: w.Weight}}
	n := len(w.Weight)
	if n == 0 || len(w.Numbers) != len(m.fields.Numeric) || len(w.Levels) != len(m.fields.Coded) {
		return nil, fmt.Errorf("%d rows of %d numbers and %d levels for %d and %d fields", n, len(w.Numbers), len(w.Levels), len(m.fields.Numeric), len(m.fields.Coded))
	}
	for i, v := range w.Weight {
		if !(v > 0 && v < largest) {
			return nil, fmt.Errorf("row %d has the weight %v", i, v)
		}
	}
	for k, j := range m.fields.Numeric {
		if err := m.decodeNumber(&s.Fields[j], k, &w.Numbers[k]); err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
	}
	for e, j := range m.fields.Coded {
		if err := m.decodeLevels(&s.Fields[j], &w.Levels[e]); err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
	}
	m.prepare()
	if !(m.logEvidence <= 1e-9) || math.IsInf(m.logEvidence, -1) {
		return nil, fmt.Errorf("evidence of probability exp(%v)", m.logEvidence)
	}
	return m, nil
}

func (m *Model) decodeNumber(f *space.Field, k int, w *wiredNumber) error {
	g := m.fields.Grids[k]
	if len(w.X) != m.rows.n() {
		return fmt.Errorf("%d numbers of %d rows", len(w.X), m.rows.n())
	}
	for i, x := range w.X {
		if x != x && f.Optional() {
			continue
		}
		if !(math.Abs(x) < largest) || !g.Real() && x != math.Floor(x) {
			return fmt.Errorf("row %d has %v", i, x)
		}
	}
	n := number{grid: g, h: w.H, lambda: w.Lambda, mean: w.Mean, sd: w.SD}
	if !(n.h > least && n.h < largest) || !(n.sd > least && n.sd < largest) || !(math.Abs(n.mean) < largest) {
		return fmt.Errorf("a kernel of width %v, or %v about %v", n.h, n.sd, n.mean)
	}
	if !(n.lambda >= 0 && n.lambda <= 0.5) || n.lambda > 0 != f.Optional() {
		return fmt.Errorf("missing or not with probability %v", n.lambda)
	}
	known, err := w.Known.Known(g)
	if err != nil {
		return err
	}
	m.numbers, m.known = append(m.numbers, n), append(m.known, known)
	m.barred, m.never = append(m.barred, w.Barred), append(m.never, w.Never)
	m.rows.x = append(m.rows.x, w.X)
	return nil
}

func (m *Model) decodeLevels(f *space.Field, w *wiredLevels) error {
	book, err := dist.NewLevelBook(f)
	if err != nil {
		return err
	}
	if len(w.Codes) != m.rows.n() {
		return fmt.Errorf("%d levels of %d rows", len(w.Codes), m.rows.n())
	}
	for i, c := range w.Codes {
		if int(c) >= book.Codes() {
			return fmt.Errorf("row %d has code %d of %d", i, c, book.Codes())
		}
	}
	c := float64(book.Codes())
	if !(w.Lambda >= 0 && w.Lambda <= (c-1)/c) || c > 1 && w.Lambda == 0 {
		return fmt.Errorf("another level with probability %v", w.Lambda)
	}
	if w.Admitted != nil && len(w.Admitted) != book.Codes() {
		return fmt.Errorf("%d codes are admitted or not, of %d", len(w.Admitted), book.Codes())
	}
	m.books, m.lambda = append(m.books, book), append(m.lambda, w.Lambda)
	m.admitted = append(m.admitted, w.Admitted)
	m.rows.codes = append(m.rows.codes, w.Codes)
	return nil
}
