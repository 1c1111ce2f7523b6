package naivebayes

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

// wired is a Model as it is written.
type wired struct {
	Label    int            `cbor:"label"` // position of a field, or -1
	Book     dist.BookWire  `cbor:"book"`  // of the label
	Prior    []float64      `cbor:"prior"` // [classes]
	Features []wiredFeature `cbor:"features"`
}

type wiredFeature struct {
	Book dist.BookWire `cbor:"book"`
	P    []float64     `cbor:"p"` // [classes × codes], at y·codes + code
}

// AppendBinary appends θ.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) {
	w := wired{Label: m.label, Prior: m.prior.P()}
	if m.label >= 0 {
		w.Book = m.book.Wire()
	}
	for _, f := range m.features {
		p := make([]float64, 0, len(f.logp))
		for _, c := range f.given {
			p = append(p, c.P()...)
		}
		w.Features = append(w.Features, wiredFeature{f.book.Wire(), p})
	}
	return wire.Append(dst, w)
}

// Decode reads the θ of a naive Bayes model over s.
func Decode(s *space.Schema, blob []byte) (mimic.Model, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	m := &Model{schema: s, label: w.Label}
	var err error
	if m.prior, err = dist.NewCategorical(w.Prior); err != nil {
		return nil, fmt.Errorf("classes: %w", err)
	}
	var features []int
	for _, j := range s.Learned() {
		if j != w.Label {
			features = append(features, j)
		}
	}
	learned := len(s.Learned()) - len(features)
	if w.Label < -1 || w.Label >= 0 && learned == 0 {
		return nil, fmt.Errorf("label %d is not a field that is learned", w.Label)
	}
	if w.Label >= 0 {
		label, err := dist.NewColumn(&s.Fields[w.Label], dist.ColumnWire{Book: w.Book, P: w.Prior})
		if err != nil {
			return nil, err
		}
		m.book = label.Book
	}
	if len(w.Features) != len(features) {
		return nil, fmt.Errorf("%d features for %d fields", len(w.Features), len(features))
	}
	for i, j := range features {
		f, err := m.decodeFeature(j, w.Features[i])
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
		m.features = append(m.features, f)
	}
	return m, nil
}

func (m *Model) decodeFeature(field int, w wiredFeature) (f feature, err error) {
	book, err := dist.NewBook(&m.schema.Fields[field], w.Book)
	if err != nil {
		return f, err
	}
	codes := book.Codes()
	if len(w.P) != codes*m.Classes() {
		return f, fmt.Errorf("%d probabilities for %d classes of %d codes", len(w.P), m.Classes(), codes)
	}
	given := make([]*dist.Categorical, m.Classes())
	for y := range given {
		p := w.P[y*codes : (y+1)*codes : (y+1)*codes]
		if given[y], err = dist.NewCategorical(p); err != nil {
			return f, fmt.Errorf("class %d: %w", y, err)
		}
		for code, v := range p {
			if v > 0 && m.prior.P()[y] > 0 && book.Empty(uint16(code)) {
				return f, fmt.Errorf("class %d: code %d has probability %v and no values", y, code, v)
			}
		}
	}
	return newFeature(field, book, given), nil
}
