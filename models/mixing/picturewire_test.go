package mixing

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

func TestPictureBits(t *testing.T) {
	rows := pictures(150, 5, 4, 9, true, 6)
	var blobs [][]byte
	for _, workers := range []int{1, 2, 3, 8} {
		m, _ := fittedPicture(t, par.WithWorkers(context.Background(), workers), rows, Family{Seed: 7})
		blob, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		blobs = append(blobs, blob)
		if !slices.Equal(blob, blobs[0]) {
			t.Fatalf("%d workers give another model", workers)
		}
	}
	m, law := fittedPicture(t, context.Background(), rows, Family{Seed: 7})
	again, err := Decode(rows.Schema(), blobs[0])
	if err != nil {
		t.Fatal(err)
	}
	a, b := make([]float64, 150), make([]float64, 150)
	if err := errors2(m.(mimic.Density).LogProb(a, rows.All()), again.(mimic.Density).LogProb(b, rows.All())); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a, b) {
		t.Error("read again, the model gives other probabilities")
	}
	// Any part of the sequence of samples can be had by itself.
	whole, part := table.NewBatch(rows.Schema(), 10, 40), table.NewBatch(rows.Schema(), 33, 5)
	if err := errors2(m.(mimic.Sampler).Sample(whole, rng.New(1)), again.(mimic.Sampler).Sample(part, rng.New(1))); err != nil {
		t.Fatal(err)
	}
	for j := range whole.Cols {
		if !slices.Equal(whole.Cols[j].Code[23:28], part.Cols[j].Code) {
			t.Fatalf("field %d: rows 33 to 37 by themselves are others", j)
		}
	}
	if law.Parameters() == 0 {
		t.Error("no parameters")
	}
}

// TestHostilePictures changes what a blob says, one thing at a time.
func TestHostilePictures(t *testing.T) {
	rows := pictures(40, 2, 2, 4, true, 12)
	_, m := fittedPicture(t, context.Background(), rows, Family{})
	for name, change := range map[string]func(b *pictureBlob){
		"a plane less":         func(b *pictureBlob) { b.Planes = b.Planes[1:] },
		"a context less":       func(b *pictureBlob) { b.Planes[0].Slots = b.Planes[0].Slots[1:] },
		"no slots":             func(b *pictureBlob) { b.Planes[0].Slots = make([][]byte, withLabel) },
		"three slots":          func(b *pictureBlob) { b.Planes[1].Slots[0] = make([]byte, 6) },
		"slots of two lengths": func(b *pictureBlob) { b.Planes[1].Slots[3] = make([]byte, 2) },
		"a state less":         func(b *pictureBlob) { b.Planes[1].Logits = b.Planes[1].Logits[2:] },
		"a weight less":        func(b *pictureBlob) { b.Planes[2].Weights = b.Planes[2].Weights[2:] },
		"a weight more":        func(b *pictureBlob) { b.Planes[2].Weights = append(b.Planes[2].Weights, 0, 0) },
		"a label more":         func(b *pictureBlob) { b.Labels = append(b.Labels, -9) },
		"labels of nothing":    func(b *pictureBlob) { b.Labels = []float64{-9, math.Inf(-1)} },
		"labels that are none": func(b *pictureBlob) { b.Labels = []float64{math.NaN(), 0} },
		"a label too probable": func(b *pictureBlob) { b.Labels = []float64{1, 0} },
	} {
		data, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		var b blob
		if err := wire.Decode(data, &b); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Picture.picture(rows.Schema(), []int{2, 4, 4, 4, 4}); err != nil {
			t.Fatal(err)
		}
		if err := wire.Decode(data, &b); err != nil {
			t.Fatal(err)
		}
		change(b.Picture)
		if _, err := b.Picture.picture(rows.Schema(), []int{2, 4, 4, 4, 4}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzDecodePicture asks Decode for an error or a model that works.
func FuzzDecodePicture(f *testing.F) {
	rows := pictures(40, 2, 2, 4, true, 12)
	m, err := fit.Run(context.Background(), rows, Family{}, fit.Options{})
	if err != nil {
		f.Fatal(err)
	}
	blob, err := m.AppendBinary(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(blob)
	f.Add(blob[:len(blob)/2])
	for i := 0; i < len(blob); i += 1 + len(blob)/200 {
		mutant := slices.Clone(blob)
		mutant[i] ^= 0x11
		f.Add(mutant)
	}
	f.Fuzz(func(t *testing.T, blob []byte) {
		m, err := Decode(rows.Schema(), blob)
		if err != nil {
			return
		}
		some := table.NewBatch(rows.Schema(), 0, 5)
		l := make([]float64, 5)
		if err := errors2(m.(mimic.Sampler).Sample(some, rng.New(1)), m.(mimic.Density).LogProb(l, some)); err != nil {
			t.Fatal(err)
		}
		for _, v := range l {
			if math.IsNaN(v) || math.IsInf(v, 1) {
				t.Fatalf("log p is %v", v)
			}
		}
	})
}
