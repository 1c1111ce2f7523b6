package coded

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/table"
)

// JointLaw is a Law that knows a way to the log-probability of rows with
// each code of a field in turn that costs less than as many rows.
type JointLaw interface {
	Law
	// LogJoint sets dst [codes][n rows]; it does not read the field's codes.
	// There may be more codes than dst asks for.
	LogJoint(dst [][]float64, codes [][]uint16, field int) error
}

var _ mimic.Classifier = (*Model)(nil)

// LogJoint implements mimic.Classifier, for every field of levels of a model
// whose law is a JointLaw.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	var (
		law, ok = m.law.(JointLaw)
		own     = -1
	)
	for i, j := range m.fields {
		if j == field && !m.books[i].Numeric() {
			own = i
		}
	}
	if !ok || own < 0 {
		return fmt.Errorf("field %q: no way to the probabilities of all its levels at once: %w", m.schema.Fields[field].Name, mimic.ErrUnsupported)
	}
	if len(dst) == 0 {
		return nil // a field that was always missing has no levels
	}
	memory := pool.Get().(*scratch)
	defer pool.Put(memory)
	part := make([][]float64, len(dst))
	for lo := 0; lo < b.N; lo += table.BlockRows {
		hi := min(lo+table.BlockRows, b.N)
		for y := range dst {
			part[y] = dst[y][lo:hi]
		}
		if err := m.logJoint(law, part, b, lo, own, memory.size(len(m.fields), hi-lo)); err != nil {
			return err
		}
	}
	return nil
}

// logJoint does so for the rows of b from lo on, of which dst [levels][rows] has
// some. A level is its code.
func (m *Model) logJoint(law JointLaw, dst [][]float64, b *table.Batch, lo, own int, memory *scratch) error {
	codes, detail := memory.codes[:len(m.fields)], memory.u
	clear(detail)
	for i, j := range m.fields {
		if i == own {
			continue
		}
		col := b.Cols[j].Slice(lo, lo+len(detail))
		m.books[i].Encode(codes[i], col)
		for r, c := range codes[i] {
			if c == dist.Outside {
				codes[i][r] = 0
				detail[r] = math.Inf(-1)
			}
		}
	}
	if err := law.LogJoint(dst, codes, own); err != nil {
		return err
	}
	for i, j := range m.fields {
		if i != own {
			m.books[i].LogDetail(detail, codes[i], b.Cols[j].Slice(lo, lo+len(detail)))
		}
	}
	for y := range dst {
		for r, x := range detail {
			dst[y][r] += x
		}
	}
	return nil
}
