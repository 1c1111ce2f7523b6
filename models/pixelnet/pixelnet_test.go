package pixelnet_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// small are networks that take little time, fitted to tell the label where there is one.
var small = modeltest.Subject{
	New: func(s *space.Schema) mimic.Family {
		f := pixelnet.Family{Networks: 1, Hidden: 8, Epochs: 2}
		for _, j := range s.Learned() {
			if s.Image != nil && !s.Image.Has(j) && s.Fields[j].Kind.Coded() {
				f.Label, f.Discriminate = s.Fields[j].Name, 4
			}
		}
		return f
	},
	Decode:   pixelnet.Decode,
	Pictures: 2,
	Inexact:  true,
	ByIndex:  true,
}

// grey are ensembles for pictures of several levels.
var grey = func() modeltest.Subject {
	s := small
	s.New = func(*space.Schema) mimic.Family { return pixelnet.Family{Networks: 2, Hidden: 8, Epochs: 1} }
	s.Pictures = 4
	return s
}()

func TestModel(t *testing.T) { modeltest.Run(t, small) }

func TestGreyModel(t *testing.T) { modeltest.Run(t, grey) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, small) }

func FuzzDecodeGrey(f *testing.F) { modeltest.Fuzz(f, grey) }

// slot is a pace.Keeper in memory.
type slot struct{ data []byte }

func (s *slot) Load() ([]byte, error) { return s.data, nil }
func (s *slot) Save(data []byte) error {
	s.data = slices.Clone(data)
	return nil
}

// bars returns pictures of 5x5 pixels with a bar, upright or not, as the label
// says, and some dots.
func bars(n int) *table.Table {
	m := space.Image{Name: "image", First: 1, Width: 5, Height: 5, Channels: 1, Levels: 2}
	label := space.Field{Name: "label", Kind: space.Category, Levels: []string{"lying", "upright"}}
	b := table.NewBatch(&space.Schema{Fields: append([]space.Field{label}, m.Fields()...), Image: &m}, 0, n)
	for i := range n {
		upright := i & 1
		b.Cols[0].Code[i] = int32(upright)
		for x := range 5 {
			for y := range 5 {
				if at := i / 2 % 5; at == y && upright == 0 || at == x && upright == 1 || i*7+x*3+y*5%11 == 0 {
					b.Cols[m.Field(x, y, 0)].Code[i] = 1
				}
			}
		}
	}
	return table.New(b)
}

// TestResume interrupts a fit of two networks, each once, and asks for the bits of one that
// was not, and that one with another criterion is refused.
func TestResume(t *testing.T) {
	rows := bars(300)
	family := pixelnet.Family{Label: "label", Discriminate: 4, Networks: 2, Hidden: 8, Epochs: 5}
	blob := func(m mimic.Model, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	want := blob(fit.Run(t.Context(), rows, family, fit.Options{}))
	var kept slot
	for _, at := range []struct {
		network string
		step    int64
	}{{"network 1, epoch", 32}, {"network 2, epoch", 96}} {
		ctx, cancel := context.WithCancel(pace.WithKeeper(t.Context(), &kept))
		_, err := fit.Run(ctx, rows, family, fit.Options{Progress: func(stage string, done, _ int64) {
			if strings.HasPrefix(stage, at.network) && done >= at.step {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted at %v: %v", at, err)
		}
	}
	other := family
	other.Discriminate = 2
	if _, err := fit.Run(pace.WithKeeper(t.Context(), &kept), rows, other, fit.Options{}); err == nil {
		t.Error("goes on with a fit by another criterion")
	}
	if got := blob(fit.Run(pace.WithKeeper(t.Context(), &kept), rows, family, fit.Options{})); !bytes.Equal(got, want) {
		t.Error("a fit that was interrupted comes to another model")
	}
}

// TestGrows asks whether a second network is kept that makes held-out pictures more
// probable, whether one is left out that cannot, and whether time to spare changes nothing.
func TestGrows(t *testing.T) {
	parameters := func(rows *table.Table, networks int, budget time.Duration) int64 {
		t.Helper()
		m, err := fit.Run(t.Context(), rows, pixelnet.Family{Networks: networks, Hidden: 16, Epochs: 3}, fit.Options{Budget: budget})
		if err != nil {
			t.Fatal(err)
		}
		return m.(fit.Parametric).Parameters()
	}
	rows := bars(300)
	one := parameters(rows, 1, 0)
	labels := int64(1)
	for _, budget := range []time.Duration{0, time.Hour} {
		if two := parameters(rows, 2, budget); two-labels != 2*(one-labels) {
			t.Errorf("two networks have %d parameters, one has %d", two, one)
		}
	}
	white := table.New(table.NewBatch(rows.Schema(), 0, 300))
	if many, one := parameters(white, 8, 0), parameters(white, 1, 0); many >= 8*one {
		t.Errorf("%d parameters for white pictures, one network has %d", many, one)
	}
}
