package nade

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// TestFields compares what each field adds to log p(x) with sums of p over all rows:
// those that agree with a row up to the field, in the order, over those that agree
// before it.
func TestFields(t *testing.T) {
	s := &space.Schema{}
	for _, name := range []string{"a", "b", "c", "d"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Category, Levels: []string{"x", "y", "z"}})
	}
	b := table.NewBatch(s, 0, 81)
	for i := range b.N {
		for j, power := range []int{1, 3, 9, 27} {
			b.Cols[j].Code[i] = int32(i / power % 3)
		}
	}
	drawn := table.NewBatch(s, 0, 400)
	for i := range drawn.N {
		r := rng.New(1).Stream(int64(i))
		code := int32(r.Uint64() % 3)
		for j := range drawn.Cols {
			if r.Float64() < .3 {
				code = (code + 1) % 3
			}
			drawn.Cols[j].Code[i] = code
		}
	}
	fitted, err := fit.Run(context.Background(), table.New(drawn), Family{Hidden: 16}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitted.(*Model)
	p, parts := make([]float64, b.N), make([][]float64, 4)
	for j := range parts {
		parts[j] = make([]float64, b.N)
	}
	if err := errors.Join(m.LogProb(p, b), m.LogProbFields(parts, b)); err != nil {
		t.Fatal(err)
	}
	for i, l := range p {
		p[i] = math.Exp(l)
	}
	order := m.Law().(*network).order
	prefix := func(i, length int) (key string) {
		for _, j := range order[:length] {
			key += fmt.Sprint(b.Cols[j].Code[i])
		}
		return key
	}
	for q, j := range order {
		sums := map[string]float64{}
		for i, v := range p {
			sums["until"+prefix(i, q+1)] += v
			sums["before"+prefix(i, q)] += v
		}
		for i := range p {
			want := math.Log(sums["until"+prefix(i, q+1)] / sums["before"+prefix(i, q)])
			if math.Abs(parts[j][i]-want) > 1e-5 {
				t.Fatalf("row %d: field %d adds %v, by all rows %v", i, j, parts[j][i], want)
			}
		}
	}
	b.Cols[order[1]].Code[0] = table.Unknown
	if err := m.LogProbFields(parts, b); err != nil || !math.IsInf(parts[order[1]][0], -1) || math.IsInf(parts[order[0]][0], -1) {
		t.Errorf("an unknown level: error %v, fields %v and %v", err, parts[order[1]][0], parts[order[0]][0])
	}
	given, err := m.Condition(space.Evidence{{Field: order[0], Codes: []int32{1}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := given.(mimic.FieldDensity).LogProbFields(parts, b); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("the parts of fields given evidence: error %v, want %v", err, mimic.ErrUnsupported)
	}
}
