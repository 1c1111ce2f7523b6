package mixing

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

func TestPictureBudgetAndValidation(t *testing.T) {
	rows := pictures(200, 3, 3, 4, true, 10)
	ctx := pace.WithUntil(context.Background(), time.Now())
	m, _ := fittedPicture(t, ctx, rows, Family{})
	l := make([]float64, 200)
	if err := m.(mimic.Density).LogProb(l, rows.All()); err != nil || slices.Min(l) < -1e3 {
		t.Errorf("without time log p is %v (%v)", slices.Min(l), err)
	}
	// Validation rows in another order leave no trace, and other rows do.
	b := rows.All()
	turned := table.NewBatch(rows.Schema(), 0, 200)
	for j := range b.Cols {
		copy(turned.Cols[j].Code, b.Cols[j].Code)
		slices.Reverse(turned.Cols[j].Code[150:])
	}
	var blobs [][]byte
	for _, r := range []*table.Table{rows, table.New(turned)} {
		for _, validation := range []int64{50, 0} {
			m, _ := fittedPicture(t, context.Background(), r, Family{Validation: validation})
			blob, err := m.AppendBinary(nil)
			if err != nil {
				t.Fatal(err)
			}
			blobs = append(blobs, blob)
		}
	}
	if !slices.Equal(blobs[0], blobs[2]) || slices.Equal(blobs[1], blobs[3]) {
		t.Error("validation rows are learned from")
	}
}

// TestPictureProgress fits with somebody listening: what is done rises to all there
// is to do.
func TestPictureProgress(t *testing.T) {
	var last, all int64
	progress := func(stage string, done, total int64) {
		if stage != "planes" {
			return
		}
		if done < last || done > total {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last, all = done, total
	}
	if _, err := fit.Run(context.Background(), pictures(150, 3, 3, 4, false, 13), Family{}, fit.Options{Progress: progress}); err != nil {
		t.Fatal(err)
	}
	if last < all-1 || all == 0 {
		t.Errorf("ends at %d of %d", last, all)
	}
}

// TestFewPictures fits none, one, and pictures of one value.
func TestFewPictures(t *testing.T) {
	for _, n := range []int{0, 1, 2, 30} {
		rows := pictures(30, 3, 3, 256, n == 2, 11)
		if n < 30 {
			rows = table.New(rows.All().Slice(0, n))
		} else {
			for j := range rows.All().Cols {
				clear(rows.All().Cols[j].Code)
			}
		}
		m, _ := fittedPicture(t, context.Background(), rows, Family{})
		some := table.NewBatch(rows.Schema(), 0, 20)
		l := make([]float64, 20)
		if err := errors2(m.(mimic.Sampler).Sample(some, rng.New(1)), m.(mimic.Density).LogProb(l, some)); err != nil {
			t.Fatal(err)
		}
		for i, v := range l {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Errorf("%d pictures: sample %d has log p %v", n, i, v)
			}
		}
	}
}

func TestUnsuitedPictures(t *testing.T) {
	colour := &space.Schema{Image: &space.Image{Name: "c", Width: 2, Height: 2, Channels: 3, Levels: 4}}
	colour.Fields = colour.Image.Fields()
	beside := pictures(1, 2, 2, 4, true, 1).Schema()
	beside.Fields = append(beside.Fields, space.Field{Name: "age", Kind: space.Integer, Max: 9})
	for _, s := range []*space.Schema{colour, beside} {
		if _, err := (Family{}).NewFit(s, 10); err == nil {
			t.Errorf("%d fields are taken", len(s.Fields))
		}
	}
}
