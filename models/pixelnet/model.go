package pixelnet

import (
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a fitted network.
type Model struct{ *coded.Model }

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Classifier   = (*Model)(nil)
)

func (m *Model) law() *law { return m.Codes().(*law) }

// LogJoint sets dst [labels][n rows] to log p(x, y) for each label y: what does
// not depend on the label is worked out once a picture. It knows no such way for
// another field.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	l, s := m.law(), m.Schema()
	if l.label < 0 || s.Learned()[l.label] != field {
		return fmt.Errorf("field %q is not the label: %w", s.Fields[field].Name, mimic.ErrUnsupported)
	}
	a := l.artist()
	defer l.pool.Put(a)
	codes := make([][]uint16, len(s.Learned()))
	for j := range l.pixels() {
		codes[l.first+j] = make([]uint16, scoreRows)
	}
	outside := make([]bool, scoreRows)
	for lo := 0; lo < b.N; lo += scoreRows {
		n := min(scoreRows, b.N-lo)
		clear(outside)
		for j := range l.pixels() {
			for i, code := range b.Cols[s.Image.First+j].Code[lo : lo+n] {
				codes[l.first+j][i] = uint16(code)
				outside[i] = outside[i] || uint32(code) >= uint32(l.levels)
			}
		}
		p := l.gather(codes, n)
		for i := range n {
			joint := math.Inf(-1)
			possible := !outside[i] && l.agrees(p, i)
			if possible {
				l.sketch(a, p, i, nil)
			}
			for y := range dst {
				if possible {
					joint = l.ofLabel(a, uint16(y))
				}
				dst[y][lo+i] = joint
			}
		}
	}
	return nil
}

// Decode reads what Model.AppendBinary wrote.
func Decode(s *space.Schema, data []byte) (mimic.Model, error) {
	m, err := coded.Decode(Kind, s, data, func(_ []int, data []byte) (coded.Distribution, error) {
		return decodeLaw(s, data)
	})
	if err != nil {
		return nil, err
	}
	return &Model{m}, nil
}
