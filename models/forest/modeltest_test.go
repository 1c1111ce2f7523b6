package forest

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

func TestConformance(t *testing.T) {
	modeltest.Run(t, modeltest.Subject{
		New:     func(*space.Schema) mimic.Family { return Family{} },
		Decode:  Decode,
		Inexact: true,
	})
}
