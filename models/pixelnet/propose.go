package pixelnet

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// proposal draws pictures in raster order: of the pixels that evidence gives, the
// first in a row and the label are taken for known, and draws are from the law
// given these; each later one takes the value that it is to have, and how probable
// that was is the weight of the row.
type proposal struct {
	m      *Model
	law    *law
	pixels []tones // [pixels] what is given of those after the first
	logp   float64 // of what the law is given
}

var _ mimic.Proposer = (*Model)(nil)

// Propose implements mimic.Proposer.
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	l, pixels, logp := m.law().begin(m.shares(e))
	if l == nil {
		return nil, mimic.ErrImpossible
	}
	return &proposal{m, l, pixels, logp}, nil
}

// shares returns what evidence says of the codes of each learned field, all of
// which are levels.
func (m *Model) shares(e space.Evidence) [][]float64 {
	s := m.Schema()
	learned := s.Learned()
	share := make([][]float64, len(learned))
	for _, g := range e {
		for i, j := range learned {
			if j != g.Field {
				continue
			}
			f := &s.Fields[j]
			admitted := make([]float64, len(f.Levels)+1)
			for _, code := range g.Codes {
				if code >= 0 && int(code) < len(f.Levels) {
					admitted[code] = 1
				}
			}
			if g.Missing && f.Optional() {
				admitted[len(f.Levels)] = 1
			}
			if !f.Optional() {
				admitted = admitted[:len(f.Levels)]
			}
			share[i] = admitted
		}
	}
	return share
}

// Draw implements mimic.Proposal.
func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	s, l := q.m.Schema(), q.law
	codes := make([][]uint16, len(s.Learned()))
	for i := range codes {
		codes[i] = make([]uint16, dst.N)
	}
	l.draw(codes, logw, q.pixels, dst.First, k)
	for i := range logw {
		logw[i] += q.logp
	}
	for i, j := range s.Learned() {
		levels := len(s.Fields[j].Levels)
		for r, code := range codes[i] {
			dst.Cols[j].Code[r] = int32(code)
			if int(code) == levels {
				dst.Cols[j].Code[r] = table.Missing
			}
		}
	}
	return nil
}
