package forest

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// summaries are the statistics of the first pass: those that codebooks are made
// of, one for each part.
type summaries struct {
	parts   []part
	of      []*dist.Summary
	scratch table.Column
}

var _ mimic.Stats = (*summaries)(nil)

func newSummaries(parts []part) *summaries {
	s := &summaries{parts: parts, of: make([]*dist.Summary, len(parts))}
	for p := range parts {
		s.of[p] = dist.NewSummary(&parts[p].of)
	}
	return s
}

func (s *summaries) Add(b *table.Batch) error {
	for p := range s.parts {
		part := &s.parts[p]
		col := part.digits(b.Cols[part.field], &s.scratch)
		weight := b.Weight
		if part.later() {
			weight = onlyWhereValued(weight, b.Cols[part.field].Num)
		}
		if err := s.of[p].Add(col, weight); err != nil {
			return fmt.Errorf("rows %d…%d: %w", b.First, b.First+int64(b.N)-1, err)
		}
	}
	return nil
}

// onlyWhereValued returns weights that leave out rows without a value.
func onlyWhereValued(weight, num []float64) []float64 {
	w := make([]float64, len(num))
	for i, x := range num {
		switch {
		case x != x:
		case weight == nil:
			w[i] = 1
		default:
			w[i] = weight[i]
		}
	}
	return w
}

func (s *summaries) Merge(later mimic.Stats) error {
	for p, t := range later.(*summaries).of {
		s.of[p].Merge(t)
	}
	return nil
}

// gathered are the statistics of the second pass: the rows themselves, coded.
// A row of weight w is there w times.
type gathered struct {
	columns []column
	chunks  []chunk
	scratch table.Column
}

// chunk is a run of coded rows.
type chunk struct {
	codes  [][]uint16 // [columns][rows]
	hashes []uint64   // [rows], see hashRows
	detail []float64  // [rows] log-probability of the values given the codes
}

var _ mimic.Stats = (*gathered)(nil)

func (g *gathered) Add(b *table.Batch) error {
	c := chunk{codes: make([][]uint16, len(g.columns)), hashes: make([]uint64, b.N), detail: make([]float64, b.N)}
	for p := range g.columns {
		column := &g.columns[p]
		codes := make([]uint16, b.N)
		own := column.encode(codes, b.Cols[column.field], &g.scratch)
		column.addMass(c.detail, codes, own)
		c.codes[p] = codes
	}
	hashRows(c.hashes, b)
	if b.Weight != nil {
		if err := c.repeat(b); err != nil {
			return err
		}
	}
	for p, codes := range c.codes {
		for i, k := range codes {
			if k == dist.Outside {
				return fmt.Errorf("rows %d…%d: field %q: a value outside its sample space (coded row %d)",
					b.First, b.First+int64(b.N)-1, b.Schema.Fields[g.columns[p].field].Name, i)
			}
		}
	}
	g.chunks = append(g.chunks, c)
	return nil
}

// repeat makes each row occur as often as it counts.
func (c *chunk) repeat(b *table.Batch) error {
	var rows []int
	for i, w := range b.Weight {
		if w < 0 || w != math.Trunc(w) || w > math.MaxInt32 {
			return fmt.Errorf("row %d counts %v times: forest takes whole numbers", b.First+int64(i), w)
		}
		for range int(w) {
			rows = append(rows, i)
		}
	}
	for p, codes := range c.codes {
		c.codes[p] = pick(codes, rows)
	}
	c.hashes, c.detail = pick(c.hashes, rows), pick(c.detail, rows)
	return nil
}

func pick[T any](x []T, at []int) []T {
	y := make([]T, len(at))
	for i, k := range at {
		y[i] = x[k]
	}
	return y
}

func (g *gathered) Merge(later mimic.Stats) error {
	g.chunks = append(g.chunks, later.(*gathered).chunks...)
	return nil
}

func (g *gathered) rows() int {
	n := 0
	for _, c := range g.chunks {
		n += len(c.hashes)
	}
	return n
}

// addMass adds to dst [n rows] the log-probability of the column's values given
// their codes; that of a real is the mass of the reals that round to it.
func (c *column) addMass(dst []float64, codes []uint16, own table.Column) {
	if !c.of.Kind.Numeric() {
		return
	}
	c.book.LogDetail(dst, codes, own)
	if c.of.Kind == space.Real {
		far := max(math.Abs(c.of.Min), math.Abs(c.of.Max))
		cell := math.Log(math.Nextafter(far, math.Inf(1)) - far)
		for i, x := range own.Num {
			if x == x {
				dst[i] += cell
			}
		}
	}
}
