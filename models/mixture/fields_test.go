package mixture_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestFields compares the parts of the first fields with the marginals of these.
func TestFields(t *testing.T) {
	rows := correlated(space.Real, 300)
	for _, shape := range []mixture.Shape{mixture.Full, mixture.Diag} {
		m, err := fit.Run(context.Background(), rows, mixture.Family{Components: 3, Covariance: shape}, fit.Options{})
		if err != nil {
			t.Fatal(err)
		}
		b := rows.All()
		parts, sum, want := make([][]float64, 3), make([]float64, b.N), make([]float64, b.N)
		for j := range parts {
			parts[j] = make([]float64, b.N)
		}
		if err := m.(mimic.FieldDensity).LogProbFields(parts, b); err != nil {
			t.Fatal(err)
		}
		var names []string
		for j, part := range parts {
			names = append(names, m.Schema().Fields[j].Name)
			first, err := m.(mimic.Marginalizer).Marginal(names)
			if err != nil {
				t.Fatal(err)
			}
			of := &table.Batch{Schema: first.Schema(), N: b.N, Cols: b.Cols[:j+1]}
			if err := first.(mimic.Density).LogProb(want, of); err != nil {
				t.Fatal(err)
			}
			for i := range sum {
				if sum[i] += part[i]; math.Abs(sum[i]-want[i]) > 1e-9*math.Abs(want[i]) {
					t.Fatalf("%s: row %d: the parts of %q sum to %v, their marginal is %v", shape, i, names, sum[i], want[i])
				}
			}
		}
	}
}

// TestImpossibleField blames the field that is outside the sample space, and no other.
func TestImpossibleField(t *testing.T) {
	rows := correlated(space.Integer, 300)
	m, err := fit.Run(context.Background(), rows, mixture.Family{Components: 2, Covariance: mixture.Full}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b := rows.Select([]int{0, 1}).All()
	b.Cols[1].Num[1] = .5
	parts := [][]float64{make([]float64, 2), make([]float64, 2), make([]float64, 2)}
	if err := m.(mimic.FieldDensity).LogProbFields(parts, b); err != nil {
		t.Fatal(err)
	}
	for j := range parts {
		for i, l := range parts[j] {
			if math.IsNaN(l) || math.IsInf(l, 0) != (i == 1 && j == 1) {
				t.Errorf("field %d adds %v to row %d", j, l, i)
			}
		}
	}
}
