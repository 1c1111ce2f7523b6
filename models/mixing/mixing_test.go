package mixing_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

// vectors are models of tables. One order of the fields takes less time than a
// choice; TestOrders and TestHeldOut have several.
var vectors = modeltest.Subject{
	New:     func(*space.Schema) mimic.Family { return mixing.Family{Orders: 1} },
	Decode:  mixing.Decode,
	Inexact: true,
	ByIndex: true,
}

func TestModel(t *testing.T) { modeltest.Run(t, vectors) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, vectors) }
