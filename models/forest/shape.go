package forest

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// shape is the law of residuals in standard deviations: normal, or that of the rows'
// residuals under a normal kernel.
type shape struct {
	Residuals []float64 `cbor:"residuals,omitempty"` // rising; none for a normal law
	Bandwidth float64   `cbor:"bandwidth,omitempty"` // of the kernel
}

const shapeGain = 1 // nats that a kernel has to gain over the normal law

var bandwidths = []float64{.25, .4, .6, 1}

// newShape returns the law under which the residuals are the most likely, each by a kernel
// on the others. The kernel widens the law; residuals are drawn together for that.
func newShape(residuals []float64) (s shape) {
	best := float64(shapeGain)
	for _, u := range residuals {
		best += distuv.UnitNormal.LogProb(u)
	}
	for _, h := range bandwidths {
		l, by := 0.0, shape{Bandwidth: h}
		for i, u := range residuals {
			p := 0.0
			for j, v := range residuals {
				if j != i {
					p += by.density(u, v)
				}
			}
			l += math.Log(p/float64(len(residuals)-1) + tiny)
		}
		if l > best {
			best = l
			s = shape{slices.Clone(residuals), h}
		}
	}
	slices.Sort(s.Residuals)
	return s
}

// drawn returns by how much residuals are drawn together.
func (s *shape) drawn() float64 { return 1 / math.Sqrt(1+s.Bandwidth*s.Bandwidth) }

// density returns that of u under the kernel on a residual.
func (s *shape) density(u, residual float64) float64 {
	a := s.drawn()
	return distuv.Normal{Mu: a * residual, Sigma: a * s.Bandwidth}.Prob(u)
}

// kernelBelow returns how much of the kernel on a residual lies below u.
func (s *shape) kernelBelow(u, residual float64) float64 {
	return normalBelow(u/(s.drawn()*s.Bandwidth) - residual/s.Bandwidth)
}

// below returns how much of the law lies below u.
func (s *shape) below(u float64) float64 {
	if len(s.Residuals) == 0 {
		return normalBelow(u)
	}
	p := 0.0
	for _, v := range s.Residuals {
		p += s.kernelBelow(u, v)
	}
	return p / float64(len(s.Residuals))
}

// belowWithout returns how much lies below u of the law without one of the residuals.
func (s *shape) belowWithout(u, residual float64) float64 {
	if len(s.Residuals) == 0 {
		return normalBelow(u)
	}
	n := float64(len(s.Residuals))
	return (n*s.below(u) - s.kernelBelow(u, residual)) / (n - 1)
}

// lawTable is how much of a law lies below points of [-lawReach, lawReach].
type lawTable []float64

const (
	lawReach = 8
	lawCells = 128 // in one standard deviation
)

func (s *shape) table() lawTable {
	t := make(lawTable, 2*lawReach*lawCells+1)
	for i := range t {
		t[i] = s.below(float64(i)/lawCells - lawReach)
	}
	return t
}

// at returns how much lies below u.
func (t lawTable) at(u float64) float64 {
	x := (u + lawReach) * lawCells
	switch {
	case !(x > 0):
		return 0
	case x >= float64(len(t)-1):
		return 1
	}
	i := int(x)
	return t[i] + (x-float64(i))*(t[i+1]-t[i])
}
