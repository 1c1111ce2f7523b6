package treenet

import (
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
)

// TestRootedIsTheSame: another root, the same probabilities.
func TestRootedIsTheSame(t *testing.T) {
	net := random(rng.New(4))
	for field := range codes {
		r := net.rooted(field)
		if r.show[field] != 0 || r.Nodes[0].Parent >= 0 {
			t.Fatalf("field %d is not the root", field)
		}
		each(codes, func(row []uint16) {
			near(t, "p", math.Exp(logProb(r, row)), joint(net, row))
		})
	}
}

// TestLogJoint compares with the probability of each row by itself.
func TestLogJoint(t *testing.T) {
	m, err := NewMixture([]float64{1, 2}, []*Net{random(rng.New(5)), random(rng.New(6))})
	if err != nil {
		t.Fatal(err)
	}
	columns := make([][]uint16, len(codes))
	each(codes, func(row []uint16) {
		for j, c := range row {
			columns[j] = append(columns[j], c)
		}
	})
	n := len(columns[0])
	for field, states := range codes {
		got := make([][]float64, states)
		for c := range got {
			got[c] = make([]float64, n)
		}
		if err := m.LogJoint(got, columns, field); err != nil {
			t.Fatal(err)
		}
		for c := range got {
			for i := range n {
				row := make([]uint16, len(codes))
				for j := range row {
					row[j] = columns[j][i]
				}
				row[field] = uint16(c)
				want := m.Weight[0]*joint(m.Nets[0], row) + m.Weight[1]*joint(m.Nets[1], row)
				near(t, "p", math.Exp(got[c][i]), want)
			}
		}
	}
	if err := m.LogJoint(make([][]float64, 9), columns, 0); err == nil {
		t.Error("nine codes of a field of two")
	}
}
