package naivebayes

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

var _ mimic.Classifier = (*Model)(nil)

// LogJoint sets dst [levels][n rows] to log p(x, y) for each level y of the
// label, in one look at the rows. It knows no such way for another field.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	if field != m.label {
		return fmt.Errorf("field %q is not the class: %w", m.schema.Fields[field].Name, mimic.ErrUnsupported)
	}
	n := m.Classes()
	scores := make([]float64, min(b.N, chunk)*n)
	var details [chunk]float64
	for lo := 0; lo < b.N; lo += chunk {
		rest := details[:min(chunk, b.N-lo)]
		m.joint(scores, rest, b, lo)
		for y := range dst { // a level is its code, and so its class
			for i, detail := range rest {
				dst[y][lo+i] = scores[i*n+y] + detail
			}
		}
	}
	return nil
}
