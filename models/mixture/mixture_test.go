package mixture_test

import (
	"testing"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/modeltest"
	"github.com/seed-64d012fb/mimic/space"
)

func subject(f mixture.Family) modeltest.Subject {
	return modeltest.Subject{
		New:       func(*space.Schema) mimic.Family { return f },
		Decode:    mixture.Decode,
		Inexact:   f.Covariance == "" || f.Covariance == mixture.Full || f.Covariance == mixture.Tied,
		Unbounded: true,
		ByIndex:   true,
	}
}

func TestModel(t *testing.T) { modeltest.Run(t, subject(mixture.Family{})) }

func TestFull(t *testing.T) {
	modeltest.Run(t, subject(mixture.Family{Components: 3, Covariance: mixture.Full}))
}

func TestTied(t *testing.T) {
	modeltest.Run(t, subject(mixture.Family{Components: 2, Covariance: mixture.Tied}))
}

func TestDiag(t *testing.T) {
	modeltest.Run(t, subject(mixture.Family{Components: 3, Covariance: mixture.Diag}))
}

func TestSpherical(t *testing.T) {
	modeltest.Run(t, subject(mixture.Family{Components: 2, Covariance: mixture.Spherical}))
}

func FuzzDecode(f *testing.F) {
	modeltest.Fuzz(f, subject(mixture.Family{Components: 3, Covariance: mixture.Full}))
}
