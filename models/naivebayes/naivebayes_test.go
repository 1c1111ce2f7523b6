package naivebayes_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

var labelled = modeltest.Subject{
	New:    func(s *space.Schema) mimic.Family { return naivebayes.Family{Label: s.Fields[0].Name} },
	Decode: naivebayes.Decode,
}

func TestModelWithLabel(t *testing.T) { modeltest.Run(t, labelled) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, labelled) }

// TestModelWithNumberLabel takes the last field for the label, which is a number
// in most sample spaces.
func TestModelWithNumberLabel(t *testing.T) {
	modeltest.Run(t, modeltest.Subject{
		New: func(s *space.Schema) mimic.Family {
			return naivebayes.Family{Label: s.Fields[len(s.Fields)-1].Name}
		},
		Decode: naivebayes.Decode,
	})
}

func TestModelWithLatentClasses(t *testing.T) {
	modeltest.Run(t, modeltest.Subject{
		New:     func(*space.Schema) mimic.Family { return naivebayes.Family{} },
		Decode:  naivebayes.Decode,
		ByIndex: true,
	})
}

func TestModelWithThreeClasses(t *testing.T) {
	modeltest.Run(t, modeltest.Subject{
		New:    func(*space.Schema) mimic.Family { return naivebayes.Family{Classes: 3} },
		Decode: naivebayes.Decode,
	})
}
