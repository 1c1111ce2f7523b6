package artifact

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// digested returns the batch of rows whose digest internal/refgen/artifact
// computes from the definition.
func digested() *table.Batch {
	return &table.Batch{
		Schema: &space.Schema{Fields: []space.Field{
			{Name: "a", Kind: space.Category, Levels: []string{"", "été"}},
			{Name: "b", Kind: space.Real, Max: 2},
			{Name: "c", Kind: space.ID},
		}},
		N: 3,
		Cols: []table.Column{
			{Code: []int32{1, table.Missing, 0}},
			{Num: []float64{1.5, table.NoNumber, math.Copysign(0, -1)}},
			{Text: []string{"x1", "", strings.Repeat("x", 100_000)}},
		},
		Weight: []float64{1, 2, .5},
	}
}

func digest(t *testing.T, b *table.Batch, workers int) string {
	t.Helper()
	d, err := Digest(par.WithWorkers(t.Context(), workers), table.New(b))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDigestIsDefined(t *testing.T) {
	want, err := os.ReadFile("testdata/digest.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{1, 2, 3, 8} {
		if got := digest(t, digested(), workers); got != strings.TrimSpace(string(want)) {
			t.Errorf("%d workers: %s, want %s", workers, got, want)
		}
	}
}

func TestDigestSeesEverything(t *testing.T) {
	seen := map[string]string{digest(t, digested(), 1): "nothing"}
	for what, change := range map[string]func(b *table.Batch){
		"a code":        func(b *table.Batch) { b.Cols[0].Code[1] = 0 },
		"a level":       func(b *table.Batch) { b.Schema.Fields[0].Levels[0] = "x" },
		"a number":      func(b *table.Batch) { b.Cols[1].Num[0] = math.Nextafter(1.5, 2) },
		"a missing":     func(b *table.Batch) { b.Cols[1].Num[1] = 0 },
		"an id":         func(b *table.Batch) { b.Cols[2].Text[0] = "x" },
		"a cut of ids":  func(b *table.Batch) { b.Cols[2].Text[0], b.Cols[2].Text[1] = "x", "1" },
		"ids left out":  func(b *table.Batch) { b.Cols[2].Text = nil },
		"a name":        func(b *table.Batch) { b.Schema.Fields[1].Name = "B" },
		"a kind":        func(b *table.Batch) { b.Schema.Fields[1].Kind = space.Decimal },
		"a weight":      func(b *table.Batch) { b.Weight[2] = 1 },
		"no weights":    func(b *table.Batch) { b.Weight = nil },
		"order of rows": func(b *table.Batch) { b.Cols[1].Num[0], b.Cols[1].Num[2] = 0, 1.5 },
		"order of columns": func(b *table.Batch) {
			b.Cols[0], b.Cols[1] = b.Cols[1], b.Cols[0]
			b.Schema.Fields[0], b.Schema.Fields[1] = b.Schema.Fields[1], b.Schema.Fields[0]
		},
	} {
		b := digested()
		change(b)
		d := digest(t, b, 1)
		if other, ok := seen[d]; ok {
			t.Errorf("changing %s gives the same digest as changing %s", what, other)
		}
		seen[d] = what
	}
}

func BenchmarkDigest(b *testing.B) {
	const rows, columns = 100_000, 15
	s := &space.Schema{Fields: make([]space.Field, columns)}
	for j := range s.Fields {
		s.Fields[j] = space.Field{Name: "x", Kind: space.Integer}
	}
	t := table.New(table.NewBatch(s, 0, rows))
	b.SetBytes(rows * columns * 8)
	for b.Loop() {
		if _, err := Digest(b.Context(), t); err != nil {
			b.Fatal(err)
		}
	}
}
