package coded

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// ChainLaw is a Law that draws a row field by field, each given those before it
// in some order.
type ChainLaw interface {
	Law
	// SampleWithin fills codes with rows first, first+1, … of the key's
	// sequence, where each field j is drawn in proportion to its probability,
	// given the fields before it, times share[j][code]; a nil share leaves it
	// free. It sets logw [n rows] to the logarithm of the product over fields of
	// what the shares left of the probability: -Inf where that is nothing, and
	// the codes then are any.
	SampleWithin(codes [][]uint16, logw []float64, share [][]float64, first int64, k rng.Key)
}

// Chain is a law of the chain rule with the codebook of each field. Its answers
// to questions are weighted draws along the chain.
type Chain struct{ joint }

var (
	_ mimic.Density  = (*Chain)(nil)
	_ mimic.Sampler  = (*Chain)(nil)
	_ mimic.Proposer = (*Chain)(nil)
	_ mimic.Imputer  = (*Chain)(nil)
)

// NewChain returns the model of the kind over the fields of data.
func NewChain(kind string, data *Data, codes ChainLaw) *Chain {
	return &Chain{joint{kind, data.Schema, data.Fields, data.Books, codes}}
}

// DecodeChain reads what AppendBinary wrote. decode reads the law, given the
// number of codes of each learned field.
func DecodeChain(kind string, s *space.Schema, data []byte, decode func(codes []int, data []byte) (ChainLaw, error)) (*Chain, error) {
	j, err := decodeJoint(kind, s, data, decode)
	if err != nil {
		return nil, err
	}
	return &Chain{*j}, nil
}

// Law returns the law of the codes.
func (m *Chain) Law() ChainLaw { return m.law.(ChainLaw) }

// proposal draws along the chain within the evidence.
type proposal struct {
	Chain // with the codebooks within the evidence
	share [][]float64
}

// Propose implements mimic.Proposer.
func (m *Chain) Propose(e space.Evidence) (mimic.Proposal, error) {
	within, share, err := m.Within(e)
	if err != nil {
		return nil, err
	}
	return &proposal{*within, share}, nil
}

// ProposeBy returns the draws of a chain law within the evidence: of that which law
// returns, given the shares as Within returns them.
func (m *Model) ProposeBy(e space.Evidence, law func(share [][]float64) (ChainLaw, error)) (mimic.Proposal, error) {
	within, share, err := m.within(e)
	if err != nil {
		return nil, err
	}
	if within.law, err = law(share); err != nil {
		return nil, err
	}
	return &proposal{Chain{within}, share}, nil
}

// Within returns m with the codebooks within the evidence, and the share of each
// code that the evidence admits [learned fields][codes], nil where it says
// nothing of the field. The error wraps mimic.ErrImpossible where a field admits
// nothing.
func (m *Chain) Within(e space.Evidence) (*Chain, [][]float64, error) {
	within, share, err := m.within(e)
	return &Chain{within}, share, err
}

// WithLaw returns m with another law of the same fields.
func (m *Chain) WithLaw(law ChainLaw) *Chain {
	c := *m
	c.law = law
	return &c
}

// Draw implements mimic.Proposal.
func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	own := pool.Get().(*scratch)
	defer pool.Put(own)
	codes := own.size(len(q.fields), dst.N).codes[:len(q.fields)]
	q.Law().SampleWithin(codes, logw, q.share, dst.First, k.Child(forCodes))
	// A row of weight 0 may have a code that the evidence left without values.
	for r, l := range logw {
		if !math.IsInf(l, -1) {
			continue
		}
		for i, share := range q.share {
			if share != nil {
				codes[i][r] = uint16(slices.Index(share, slices.Max(share)))
			}
		}
	}
	q.detail(dst, codes, own.u, k)
	return nil
}
