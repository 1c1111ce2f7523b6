package table_test

import (
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// rows returns a table of n rows with a column of each form: row i holds i, its
// parity, and an ID; its weight is i + 1.
func rows(n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "number", Kind: space.Integer, Max: 100},
		{Name: "parity", Kind: space.Category, Levels: []string{"even", "odd"}},
		{Name: "id", Kind: space.ID, Pattern: "{0..}"},
	}}
	b := table.NewBatch(s, 0, n)
	b.Weight = make([]float64, n)
	for i := range n {
		b.Cols[0].Num[i] = float64(i)
		b.Cols[1].Code[i] = int32(i % 2)
		b.Cols[2].Text[i] = string(rune('a' + i))
		b.Weight[i] = float64(i + 1)
	}
	return table.New(b)
}

// check tells where b does not hold the given rows.
func check(t *testing.T, b *table.Batch, want []int) {
	t.Helper()
	if b.N != len(want) {
		t.Fatalf("%d rows, want %d", b.N, len(want))
	}
	for i, r := range want {
		if b.Cols[0].Num[i] != float64(r) || b.Cols[1].Code[i] != int32(r%2) ||
			b.Cols[2].Text[i] != string(rune('a'+r)) || b.WeightOf(i) != float64(r+1) {
			t.Errorf("row %d is not row %d of the table", i, r)
		}
	}
}

func TestBatchIsAView(t *testing.T) {
	all := rows(10)
	b, err := all.Batch(table.Range{Lo: 3, Hi: 7})
	if err != nil {
		t.Fatal(err)
	}
	check(t, b, []int{3, 4, 5, 6})
	if b.First != 3 {
		t.Errorf("first row %d, want 3", b.First)
	}
	part := b.Slice(1, 3)
	check(t, part, []int{4, 5})
	if part.First != 4 {
		t.Errorf("first row of the part %d, want 4", part.First)
	}
	if grown := append(part.Cols[0].Num, -1); b.Cols[0].Num[3] != 6 || grown[2] != -1 {
		t.Error("appending to a view writes into its table")
	}
	for _, r := range []table.Range{{Lo: -1, Hi: 2}, {Lo: 5, Hi: 4}, {Lo: 9, Hi: 11}} {
		if _, err := all.Batch(r); err == nil {
			t.Errorf("rows %d:%d of 10 are no error", r.Lo, r.Hi)
		}
	}
}

func TestSelectCopiesRowsInTheOrderAsked(t *testing.T) {
	all := rows(10)
	want := []int{7, 2, 2, 9}
	some := all.Select(want)
	check(t, some.All(), want)
	some.All().Cols[0].Num[0] = math.Inf(1)
	if all.All().Cols[0].Num[7] != 7 {
		t.Error("a selection shares memory with its table")
	}
	b := *all.All()
	b.Cols = slices.Clone(b.Cols)
	b.Cols[2], b.Weight = table.Column{}, nil // IDs that nobody needs, rows that count once
	bare := table.New(&b).Select([]int{4}).All()
	if bare.Cols[2].Text != nil || bare.WeightOf(0) != 1 || bare.Cols[0].Num[0] != 4 {
		t.Error("a table without IDs and weights is not selected as it is")
	}
}
