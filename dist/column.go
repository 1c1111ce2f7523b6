package dist

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// chunk is the number of rows that are coded at a time, in scratch memory on
// the stack.
const chunk = 512

// Column is the distribution of one field, p(x) = p(c)·p(x | c), where c is the
// code of x in a Codebook. It is immutable and safe for concurrent use.
type Column struct {
	Book  *Codebook
	Codes *Categorical
}

// LogProb adds log p(x) of a column of n rows to dst [n].
func (c Column) LogProb(dst []float64, col table.Column) {
	var codes [chunk]uint16
	for lo := 0; lo < len(dst); lo += chunk {
		hi := min(lo+chunk, len(dst))
		part := col.Slice(lo, hi)
		c.Book.Encode(codes[:hi-lo], part)
		c.Codes.LogProb(dst[lo:hi], codes[:hi-lo])
		c.Book.LogDetail(dst[lo:hi], codes[:hi-lo], part)
	}
}

// Sample draws the n = len(u) values of a column, one for each of the uniform
// draws u, which it uses up.
func (c Column) Sample(col *table.Column, u []float64) {
	var codes [chunk]uint16
	for lo := 0; lo < len(u); lo += chunk {
		hi := min(lo+chunk, len(u))
		part := col.Slice(lo, hi)
		for i := lo; i < hi; i++ {
			k, rest := c.Codes.Draw(u[i])
			codes[i-lo], u[i] = uint16(k), rest
		}
		c.Book.Decode(&part, codes[:hi-lo], u[lo:hi])
	}
}

// Restrict returns p(x | x in given), and the probability of that; where it is
// zero there is no such distribution, and the column is empty.
func (c Column) Restrict(given space.Given) (r Column, share float64) {
	book, p := c.Book.Restrict(given)
	for k := range p {
		p[k] *= c.Codes.p[k]
	}
	share = normalise(p)
	if share == 0 {
		return Column{}, 0
	}
	codes, err := NewCategorical(p)
	if err != nil {
		panic(err) // p was normalised
	}
	return Column{book, codes}, share
}

// ColumnWire is a Column as it is written into a model.
type ColumnWire struct {
	Book BookWire  `cbor:"book"`
	P    []float64 `cbor:"p"` // [codes]
}

// Wire returns what NewColumn makes the same column of.
func (c Column) Wire() ColumnWire { return ColumnWire{c.Book.Wire(), c.Codes.p} }

// NewColumn returns the distribution of a field that w describes, or an error
// where w describes none.
func NewColumn(f *space.Field, w ColumnWire) (Column, error) {
	book, err := NewBook(f, w.Book)
	if err != nil {
		return Column{}, err
	}
	if len(w.P) != book.Codes() {
		return Column{}, fmt.Errorf("field %q: %d probabilities of %d codes", f.Name, len(w.P), book.Codes())
	}
	codes, err := NewCategorical(w.P)
	if err != nil {
		return Column{}, fmt.Errorf("field %q: %w", f.Name, err)
	}
	for k, p := range w.P {
		if p > 0 && book.Empty(uint16(k)) {
			return Column{}, fmt.Errorf("field %q: code %d has probability %v and no values", f.Name, k, p)
		}
	}
	return Column{book, codes}, nil
}
