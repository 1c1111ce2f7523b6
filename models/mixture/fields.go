package mixture

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/table"
)

// LogProbFields sets dst [fields][n rows] to what each field adds to LogProb: log p(x_j |
// the fields before it), levels first, then numbers along the chain. What comes before
// weighs the components.
func (m *Model) LogProbFields(dst [][]float64, b *table.Batch) error {
	if len(dst) != len(m.schema.Fields) || len(b.Cols) != len(dst) {
		return fmt.Errorf("%d columns and a batch of %d for %d fields", len(dst), len(b.Cols), len(m.schema.Fields))
	}
	for j := range dst {
		clear(dst[j][:b.N])
	}
	rows := min(b.N, rowsAtOnce)
	f := &fieldwise{w: newWorkspace(m, b.N), before: make([]float64, rows), now: make([]float64, rows), odd: make([]bool, rows)}
	parts := make([][][]float64, len(m.known)) // [d][K][rows]
	ofComponent := make([][][]float64, len(m.mean))
	for k := range parts {
		parts[k] = columns(len(m.mean), rows)
		for c := range ofComponent {
			ofComponent[c] = append(ofComponent[c], parts[k][c])
		}
	}
	for lo := 0; lo < b.N; lo += rowsAtOnce {
		n := min(rowsAtOnce, b.N-lo)
		m.begin(f.w, n)
		f.begin(n)
		for e, j := range m.fields.Coded {
			m.addLevels(f.w, b, lo, n, e)
			f.mark(dst[j][lo : lo+n])
			f.settle(dst[j][lo : lo+n])
		}
		for k, j := range m.fields.Numeric {
			for c := range parts[k] {
				clear(parts[k][c])
			}
			m.logPresence(parts[k], f.w, b, lo, n, k)
			f.mark(dst[j][lo : lo+n])
		}
		f.w.patterns.Group(f.w.x, n, func(pattern int, rows []int) {
			for c := range m.mean {
				m.law(c).LogDensities(ofComponent[c], f.w.chainOf(c, pattern, rows[0]), f.w.x, rows, &f.w.scratch)
			}
		})
		for _, k := range m.order {
			for c, part := range parts[k] {
				for i, v := range part[:n] {
					f.w.score[c][i] += v
				}
			}
			f.settle(dst[m.fields.Numeric[k]][lo : lo+n])
		}
	}
	return nil
}

// fieldwise follows log p of the fields so far, field by field.
type fieldwise struct {
	w           *workspace
	before, now []float64 // [rows] log p of the fields before this one, and with it
	odd         []bool    // [rows] impossible, and told
}

func (f *fieldwise) begin(n int) {
	clear(f.odd[:n])
	logsum.Columns(f.before[:n], f.w.score)
}

// mark sets dst [n rows] to -Inf in rows that have become impossible.
func (f *fieldwise) mark(dst []float64) {
	for i := range dst {
		if f.w.impossible[i] && !f.odd[i] {
			f.odd[i], dst[i] = true, math.Inf(-1)
		}
	}
}

// settle adds to dst [n rows] what the scores have gained.
func (f *fieldwise) settle(dst []float64) {
	now := f.now[:len(dst)]
	logsum.Columns(now, f.w.score)
	for i, l := range now {
		if !math.IsInf(f.before[i], -1) {
			dst[i] += l - f.before[i]
		}
	}
	f.before, f.now = f.now, f.before
}
