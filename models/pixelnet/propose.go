package pixelnet

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// begun draws pictures in raster order: of the pixels that evidence gives, the
// first in a row and the label are taken for known, and draws are from the law
// given these; each later one takes the value that it is to have, and how probable
// that was is the weight of the row.
type begun struct {
	*law
	pixels []tones // [pixels] what is given of those after the first
	logp   float64 // of what the law is given
}

var _ mimic.Proposer = (*Model)(nil)

// Propose implements mimic.Proposer.
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	return m.ProposeBy(e, func(share [][]float64) (coded.ChainLaw, error) {
		l, pixels, logp := m.law().begin(share)
		if l == nil {
			return nil, mimic.ErrImpossible
		}
		return &begun{l, pixels, logp}, nil
	})
}

// SampleWithin implements coded.ChainLaw: the shares are those that it begins with.
func (b *begun) SampleWithin(codes [][]uint16, logw []float64, _ [][]float64, first int64, k rng.Key) {
	b.draw(codes, logw, b.pixels, first, k)
	for i := range logw {
		logw[i] += b.logp
	}
}
