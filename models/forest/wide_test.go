package forest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// In a wide table a column asks those that tell about it: column 2j+1 is column
// 2j and some noise, and all else is independent.
func TestWideTablesAskTheRightColumns(t *testing.T) {
	const pairs, n = 36, 1500
	s := &space.Schema{}
	b := &table.Batch{Schema: s, N: n}
	for j := range 2 * pairs {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Integer, Min: 0, Max: 20})
		u := make([]float64, n)
		rng.New(5).Child(uint64(j)).Float64s(u, 0)
		for i := range u {
			if u[i] = math.Floor(20 * u[i]); j%2 == 1 && u[i] < 14 {
				u[i] = b.Cols[j-1].Num[i]
			}
		}
		b.Cols = append(b.Cols, table.Column{Num: u})
	}
	m := mustFit(t, table.New(b), Family{})
	for p := 2*pairs/2 + 1; p < 2*pairs; p += 2 {
		c := &m.columns[p]
		if len(c.ask) > 12 || !slices.ContainsFunc(c.ask, func(v int32) bool { return m.views[v].column == p-1 }) {
			t.Errorf("column %d asks %v", p, c.ask)
		}
	}
	made := draws(t, m, s, table.Range{Hi: n}, 1)
	same := 0
	for i := range n {
		if made.Cols[2*pairs-1].Num[i] == made.Cols[2*pairs-2].Num[i] {
			same++
		}
	}
	if share := float64(same) / n; math.Abs(share-.715) > .05 {
		t.Errorf("the last pair agrees in %v of the rows, .715 of the training rows do", share)
	}
}

// Information of bins against the sum over cells.
func TestMutualInformation(t *testing.T) {
	a, b := make([]uint8, 4000), make([]uint8, 4000)
	for i := range a {
		a[i] = uint8(4 * rng.New(1).Float64(int64(i)))
		b[i] = a[i] / 2
	}
	if nats, excess := mutualInformation(a, b); math.Abs(nats-math.Ln2) > .01 || excess < 1000 {
		t.Errorf("half of four equal bins tells %v nats, %v standard deviations from nothing", nats, excess)
	}
	for i := range b {
		b[i] = uint8(16 * rng.New(2).Float64(int64(i)))
	}
	if nats, excess := mutualInformation(a, b); math.Abs(nats) > .01 || math.Abs(excess) > 4 {
		t.Errorf("independent bins tell %v nats, %v standard deviations", nats, excess)
	}
}
