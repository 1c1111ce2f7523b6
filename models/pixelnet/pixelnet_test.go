package pixelnet_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

// small are networks that take little time.
var small = modeltest.Subject{
	New:      func(*space.Schema) mimic.Family { return pixelnet.Family{Hidden: 16, Epochs: 2} },
	Decode:   pixelnet.Decode,
	Pictures: 2,
	Inexact:  true,
	ByIndex:  true,
}

func TestModel(t *testing.T) { modeltest.Run(t, small) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, small) }
