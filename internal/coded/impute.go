package coded

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Candidates for the missing cells of a row: as many are drawn as make 16
// equally likely ones, as far as 8192 go.
const (
	fewCandidates   = 256
	mostCandidates  = 8192
	enoughEffective = 16
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
	logw  []float64   // [candidates]
}

func newFiller(m *Chain) *filler {
	f := &filler{Chain: m, share: make([][]float64, len(m.fields)), codes: make([][]uint16, len(m.fields))}
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

// size makes room for n candidates.
func (f *filler) size(n int) (codes [][]uint16, logw []float64) {
	codes = make([][]uint16, len(f.codes))
	for i := range codes {
		if cap(f.codes[i]) < n {
			f.codes[i] = make([]uint16, n)
		}
		codes[i] = f.codes[i][:n]
	}
	if cap(f.logw) < n {
		f.logw = make([]float64, n)
	}
	return codes, f.logw[:n]
}

// candidates returns rows that agree with the known cells of row r, and their
// log-weights: a row for each value of the only gap, or draws.
func (f *filler) candidates(gaps []int, known [][]uint16, r int, key rng.Key) (codes [][]uint16, logw []float64) {
	if len(gaps) == 1 {
		only := gaps[0]
		codes, logw = f.size(f.books[only].Values())
		for i := range codes {
			for c := range logw {
				codes[i][c] = known[i][r]
			}
		}
		for c := range logw {
			codes[only][c] = uint16(c)
		}
		f.law.LogProb(logw, codes)
		return codes, logw
	}
	for n := fewCandidates; ; n *= 2 {
		codes, logw = f.size(n)
		f.Law().SampleWithin(codes, logw, f.share, 0, key)
		if n == mostCandidates || importance.Effective(logw) >= enoughEffective {
			return codes, logw
		}
	}
}
