package coded

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Law is a distribution over rows of codes. Codes come column by column,
// [learned fields][n rows].
type Law interface {
	// LogProb sets dst [n rows] to the log-probability of the rows.
	LogProb(dst []float64, codes [][]uint16)
	// Sample fills codes with rows first, first+1, … of the key's sequence.
	Sample(codes [][]uint16, first int64, k rng.Key)
	Parameters() int64
	AppendBinary(dst []byte) ([]byte, error)
}

// Distribution is a Law with exact answers to every question.
type Distribution interface {
	Law
	// Condition returns the distribution that is proportional to
	// p(codes)·∏ share[j][code of field j], and the sum of that product, its
	// logarithm. A nil share leaves its field free.
	Condition(share [][]float64) (d Distribution, logProb float64, err error)
	// Marginal returns the distribution of some of the fields, in that order.
	Marginal(fields []int) (Distribution, error)
}

// joint is a law of codes with the codebook of each field: p(x) = p(codes) ·
// ∏ p(x_j given its code).
type joint struct {
	kind   string
	schema *space.Schema
	fields []int // [learned fields], position in schema
	books  []*dist.Codebook
	law    Law
}

// Model is a distribution over codes with the codebook of each field.
type Model struct{ joint }

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.BlockSampler = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
)

// NewModel returns the model of the kind over the fields of data.
func NewModel(kind string, data *Data, codes Distribution) *Model {
	return &Model{joint{kind, data.Schema, data.Fields, data.Books, codes}}
}

// Kind returns the kind of the rung.
func (m *joint) Kind() string { return m.kind }

// Schema returns the sample space.
func (m *joint) Schema() *space.Schema { return m.schema }

// Codes returns the distribution over codes.
func (m *Model) Codes() Distribution { return m.law.(Distribution) }

// Parameters returns the number of free parameters of the distribution.
func (m *joint) Parameters() int64 { return m.law.Parameters() }

// scratch is what LogProb and Sample need for a block of rows.
type scratch struct {
	codes [][]uint16
	u     []float64
}

var pool = sync.Pool{New: func() any { return new(scratch) }}

func (s *scratch) size(fields, rows int) *scratch {
	for len(s.codes) < fields {
		s.codes = append(s.codes, nil)
	}
	for j := range fields {
		if cap(s.codes[j]) < rows {
			s.codes[j] = make([]uint16, rows)
		}
		s.codes[j] = s.codes[j][:rows]
	}
	if cap(s.u) < rows {
		s.u = make([]float64, rows)
	}
	s.u = s.u[:rows]
	return s
}

// LogProb implements mimic.Density.
func (m *joint) LogProb(dst []float64, b *table.Batch) error {
	if len(dst) != b.N {
		panic("coded: dst has the wrong length")
	}
	own := pool.Get().(*scratch)
	defer pool.Put(own)
	for lo := 0; lo < b.N; lo += table.BlockRows {
		hi := min(lo+table.BlockRows, b.N)
		m.logProb(dst[lo:hi], b.Slice(lo, hi), own.size(len(m.fields), hi-lo))
	}
	return nil
}

func (m *joint) logProb(dst []float64, b *table.Batch, own *scratch) {
	codes, outside := own.codes[:len(m.fields)], own.u
	clear(outside)
	for i, j := range m.fields {
		m.books[i].Encode(codes[i], b.Cols[j])
		for r, c := range codes[i] {
			if c == dist.Outside {
				codes[i][r] = 0 // any code that there is: the row is impossible anyway
				outside[r] = 1
			}
		}
	}
	m.law.LogProb(dst, codes)
	for i, j := range m.fields {
		m.books[i].LogDetail(dst, codes[i], b.Cols[j])
	}
	for r, out := range outside {
		if out != 0 {
			dst[r] = math.Inf(-1)
		}
	}
}

// The purposes that draws of a row serve.
const (
	forCodes  = 0
	forDetail = 1
)

// BlockRows implements mimic.BlockSampler: half a million cells, and at least what
// a law may draw side by side.
func (m *joint) BlockRows() int {
	const cells, least = 1 << 19, 64
	rows := max(least, cells/max(1, len(m.fields)))
	return 1 << (bits.Len(uint(rows)) - 1)
}

// Sample implements mimic.Sampler.
func (m *joint) Sample(dst *table.Batch, k rng.Key) error {
	own := pool.Get().(*scratch)
	defer pool.Put(own)
	own.size(len(m.fields), dst.N)
	codes := own.codes[:len(m.fields)]
	m.law.Sample(codes, dst.First, k.Child(forCodes))
	m.detail(dst, codes, own.u, k)
	return nil
}

// detail draws the values of codes. u is scratch memory.
func (m *joint) detail(dst *table.Batch, codes [][]uint16, u []float64, k rng.Key) {
	detail := k.Child(forDetail)
	for i, j := range m.fields {
		if m.books[i].Numeric() {
			detail.Child(uint64(i)).Float64s(u, dst.First)
		}
		m.books[i].Decode(&dst.Cols[j], codes[i], u)
	}
}

// Condition implements mimic.Conditioner. The answer is exact.
func (m *Model) Condition(e space.Evidence) (mimic.Model, error) {
	within, share, err := m.within(e)
	if err != nil {
		return nil, err
	}
	codes, logProb, err := m.Codes().Condition(share)
	if err != nil {
		return nil, err
	}
	if math.IsInf(logProb, -1) {
		return nil, mimic.ErrImpossible
	}
	within.law = codes
	return &Model{within}, nil
}

// within returns m with the codebooks within the evidence, and the share of each
// code that the evidence admits [learned fields][codes], nil where it says
// nothing of the field.
func (m *joint) within(e space.Evidence) (joint, [][]float64, error) {
	within, share := *m, make([][]float64, len(m.fields))
	within.books = slices.Clone(m.books)
	for _, given := range e {
		for i, j := range m.fields {
			if j != given.Field {
				continue
			}
			within.books[i], share[i] = m.books[i].Restrict(given)
			if slices.Max(append(share[i], 0)) == 0 {
				return within, nil, fmt.Errorf("field %q: %w", m.schema.Fields[j].Name, mimic.ErrImpossible)
			}
		}
	}
	return within, share, nil
}

// Marginal implements mimic.Marginalizer. The answer is exact.
func (m *Model) Marginal(names []string) (mimic.Model, error) {
	var at, in, kept []int // positions in the schema, in m.fields, and in the new schema
	for n, name := range names {
		j := m.schema.Index(name)
		if j < 0 {
			return nil, fmt.Errorf("no field %q", name)
		}
		at = append(at, j)
		for i, f := range m.fields {
			if f == j {
				in, kept = append(in, i), append(kept, n)
			}
		}
	}
	codes, err := m.Codes().Marginal(in)
	if err != nil {
		return nil, err
	}
	c := &Model{joint{kind: m.kind, schema: m.schema.Project(at), fields: kept, law: codes}}
	for _, i := range in {
		c.books = append(c.books, m.books[i])
	}
	return c, nil
}

// blob is what AppendBinary writes.
type blob struct {
	Books []dist.BookWire `cbor:"books"`
	Codes []byte          `cbor:"codes"`
}

// AppendBinary implements encoding.BinaryAppender.
func (m *joint) AppendBinary(dst []byte) ([]byte, error) {
	var w blob
	for _, b := range m.books {
		w.Books = append(w.Books, b.Wire())
	}
	var err error
	if w.Codes, err = m.law.AppendBinary(nil); err != nil {
		return dst, err
	}
	return wire.Append(dst, w)
}

// Decode reads what AppendBinary wrote. decode reads the distribution, given
// the number of codes of each learned field.
func Decode(kind string, s *space.Schema, data []byte, decode func(codes []int, data []byte) (Distribution, error)) (*Model, error) {
	j, err := decodeJoint(kind, s, data, decode)
	if err != nil {
		return nil, err
	}
	return &Model{*j}, nil
}

func decodeJoint[L Law](kind string, s *space.Schema, data []byte, decode func(codes []int, data []byte) (L, error)) (*joint, error) {
	var w blob
	if err := wire.Decode(data, &w); err != nil {
		return nil, err
	}
	m := &joint{kind: kind, schema: s, fields: s.Learned()}
	if len(w.Books) != len(m.fields) {
		return nil, fmt.Errorf("%d codebooks for %d fields", len(w.Books), len(m.fields))
	}
	var codes []int
	for i, j := range m.fields {
		book, err := dist.NewBook(&s.Fields[j], w.Books[i])
		if err != nil {
			return nil, fmt.Errorf("field %q: %w", s.Fields[j].Name, err)
		}
		m.books = append(m.books, book)
		codes = append(codes, book.Codes())
	}
	var err error
	if m.law, err = decode(codes, w.Codes); err != nil {
		return nil, err
	}
	return m, nil
}
