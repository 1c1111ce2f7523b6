package kde_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

var subject = modeltest.Subject{
	New:       func(*space.Schema) mimic.Family { return kde.Family{} },
	Decode:    kde.Decode,
	Unbounded: true,
	ByIndex:   true,
}

func TestModel(t *testing.T) { modeltest.Run(t, subject) }

func FuzzDecode(f *testing.F) { modeltest.Fuzz(f, subject) }

// TestUnsuited asks for more fields than kernels are for.
func TestUnsuited(t *testing.T) {
	s := &space.Schema{}
	for j := range 13 {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("x", j), Kind: space.Real, Max: 1})
	}
	if _, err := (kde.Family{}).NewFit(s, 10); !errors.Is(err, mimic.ErrUnsuited) {
		t.Errorf("13 fields: %v", err)
	}
}
