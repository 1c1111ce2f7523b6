package independent_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

func TestModel(t *testing.T) {
	modeltest.Run(t, modeltest.Subject{
		New:    func(*space.Schema) mimic.Family { return independent.Family{} },
		Decode: independent.Decode,
	})
}
