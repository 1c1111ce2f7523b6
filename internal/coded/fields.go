package coded

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/table"
)

// LogProbFields sets dst [fields][n rows] to what each field adds to LogProb, where
// codes sets its dst [learned fields][n rows] to what each code adds to that of its row.
func (m *Chain) LogProbFields(dst [][]float64, b *table.Batch, codes func(dst [][]float64, codes [][]uint16)) error {
	if len(dst) != len(m.schema.Fields) || len(b.Cols) != len(dst) {
		return fmt.Errorf("%d columns and a batch of %d for %d fields", len(dst), len(b.Cols), len(m.schema.Fields))
	}
	for j := range dst {
		clear(dst[j][:b.N])
	}
	own := pool.Get().(*scratch)
	defer pool.Put(own)
	for lo := 0; lo < b.N; lo += table.BlockRows {
		rows := b.Slice(lo, min(lo+table.BlockRows, b.N))
		coded := own.size(len(m.fields), rows.N).codes[:len(m.fields)]
		parts := make([][]float64, len(m.fields))
		var outside [][2]int
		for i, j := range m.fields {
			parts[i] = dst[j][lo : lo+rows.N]
			m.books[i].Encode(coded[i], rows.Cols[j])
			for r, c := range coded[i] {
				if c == dist.Outside {
					coded[i][r] = 0 // any code that there is: the row is impossible anyway
					outside = append(outside, [2]int{i, r})
				}
			}
		}
		codes(parts, coded)
		for i, j := range m.fields {
			m.books[i].LogDetail(parts[i], coded[i], rows.Cols[j])
		}
		for _, at := range outside {
			parts[at[0]][at[1]] = math.Inf(-1)
		}
	}
	return nil
}
