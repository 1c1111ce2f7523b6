package chowliu_test

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/internal/binarysets"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

var subject = modeltest.Subject{
	New:    func(*space.Schema) mimic.Family { return chowliu.Family{} },
	Decode: chowliu.Decode,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// TestBinarySets compares the likelihood of one tree, on the test rows of binary
// benchmark sets, with what the literature of those sets gives for a Chow–Liu
// tree. Smoothing alone may move it, by less than .01 nats.
func TestBinarySets(t *testing.T) {
	for _, set := range []struct {
		name string
		want float64
	}{{"nltcs", -6.759}, {"msnbc", -6.540}, {"plants", -16.52}, {"baudio", -44.38}, {"jester", -58.23}} {
		t.Run(set.name, func(t *testing.T) {
			train := binarysets.Table(t, set.name+".ts")
			test := binarysets.Table(t, set.name+".test")
			m, err := fit.Run(context.Background(), train, chowliu.Family{}, fit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			nats, err := fit.Evaluate(context.Background(), m, test)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(nats.Mean-set.want) > 0.01 || nats.Impossible > 0 {
				t.Errorf("%.3f nats a row, %d impossible; want %.3f", nats.Mean, nats.Impossible, set.want)
			}
		})
	}
}
