package coded

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Impute implements mimic.Imputer. Where one field is missing, all its codes are
// weighed: the draw is exact. Else candidates are drawn along the chain, within
// the known cells, and one is taken.
func (m *Chain) Impute(b *table.Batch, effective []float64, k rng.Key) error {
	own := pool.Get().(*scratch)
	defer pool.Put(own)
	d := len(m.fields)
	known := own.size(d, b.N).codes[:d]
	for i, j := range m.fields {
		m.books[i].Encode(known[i], b.Cols[j])
	}
	f := newFiller(m)
	for r := range b.N {
		key := k.Child(uint64(b.First + int64(r)))
		effective[r] = math.Inf(1)
		gaps, err := f.gaps(b, known, r)
		if err != nil {
			return err
		}
		if len(gaps) == 0 {
			continue
		}
		codes, logw := f.candidates(gaps, known, r, key.Child(forCodes))
		if len(gaps) > 1 {
			effective[r] = importance.Effective(logw)
		}
		taken := importance.Choose(logw, key.Child(math.MaxUint64).Float64(0))
		if taken < 0 {
			return fmt.Errorf("row %d: its known cells have probability zero", b.First+int64(r))
		}
		for _, i := range gaps {
			cell := b.Cols[m.fields[i]].Slice(r, r+1)
			u := []float64{key.Child(forDetail).Float64(int64(i))}
			m.books[i].Decode(&cell, codes[i][taken:taken+1], u)
		}
	}
	return nil
}

// filler finds candidates for the gaps of rows.
type filler struct {
	*Chain
	share [][]float64 // [learned fields][codes] what may be drawn
	codes [][]uint16  // [learned fields][candidates]
	logw  []float64   // [importance.Most, or more]
}

func newFiller(m *Chain) *filler {
	f := &filler{
		Chain: m, share: make([][]float64, len(m.fields)),
		codes: make([][]uint16, len(m.fields)), logw: make([]float64, importance.Most),
	}
	for i, book := range m.books {
		f.share[i] = make([]float64, book.Codes())
	}
	return f
}

// gaps returns the fields that row r lacks and that have values, and sets the
// shares to what may be drawn: the known code, or any value.
func (f *filler) gaps(b *table.Batch, known [][]uint16, r int) (gaps []int, err error) {
	for i, book := range f.books {
		clear(f.share[i])
		switch missing := isMissing(b.Cols[f.fields[i]], r); {
		case missing && book.Values() > 0:
			gaps = append(gaps, i)
			for c := range book.Values() {
				f.share[i][c] = 1
			}
		case known[i][r] != dist.Outside:
			f.share[i][known[i][r]] = 1
		default:
			return nil, fmt.Errorf("row %d: its known cells have probability zero: field %q has a value outside the sample space",
				b.First+int64(r), f.schema.Fields[f.fields[i]].Name)
		}
	}
	return gaps, nil
}

func isMissing(c table.Column, i int) bool {
	if c.Num != nil {
		return c.Num[i] != c.Num[i]
	}
	return c.Code[i] == table.Missing
}

// room makes the codes of the candidates n long, and keeps what they are.
func (f *filler) room(n int) {
	for i, c := range f.codes {
		c = c[:min(n, len(c))]
		f.codes[i] = slices.Grow(c, n-len(c))[:n]
	}
}

// candidates returns rows that agree with the known cells of row r, and their
// log-weights: a row for each value of the only gap, or draws.
func (f *filler) candidates(gaps []int, known [][]uint16, r int, key rng.Key) (codes [][]uint16, logw []float64) {
	if len(gaps) == 1 {
		only := gaps[0]
		n := f.books[only].Values()
		f.room(n)
		if len(f.logw) < n {
			f.logw = make([]float64, n)
		}
		for i, codes := range f.codes {
			for c := range codes {
				codes[c] = known[i][r]
			}
		}
		for c := range n {
			f.codes[only][c] = uint16(c)
		}
		f.law.LogProb(f.logw[:n], f.codes)
		return f.codes, f.logw[:n]
	}
	part := make([][]uint16, len(f.codes))
	n, _, _ := importance.Gather(f.logw, func(lo, hi int) error {
		f.room(hi)
		for i, c := range f.codes {
			part[i] = c[lo:]
		}
		f.Law().SampleWithin(part, f.logw[lo:hi], f.share, int64(lo), key)
		return nil
	})
	return f.codes, f.logw[:n]
}
