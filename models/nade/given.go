package nade

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// given is the law of a network given shares of the codes of some fields: it is in
// proportion to p(codes)·∏ share[j][code of field j]. The codes of the first fields in
// the order, up to the last that has shares, are a prefix; all are listed.
type given struct {
	*network
	share    [][]float64 // [fields][codes]; nil is free
	length   int         // of a prefix
	prefixes [][]uint16  // [prefixes][length] code at each position
	below    []float64   // [prefixes] running sum of their probabilities, with their shares
}

var _ coded.ChainLaw = (*given)(nil)

// mostPrefixes bounds what is tried one by one.
const mostPrefixes = 1 << 12

// given returns the law given shares [fields][codes].
func (n *network) given(share [][]float64) (*given, error) {
	g := &given{network: n, share: share}
	tried := 1.
	for q, j := range n.order {
		if share[j] != nil {
			g.length = q + 1
		}
	}
	for q, j := range n.order[:g.length] {
		codes := 0
		for c := range n.codes(q) {
			if share[j] == nil || share[j][c] > 0 {
				codes++
			}
		}
		if tried *= float64(codes); tried > mostPrefixes {
			return nil, fmt.Errorf("the evidence depends on more than %d combinations: %w", mostPrefixes, mimic.ErrUnsupported)
		}
	}
	s := n.borrow()
	defer n.pool.Put(s)
	g.try(s, n.c, nil, 1)
	if len(g.below) == 0 || g.total() == 0 {
		return nil, mimic.ErrImpossible
	}
	return g, nil
}

// codes returns the number of codes at a position.
func (n *network) codes(q int) int { return n.first[q+1] - n.first[q] + 1 }

func (g *given) total() float64 { return g.below[len(g.below)-1] }

// try lists the prefixes that begin with some codes, which have probability p, shares
// included, and lead to the input a of the hidden layer.
func (g *given) try(s *scratch, a []float32, begin []uint16, p float64) {
	q := len(begin)
	if q == g.length {
		if len(g.below) > 0 {
			p += g.total()
		}
		g.prefixes, g.below = append(g.prefixes, slices.Clone(begin)), append(g.below, p)
		return
	}
	h := s.layer(0)
	simd.ReLU(h, a)
	g.oddsAt(s, q, h)
	total, share := g.network.total(s, q), g.share[g.order[q]]
	for code := range g.codes(q) {
		odds, next := s.base[q], a
		if u := g.unit(q, code); u >= 0 {
			odds, next = s.odds[u], slices.Clone(a)
			simd.Add(next, g.w[u*g.hidden:][:g.hidden])
		}
		part := float64(odds) / total
		if share != nil {
			part *= share[code]
		}
		if part > 0 {
			g.try(s, next, append(begin, uint16(code)), p*part)
		}
	}
}

// LogProb implements coded.Law.
func (g *given) LogProb(dst []float64, codes [][]uint16) {
	g.network.LogProb(dst, codes)
	evidence := math.Log(g.total())
	for i := range dst {
		dst[i] -= evidence
	}
	for j, share := range g.share {
		if share != nil {
			for i, c := range codes[j] {
				dst[i] += math.Log(share[c])
			}
		}
	}
}

// Sample implements coded.Law.
func (g *given) Sample(codes [][]uint16, first int64, k rng.Key) {
	g.SampleWithin(codes, nil, make([][]float64, len(codes)), first, k)
}

// SampleWithin implements coded.ChainLaw: what the shares leave of a prefix is known
// when it is drawn.
func (g *given) SampleWithin(codes [][]uint16, logw []float64, share [][]float64, first int64, k rng.Key) {
	if len(codes) == 0 {
		clear(logw)
		return
	}
	s := g.borrow()
	defer g.pool.Put(s)
	for i := range codes[0] {
		random := k.Stream(first + int64(i))
		at, _ := slices.BinarySearch(g.below, g.total()*random.Float64())
		left := 1.
		for q, c := range g.prefixes[min(at, len(g.prefixes)-1)] {
			j := g.order[q]
			codes[j][i] = c
			if share[j] != nil {
				left *= share[j][c]
			}
		}
		l := g.draw(s, codes, i, g.length, share, random)
		if logw != nil {
			logw[i] = l + math.Log(left)
		}
	}
}
