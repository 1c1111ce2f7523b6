package treemix_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

var subject = modeltest.Subject{
	New:     func(*space.Schema) mimic.Family { return treemix.Family{Seed: 1} },
	Decode:  treemix.Decode,
	ByIndex: true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }
