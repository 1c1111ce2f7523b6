package treenet

import (
	"context"
	"fmt"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// trees is a mixture of Chow–Liu trees while EM fits it. A step relearns every
// tree, edges and all, from the rows weighted by the posterior of the tree and
// from strength rows of a law q that all trees share: the rows themselves, with
// a little of the product of their marginals, under which nothing is impossible.
//
// Whatever tree is learned, q weighs it by its likelihood, so that a step cannot
// lower
//
//	Σ_i log Σ_k w_k p_k(x_i) + Σ_k (strength · E_q log p_k(x) + log w_k).
//
// A tree that no row belongs to is the Chow–Liu tree of q.
//
// Reference: Meilă & Jordan (2000), Learning with mixtures of trees, sections 3
// and 5 (smoothing by a prior of pairwise counts).
type trees struct {
	*Learner
	strength float64
	prior    counts      // strength rows of q
	codes    [][]float64 // [fields][codes], rows of q with each code
	post     [][]float64 // [trees][rows], weight of the row in the tree
	logP     []float64   // [rows]
	memory   sync.Pool   // of *counts
}

// independent is the share of q that is the product of marginals.
const independent = 0.05

// negligible is the posterior that counts as none: most rows belong to few trees.
const negligible = 1e-9

// newTrees returns n trees to which no row belongs yet.
func (l *Learner) newTrees(n int, strength float64) *trees {
	t := &trees{Learner: l, strength: strength, post: make([][]float64, n), logP: make([]float64, l.data.N)}
	t.memory.New = func() any { return new(counts) }
	t.setPrior()
	for c := range t.post {
		t.post[c] = make([]float64, l.data.N)
	}
	return t
}

// begin shares the rows out to the trees by which of some random ones is nearest.
func (t *trees) begin(k rng.Key) {
	const hard = 0.8 // of a row belongs at first to its nearest tree, the rest to all
	n := len(t.post)
	for c := range t.post {
		for i, w := range t.weight {
			t.post[c][i] = w * (1 - hard) / float64(n)
		}
	}
	for i, c := range t.nearest(n, k) {
		t.post[c][i] += hard * t.weight[i]
	}
}

// setPrior makes the counts of q.
func (t *trees) setPrior() {
	var (
		n    = t.it.total
		f    = t.strength * (1 - independent) / t.all.total
		even = make([]float64, n) // p(item)
	)
	t.prior = counts{total: t.strength, single: make([]float64, n), pair: make([]float64, n*n)}
	for j := range t.it.count {
		marginal := t.marginal(j)
		codes := make([]float64, len(marginal))
		for c, p := range marginal {
			codes[c] = f*t.data.Rows[j][c] + t.strength*independent*p
			if x := t.it.of[j][t.it.groups[j][c]]; x >= 0 {
				even[x] += p
			}
		}
		t.codes = append(t.codes, codes)
	}
	for x, p := range even {
		t.prior.single[x] = f*t.all.single[x] + t.strength*independent*p
		row := t.prior.pair[x*n:]
		for y := x + 1; y < n; y++ {
			row[y] = f*t.all.pair[x*n+y] + t.strength*independent*p*even[y]
		}
	}
}

// maximise returns the mixture that the rows' weights in the trees ask for.
func (t *trees) maximise(ctx context.Context) (*Mixture, error) {
	nets, weight := make([]*Net, len(t.post)), make([]float64, len(t.post))
	err := par.Do(ctx, len(nets), func(k int) (err error) {
		own := t.memory.Get().(*counts)
		defer t.memory.Put(own)
		if err = t.it.countPairs(ctx, own, t.post[k], 1); err != nil {
			return err
		}
		weight[k] = own.total + 1
		own.add(&t.prior)
		parent, order := t.structure(own, 0)
		nets[k], err = t.net(parent, order, func(j, p int) []float64 {
			return t.given(own, t.post[k], j, p)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return NewMixture(weight, nets)
}

// given returns p(code of j | group of p) from the counts of groups, and within
// a group from the codes of the rows, which do not depend on p: [groups of p ×
// codes], or [codes] if p < 0.
func (t *trees) given(c *counts, weight []float64, j, p int) []float64 {
	var (
		g      = t.it.count[j]
		rows   = 1
		table  []float64 // [rows × groups]
		group  = t.it.groups[j]
		within = make([]float64, len(group)) // rows with the code, then p(code | group)
		sum    = make([]float64, g)
	)
	if p < 0 {
		table = make([]float64, g)
		t.it.singles(table, c, j)
	} else {
		rows = t.it.count[p]
		table = make([]float64, rows*g)
		t.it.joint(table, c, p, j)
	}
	for r := range rows {
		normalised(table[r*g:(r+1)*g], 0)
	}
	if len(group) == g {
		return table // a group is a code
	}
	copy(within, t.codes[j])
	for i, c := range t.data.Codes[j] {
		within[c] += weight[i]
	}
	for c, x := range within {
		sum[group[c]] += x
	}
	out := make([]float64, rows*len(group))
	for r := range rows {
		for c, x := range within {
			out[r*len(group)+c] = table[r*g+int(group[c])] * x / sum[group[c]]
		}
	}
	return out
}

// expect sets the rows' weights in the trees to the posterior of the trees, and
// returns the log-likelihood of the rows.
func (t *trees) expect(ctx context.Context, m *Mixture) (float64, error) {
	err := m.posteriors(ctx, t.post, t.logP, t.data)
	sum := 0.0
	for i, w := range t.weight {
		sum += w * t.logP[i]
		for _, post := range t.post {
			if post[i] < negligible {
				post[i] = 0
			}
			post[i] *= w
		}
	}
	return sum, err
}

// Trees fits a mixture of n trees to the learner's rows by EM, and stops when
// the likelihood of the validation rows no longer rises. It returns the mixture
// that was best there, and its mean log-probability of a validation row. The
// number of the start makes no difference but by the key.
func (l *Learner) Trees(ctx context.Context, valid *coded.Data, n int, strength float64, _ int, k rng.Key) (*Fitted, float64, error) {
	n = max(min(n, l.data.N), 1)
	t := l.newTrees(n, strength)
	t.begin(k)
	best := newBest(3)
	var kept *Mixture
	for step := int64(1); ; step++ {
		m, err := t.maximise(ctx)
		if err != nil {
			return nil, 0, err
		}
		v, err := m.MeanLogProb(ctx, valid)
		if err != nil {
			return nil, 0, err
		}
		pace.Tell(ctx, fmt.Sprintf("%d trees: %.3f nats", n, v), step, 0)
		if best.rises(v) {
			kept = m
		}
		if best.ends(ctx) {
			break
		}
		if _, err := t.expect(ctx, m); err != nil {
			return nil, 0, err
		}
	}
	again := func(ctx context.Context, all *Learner) (*Mixture, error) {
		t, m := all.newTrees(n, strength), kept
		for step := 0; step < againSteps && !pace.Past(ctx); step++ {
			if _, err := t.expect(ctx, m); err != nil {
				return nil, err
			}
			var err error
			if m, err = t.maximise(ctx); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	return &Fitted{kept, again}, best.nats, nil
}
