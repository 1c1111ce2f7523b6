package treenet

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// How mini-batches of EM go.
const (
	firstRate = 0.6 // share of the way to what a batch asks for, in the first epoch
	decay     = 0.1 // epoch e has rate firstRate / (1 + decay·e)
	patience  = 8   // epochs without a gain after which they end
	lanes     = 4   // parts of a batch that run in parallel: fixed, because sums of floats depend on it
)

// batchRows is the number of rows of a mini-batch.
func batchRows(n int) int { return min(max(n/16, 128), 512) }

// Hidden fits a hidden Chow–Liu tree with k states a latent node to the
// learner's rows, on the Chow–Liu tree of the fields, and stops when the
// likelihood of the validation rows no longer rises. It returns the tree that
// was best there, and its mean log-probability of a validation row. From the
// second start on the tree of the fields is that of resampled rows.
//
// Steps are EM on mini-batches, at a rate that decays: the first pass over the
// rows comes as far as ten passes of EM over all rows do. A step can lower the
// likelihood of all rows; validation keeps the best.
//
// Reference: Cappé & Moulines (2009), On-line expectation-maximization algorithm
// for latent data models; Liu & Van den Broeck (2021), Tractable regularization
// of probabilistic circuits, section 5, for mini-batches of parameters.
func (l *Learner) Hidden(ctx context.Context, valid *coded.Data, k int, strength float64, start int, key rng.Key) (*Fitted, float64, error) {
	k = (k + 15) / 16 * 16 // what the kernels take
	c := &l.all
	if start > 0 {
		var err error
		if c, err = l.resampled(ctx, key.Child(4)); err != nil {
			return nil, 0, err
		}
	}
	t := newTree(l.structure(c, 0))
	h := l.newHidden(t, k, strength, key.Child(0))
	n := max(1, l.data.N/batchRows(l.data.N))
	batches, err := t.batches(ctx, l.data, n, k, key.Child(1))
	if err != nil {
		return nil, 0, err
	}
	held, err := t.batches(ctx, valid, 1, k, key.Child(2))
	if err != nil {
		return nil, 0, err
	}
	p := newPass(h)
	best, kept := newBest(patience), h.copy()
	for epoch := 0; ; epoch++ {
		rate := firstRate / (1 + decay*float64(epoch))
		for i, at := range key.Child(3).Child(uint64(epoch)).Perm(n) {
			if i > 0 && pace.Past(ctx) {
				break
			}
			if err := p.expect(ctx, batches[at]); err != nil {
				return nil, 0, err
			}
			h.maximise(p.total(), rate, p.total().weight/l.all.total)
		}
		v, err := p.mean(ctx, held[0])
		if err != nil {
			return nil, 0, err
		}
		pace.Tell(ctx, fmt.Sprintf("tree of %d latent states: %.3f nats", k, v), int64(epoch+1), 0)
		if best.rises(v) {
			kept.set(h)
		}
		if best.ends(ctx) {
			break
		}
	}
	m, err := kept.mixture()
	again := func(ctx context.Context, all *Learner) (*Mixture, error) {
		h := kept.copy()
		batch, err := t.batches(ctx, all.data, 1, k, key.Child(5))
		if err != nil {
			return nil, err
		}
		p := newPass(h)
		for step := 0; step < againSteps && !pace.Past(ctx); step++ {
			if err := p.expect(ctx, batch[0]); err != nil {
				return nil, err
			}
			h.maximise(p.total(), 1, 1)
		}
		return h.mixture()
	}
	return &Fitted{m, again}, best.nats, err
}

// resampled returns the counts of the rows with weights of the Bayesian bootstrap:
// each times a draw from Exp(1). The trees of different keys then differ where the
// rows leave it open which is the best.
//
// Reference: Rubin (1981), The Bayesian bootstrap.
func (l *Learner) resampled(ctx context.Context, k rng.Key) (*counts, error) {
	weight := make([]float64, len(l.weight))
	k.Float64s(weight, 0)
	for i, w := range l.weight {
		weight[i] = -w * math.Log(weight[i])
	}
	c := new(counts)
	return c, l.it.countPairs(ctx, c, weight, parts)
}

// pass is the memory of passes over rows.
type pass struct {
	h        *hidden
	expected [lanes]*expected
	messages [lanes]*messages
}

func newPass(h *hidden) *pass {
	p := &pass{h: h}
	for i := range lanes {
		p.expected[i], p.messages[i] = h.newExpected(), new(messages)
	}
	return p
}

// total returns what expect has come to.
func (p *pass) total() *expected { return p.expected[0] }

// expect sets total to the expected counts of the blocks of a batch.
func (p *pass) expect(ctx context.Context, batch []*patterns) error {
	err := par.Do(ctx, lanes, func(i int) error {
		e, m := p.expected[i], p.messages[i]
		e.clear()
		for _, b := range batch[len(batch)*i/lanes : len(batch)*(i+1)/lanes] {
			e.logP += p.h.upward(b, m)
			p.h.downward(b, m, e)
		}
		return nil
	})
	for _, e := range p.expected[1:] {
		if e.weight > 0 {
			p.total().add(e)
		}
	}
	return err
}

// mean returns the mean log-probability of the rows in blocks.
func (p *pass) mean(ctx context.Context, blocks []*patterns) (float64, error) {
	logP := make([]float64, len(blocks))
	err := par.Do(ctx, lanes, func(i int) error {
		for b := i; b < len(blocks); b += lanes {
			logP[b] = p.h.upward(blocks[b], p.messages[i])
		}
		return nil
	})
	sum, weight := 0.0, 0.0
	for b, x := range logP {
		sum += x
		weight += blocks[b].total
	}
	return sum / weight, err
}

// batches deals the rows of d out to n batches and returns the blocks of each. A
// row that stands for several of the same is dealt to several batches, as
// evenly as it goes, with its share of the weight: each batch is like the whole.
func (t *tree) batches(ctx context.Context, d *coded.Data, n, k int, key rng.Key) ([][]*patterns, error) {
	rows, weight := make([][]int32, n), make([][]float32, n)
	starts := make([]float64, d.N)
	key.Child(0).Float64s(starts, 0)
	for _, r := range key.Child(1).Perm(d.N) {
		w := d.WeightOf(r)
		copies := min(int(math.Ceil(w)), n)
		at := int(starts[r] * float64(n))
		for c := range copies {
			b := (at + c*n/copies) % n
			rows[b] = append(rows[b], int32(r))
			weight[b] = append(weight[b], float32(w/float64(copies)))
		}
	}
	block := blockOf(len(t.parent), k)
	batches := make([][]*patterns, n)
	own := make([]interner, par.Workers(ctx))
	return batches, par.DoWorker(ctx, n, func(worker, b int) error {
		for lo := 0; lo < len(rows[b]); lo += block {
			hi := min(lo+block, len(rows[b]))
			batches[b] = append(batches[b], t.patternsOf(d, rows[b][lo:hi], weight[b][lo:hi], &own[worker]))
		}
		return nil
	})
}
