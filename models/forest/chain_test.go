package forest

import (
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

func TestChainOrder(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "size", Kind: space.Real, Max: 1},
		{Name: "id", Kind: space.ID},
		{Name: "rooms", Kind: space.Integer, Min: 1, Max: 12},
		{Name: "year", Kind: space.Integer, Min: 1990, Max: 2002},
		{Name: "kind", Kind: space.Category, Levels: []string{"a", "b"}},
		{Name: "share", Kind: space.Decimal, Digits: 1, Max: 1},
		{Name: "sold", Kind: space.Bool, Levels: []string{"false", "true"}},
	}}
	if got, want := chainOrder(s), []int{2, 4, 6, 0, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	if got, want := levelsFirst(s), []int{4, 6, 0, 2, 3, 5}; !slices.Equal(got, want) {
		t.Errorf("levels first is %v, want %v", got, want)
	}
}

// classes returns rows of a number and of its class, a whole number, which says among which
// twenty it is.
func classes(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "x", Kind: space.Integer, Min: 0, Max: 99},
		{Name: "class", Kind: space.Integer, Min: 0, Max: 2},
	}}
	b := table.NewBatch(s, 0, n)
	for i := range n {
		b.Cols[0].Num[i] = float64(40*(i%3) + i*7%20)
		b.Cols[1].Num[i] = float64(i % 3)
	}
	return table.New(b)
}

// ordered is a family whose chain has the fields in this order.
type ordered struct{ fields []int }

func (ordered) Kind() string { return Kind }

func (o ordered) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	return &fitting{schema: s, rows: rows, parts: partsIn(s, o.fields)}, nil
}

// A file that does not say the order of the chain is of the time when numbers of few values
// came with the others.
func TestDecodeOrders(t *testing.T) {
	src := classes(600)
	s := src.Schema()
	decoded := func(w modelWire) (*Model, error) {
		blob, err := wire.Append(nil, w)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Decode(s, blob)
		if err != nil {
			return nil, err
		}
		return m.(*Model), nil
	}
	m, err := fit.Run(t.Context(), src, ordered{levelsFirst(s)}, fit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	old, now := m.(*Model), mustFit(t, src, Family{})
	silent := old.wire()
	silent.Fields = nil
	for _, c := range []struct {
		was  *Model
		wire modelWire
	}{{old, silent}, {old, old.wire()}, {now, now.wire()}} {
		back, err := decoded(c.wire)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(logProb(t, c.was, src.All()), logProb(t, back, src.All())) {
			t.Errorf("fields in the order %v: the model scores rows otherwise after decoding", c.wire.Fields)
		}
	}
	if slices.Equal(logProb(t, old, src.All()), logProb(t, now, src.All())) {
		t.Error("both orders give the same model: the test sees nothing")
	}
	for _, fields := range [][]int{{0}, {1, 1}, {0, 2}, {-1, 0}, {0, 1, 1}} {
		w := now.wire()
		w.Fields = fields
		if _, err := decoded(w); err == nil {
			t.Errorf("fields in the order %v are accepted", fields)
		}
	}
}
