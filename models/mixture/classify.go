package mixture

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/table"
)

// LogJoint sets dst [levels][n rows] to log p(x) with the coded field at each of
// its levels: components are scored once without it.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	e := slices.Index(m.fields.Coded, field)
	if e < 0 {
		return fmt.Errorf("field %q is of no coded kind: %w", m.schema.Fields[field].Name, mimic.ErrUnsupported)
	}
	w := newWorkspace(m, b.N)
	with := columns(len(m.mean), min(b.N, rowsAtOnce))
	for lo := 0; lo < b.N; lo += rowsAtOnce {
		n := min(rowsAtOnce, b.N-lo)
		m.joint(w, b, lo, n, field)
		for level := range dst {
			for c, given := range m.levels[e].given {
				l := given.LogP()[level]
				for i, v := range w.score[c][:n] {
					with[c][i] = v + l
				}
			}
			own := dst[level][lo : lo+n]
			logsum.Columns(own, with)
			for i, odd := range w.impossible[:n] {
				if odd {
					own[i] = math.Inf(-1)
				}
			}
		}
	}
	return nil
}
