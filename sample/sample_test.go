package sample

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// dice is a model of one die and one uniform number a row.
type dice struct {
	fail int64 // fails at the block that holds this row, if it is positive

	mu     sync.Mutex
	drawn  []table.Range       // what was asked for
	memory map[*float64]string // the first cells of the columns that were filled
}

var faces = &space.Schema{Fields: []space.Field{
	{Name: "die", Kind: space.Category, Levels: []string{"1", "2", "3", "4", "5", "6"}},
	{Name: "u", Kind: space.Real, Max: 1},
}}

func (*dice) Kind() string                            { return "dice" }
func (*dice) Schema() *space.Schema                   { return faces }
func (*dice) AppendBinary(dst []byte) ([]byte, error) { return dst, nil }

var errPlanted = errors.New("planted")

func (d *dice) Sample(dst *table.Batch, k rng.Key) error {
	k.Child(1).Float64s(dst.Cols[1].Num, dst.First)
	u := make([]float64, dst.N)
	k.Child(0).Float64s(u, dst.First)
	for i, u := range u {
		dst.Cols[0].Code[i] = int32(6 * u)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drawn = append(d.drawn, table.Range{Lo: dst.First, Hi: dst.First + int64(dst.N)})
	if d.memory == nil {
		d.memory = map[*float64]string{}
	}
	d.memory[&dst.Cols[1].Num[0]] = ""
	if d.fail > 0 && dst.First <= d.fail && d.fail < dst.First+int64(dst.N) {
		return errPlanted
	}
	return nil
}

// text is a writer of lines that checks the order of what it gets.
type text struct {
	t    testing.TB
	next int64 // row that has to come
	fail int64 // fails at the block that holds this row, if it is positive
	out  []byte
}

func (w *text) line(dst []byte, b *table.Batch, i int) []byte {
	dst = strconv.AppendInt(dst, b.First+int64(i), 10)
	dst = strconv.AppendInt(append(dst, ' '), int64(b.Cols[0].Code[i]), 10)
	dst = strconv.AppendUint(append(dst, ' '), math.Float64bits(b.Cols[1].Num[i]), 16)
	return append(dst, '\n')
}

func (w *text) came(first int64, n int) error {
	if first != w.next {
		w.t.Errorf("row %d was written where row %d is next", first, w.next)
	}
	w.next += int64(n)
	if w.fail > 0 && w.next > w.fail {
		w.next = math.MinInt64 // nothing may come any more
		return errPlanted
	}
	return nil
}

func (w *text) Write(b *table.Batch) error {
	for i := range b.N {
		w.out = w.line(w.out, b, i)
	}
	return w.came(b.First, b.N)
}

func (w *text) Close() error { return nil }

// parallelText is the same writer as a ParallelWriter.
type parallelText struct{ text }

func (w *parallelText) Write(*table.Batch) error { return errors.New("the slow way") }

func (w *parallelText) AppendBatch(dst []byte, b *table.Batch) ([]byte, error) {
	for i := range b.N {
		dst = w.line(dst, b, i)
	}
	return dst, nil
}

func (w *parallelText) WriteEncoded(p []byte) error {
	w.out = append(w.out, p...)
	var first int64
	if _, err := fmt.Sscan(string(p[:min(20, len(p))]), &first); err != nil {
		return err
	}
	return w.came(first, bytes.Count(p, []byte("\n")))
}

const all = 3*BlockRows + 1000

// TestSameRows makes one sequence in every way there is.
func TestSameRows(t *testing.T) {
	whole, err := Table(t.Context(), new(dice), table.Range{Hi: all}, 9)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []table.Range{
		{Lo: 0, Hi: all}, {Lo: 0, Hi: 1}, {Lo: 5, Hi: 5}, {Lo: BlockRows - 1, Hi: BlockRows + 1},
		{Lo: BlockRows, Hi: 2 * BlockRows}, {Lo: 17, Hi: all - 17},
	} {
		var want text
		for i := range int(r.Rows()) {
			want.out = want.line(want.out, whole.All().Slice(int(r.Lo), int(r.Hi)), i)
		}
		for _, workers := range []int{1, 2, 3, 8} {
			ctx := par.WithWorkers(t.Context(), workers)
			part, err := Table(ctx, new(dice), r, 9)
			if err != nil {
				t.Fatal(err)
			}
			inMemory := part.All()
			if inMemory.N != int(r.Rows()) || inMemory.First != 0 {
				t.Fatalf("a table of %d rows from %d", inMemory.N, inMemory.First)
			}
			if !slices.Equal(inMemory.Cols[1].Num, whole.All().Cols[1].Num[r.Lo:r.Hi]) ||
				!slices.Equal(inMemory.Cols[0].Code, whole.All().Cols[0].Code[r.Lo:r.Hi]) {
				t.Errorf("%d workers: rows %v in memory differ from those of the whole", workers, r)
			}

			plain := &text{t: t, next: r.Lo}
			parallel := &parallelText{text{t: t, next: r.Lo}}
			for _, w := range []table.Writer{plain, parallel} {
				if err := Run(ctx, new(dice), w, Options{Rows: r, Seed: 9}); err != nil {
					t.Fatal(err)
				}
			}
			if string(plain.out) != string(want.out) || string(parallel.out) != string(want.out) {
				t.Errorf("%d workers: rows %v written differ from those in memory", workers, r)
			}
		}
	}
	other, err := Table(t.Context(), new(dice), table.Range{Hi: 10}, 10)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Equal(other.All().Cols[1].Num, whole.All().Cols[1].Num[:10]) {
		t.Error("two seeds give the same rows")
	}
}

// TestBlocksAndMemory checks that blocks are aligned and that no worker uses
// more than one.
func TestBlocksAndMemory(t *testing.T) {
	for _, workers := range []int{1, 3} {
		m := new(dice)
		w := &parallelText{text{t: t, next: 17}}
		ctx := par.WithWorkers(t.Context(), workers)
		if err := Run(ctx, m, w, Options{Rows: table.Range{Lo: 17, Hi: all}}); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(m.drawn, func(a, b table.Range) int { return int(a.Lo - b.Lo) })
		want := []table.Range{{Lo: 17, Hi: BlockRows}, {Lo: BlockRows, Hi: 2 * BlockRows}, {Lo: 2 * BlockRows, Hi: 3 * BlockRows}, {Lo: 3 * BlockRows, Hi: all}}
		if !slices.Equal(m.drawn, want) {
			t.Errorf("blocks %v, want %v", m.drawn, want)
		}
		if len(m.memory) > workers {
			t.Errorf("%d workers filled %d batches", workers, len(m.memory))
		}
	}
}

// smallBlocks is dice that come in small blocks.
type smallBlocks struct{ *dice }

func (smallBlocks) BlockRows() int { return 64 }

func TestBlockSampler(t *testing.T) {
	r := table.Range{Lo: 17, Hi: 200}
	whole, err := Table(t.Context(), new(dice), r, 9)
	if err != nil {
		t.Fatal(err)
	}
	m := smallBlocks{new(dice)}
	part, err := Table(par.WithWorkers(t.Context(), 2), m, r, 9)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(part.All().Cols[1].Num, whole.All().Cols[1].Num) {
		t.Error("rows of small blocks differ")
	}
	slices.SortFunc(m.drawn, func(a, b table.Range) int { return int(a.Lo - b.Lo) })
	if want := []table.Range{{Lo: 17, Hi: 64}, {Lo: 64, Hi: 128}, {Lo: 128, Hi: 192}, {Lo: 192, Hi: 200}}; !slices.Equal(m.drawn, want) {
		t.Errorf("blocks %v, want %v", m.drawn, want)
	}
}

// tickets is dice with a number and a code on each row.
type tickets struct{ dice }

var codes = &space.Schema{Fields: append([]space.Field{
	{Name: "serial", Kind: space.ID, Pattern: "T-{0001..}"},
	{Name: "code", Kind: space.ID, Pattern: "[A-Z]{4}"},
	{Name: "other", Kind: space.ID, Pattern: "[A-Z]{4}"},
}, faces.Fields...)}

func (*tickets) Schema() *space.Schema { return codes }

func (m *tickets) Sample(dst *table.Batch, k rng.Key) error {
	return m.dice.Sample(&table.Batch{First: dst.First, N: dst.N, Cols: dst.Cols[3:]}, k)
}

func TestIDs(t *testing.T) {
	whole, err := Table(t.Context(), new(tickets), table.Range{Hi: 2 * BlockRows}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for j, c := range whole.All().Cols[:3] {
		seen := map[string]int{}
		for i, id := range c.Text {
			if first, ok := seen[id]; ok {
				t.Fatalf("column %d: rows %d and %d have the ID %q", j, first, i, id)
			}
			seen[id] = i
		}
	}
	serial, code, other := whole.All().Cols[0].Text, whole.All().Cols[1].Text, whole.All().Cols[2].Text
	if serial[0] != "T-0001" || slices.Equal(code, other) {
		t.Errorf("row 0 is %s, %s, %s", serial[0], code[0], other[0])
	}
	r := table.Range{Lo: BlockRows - 5, Hi: BlockRows + 5}
	part, err := Table(t.Context(), new(tickets), r, 1)
	if err != nil || !slices.Equal(part.All().Cols[1].Text, code[r.Lo:r.Hi]) {
		t.Errorf("rows %v alone have other IDs (%v)", r, err)
	}

	// 26⁴ codes are not enough for a million rows: no row is made.
	m := new(tickets)
	err = Run(t.Context(), m, &text{t: t}, Options{Rows: table.Range{Hi: 1_000_000}})
	if err == nil || len(m.drawn) > 0 || !strings.Contains(err.Error(), "code") {
		t.Errorf("error %v after %d blocks", err, len(m.drawn))
	}
}

func TestFailures(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		ctx := par.WithWorkers(t.Context(), workers)
		for _, at := range []int64{1, BlockRows, 2*BlockRows + 5} {
			o := Options{Rows: table.Range{Hi: 20 * BlockRows}}
			if err := Run(ctx, &dice{fail: at}, &text{t: t}, o); !errors.Is(err, errPlanted) {
				t.Errorf("%d workers, the model fails at row %d: %v", workers, at, err)
			}
			if err := Run(ctx, new(dice), &text{t: t, fail: at}, o); !errors.Is(err, errPlanted) {
				t.Errorf("%d workers, the writer fails at row %d: %v", workers, at, err)
			}
			if _, err := Table(ctx, &dice{fail: at}, o.Rows, 0); !errors.Is(err, errPlanted) {
				t.Errorf("%d workers, the model fails at row %d of a table: %v", workers, at, err)
			}
		}
	}
	for _, r := range []table.Range{{Lo: -1, Hi: 5}, {Lo: 5, Hi: 4}} {
		if err := Run(t.Context(), new(dice), &text{t: t}, Options{Rows: r}); err == nil {
			t.Errorf("no error from rows %v", r)
		}
	}
	if _, err := Table(t.Context(), noSampler{new(dice)}, table.Range{Hi: 1}, 0); !errors.Is(err, mimic.ErrUnsupported) {
		t.Errorf("a model that cannot sample: %v", err)
	}
}

// noSampler hides all of a model but what every model has.
type noSampler struct{ mimic.Model }

func TestCancelled(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		ctx, cancel := context.WithCancel(par.WithWorkers(t.Context(), workers))
		var last int64
		err := Run(ctx, new(dice), &text{t: t}, Options{
			Rows: table.Range{Hi: 100 * BlockRows},
			Progress: func(_ string, done, _ int64) {
				last = done
				if done >= 3*BlockRows {
					cancel()
				}
			},
		})
		if !errors.Is(err, context.Canceled) || last < 3*BlockRows || last > int64(3+workers)*BlockRows {
			t.Errorf("%d workers: error %v after %d rows", workers, err, last)
		}
		cancel()
	}
}

func TestProgress(t *testing.T) {
	var calls []int64
	err := Run(par.WithWorkers(t.Context(), 3), new(dice), &text{t: t, next: 100}, Options{
		Rows: table.Range{Lo: 100, Hi: all},
		Progress: func(_ string, done, total int64) {
			if total != all-100 {
				t.Errorf("total %d", total)
			}
			calls = append(calls, done)
		},
	})
	if want := []int64{BlockRows - 100, 2*BlockRows - 100, 3*BlockRows - 100, all - 100}; err != nil || !slices.Equal(calls, want) {
		t.Errorf("told %v (%v), want %v", calls, err, want)
	}
}
