package compare

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Bounds of the search for pairs: cells that are counted, rows that they come
// from, and bins of a field.
const (
	mostCells = 1 << 28
	leastOf   = 512
	mostOf    = 1 << 15
	bins      = 32
)

// pairs returns the pairs of fields with the greatest mutual information, of
// those that have more of it than independent fields seem to have in one of ten
// million tables. Numbers are cut into bins of equal counts, and
// rare levels are one.
//
// Reference: Miller (1955), Note on the bias of information estimates; Laurent &
// Massart (2000), Adaptive estimation of a quadratic functional by model
// selection, lemma 1, for the tail of chi-square.
func pairs(ctx context.Context, t *table.Table) ([]Pair, error) {
	s := t.Schema()
	fields := s.Learned()
	d := len(fields)
	if d < 2 || d > wide {
		return nil, nil
	}
	t = spaced(t, min(max(mostCells/(d*d/2+1), leastOf), mostOf))
	b := t.All()
	code, size := make([][]uint8, d), make([]int, d)
	for i, j := range fields {
		code[i], size[i] = binned(&s.Fields[j], b.Cols[j], b.N)
	}
	best := make([][]Pair, d) // of each first field
	err := par.Do(ctx, d, func(i int) error {
		counts := make([]int32, bins*bins)
		for k := i + 1; k < d; k++ {
			if nats := information(counts, code[i], code[k], size[i], size[k]); nats > 0 {
				best[i] = top(append(best[i], Pair{named(s, fields[i]), named(s, fields[k]), nats}))
			}
		}
		return nil
	})
	return top(slices.Concat(best...)), err
}

// named returns the name of a field; of a pixel, where it is.
func named(s *space.Schema, field int) string {
	m := s.Image
	if !m.Has(field) {
		return s.Fields[field].Name
	}
	at := (field - m.First) / m.Channels
	return fmt.Sprintf("the pixel in column %d of line %d", 1+at%m.Width, 1+at/m.Width)
}

// top returns the first pairs by information, the earlier ones among equals.
func top(p []Pair) []Pair {
	slices.SortStableFunc(p, func(a, b Pair) int { return cmp.Compare(b.Nats, a.Nats) })
	return p[:min(len(p), taught)]
}

// information returns the mutual information of two columns in nats, corrected
// for its bias, or 0 where it may be chance.
func information(counts []int32, a, b []uint8, na, nb int) float64 {
	if na < 2 || nb < 2 {
		return 0
	}
	counts = counts[:na*nb]
	clear(counts)
	for i, k := range a {
		counts[int(k)*nb+int(b[i])]++
	}
	n := float64(len(a))
	rows, columns := make([]float64, na), make([]float64, nb)
	cells, joint := 0.0, 0.0
	for i, c := range counts {
		if c > 0 {
			f := float64(c)
			rows[i/nb] += f
			columns[i%nb] += f
			joint += f * math.Log(f)
			cells++
		}
	}
	across, there := 0.0, 0.0
	for _, margin := range [2][]float64{rows, columns} {
		for _, f := range margin {
			if f > 0 {
				across += f * math.Log(f)
				there++
			}
		}
	}
	nats := (joint-across)/n + math.Log(n)
	free := max(cells-there+1, 1)
	// 2n times the information is about chi-square with so many degrees of
	// freedom, which exceeds this with a probability below exp(−16).
	if 2*n*nats < free+2*math.Sqrt(16*free)+2*16 {
		return 0
	}
	return nats - free/(2*n)
}

// binned returns a column in at most bins codes, and how many there are.
func binned(f *space.Field, c table.Column, n int) (code []uint8, size int) {
	code = make([]uint8, n)
	if c.Code != nil {
		to, size := levelBins(c.Code, len(f.Levels))
		for i, k := range c.Code {
			code[i] = to[max(k, -1)+1]
		}
		return code, size
	}
	sorted := slices.DeleteFunc(slices.Clone(c.Num), math.IsNaN)
	slices.Sort(sorted)
	var edges []float64 // the greatest value of each bin
	for k := 1; k < bins; k++ {
		if len(sorted) > 0 {
			edges = append(edges, sorted[(k*len(sorted)-1)/(bins-1)])
		}
	}
	edges = slices.Compact(edges)
	for i, x := range c.Num {
		if math.IsNaN(x) {
			continue // code 0
		}
		at, _ := slices.BinarySearch(edges, x)
		code[i] = uint8(1 + at)
	}
	return code, len(edges) + 1
}

// levelBins returns the code of a missing value and of each level: its own for
// the commonest, one for all others.
func levelBins(codes []int32, levels int) (to []uint8, size int) {
	count := make([]int, levels+1)
	for _, k := range codes {
		count[max(k, -1)+1]++
	}
	order := make([]int, levels+1)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return count[b] - count[a] })
	to = make([]uint8, levels+1)
	for rank, k := range order {
		to[k] = uint8(min(rank, bins-1))
	}
	return to, min(levels+1, bins)
}
