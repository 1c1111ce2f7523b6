// Package condition draws from p(x given what is known of x): exactly where the
// model has an exact answer, else by importance weighting that says how good it
// is and refuses where it is too bad.
//
// An approximate row is one of a few candidates, drawn from a proposal and taken
// with a probability in proportion to its weight p(x)/q(x). How many candidates
// a row gets follows from a pilot: as many as are worth 16 equally likely ones.
// Where more than 4096 would be needed the evidence is refused. Nothing loops
// until it is satisfied.
//
// Reference: Rubin (1987), The calculation of posterior distributions by data
// augmentation: comment (sampling/importance resampling); Kong (1992), A note on
// importance sampling using standardized weights (effective sample size).
package condition

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	enoughEffective = importance.Enough // equally likely candidates that a row is taken from
	mostCandidates  = 1 << 12           // of one row
	pilotRows       = 1 << 14
	drawRows        = 1 << 12 // candidates that are drawn at once

	// The same of pictures, each of which takes long to draw.
	pictureGlance, picturePilot, pictureMost = 1 << 7, 1 << 11, 1 << 10
)

// ErrTooRare reports evidence that proposals meet too seldom, or too unevenly,
// for an approximate conditional to be any good.
var ErrTooRare = errors.New("the evidence is too rare for an approximate conditional")

// Quality says how good a conditional is.
type Quality struct {
	Exact bool
	// Of an approximate conditional: the candidates that each row is taken from,
	// and how many equally likely ones they are worth by the pilot.
	Candidates int
	Effective  float64
	// LogEvidence is the log-probability of the evidence in nats as estimated by
	// the pilot, with its standard error; 0 for an exact conditional, which need
	// not know it.
	LogEvidence, StdErr float64
}

// Given returns the model of p(x given x in e), a mimic.Sampler over the same
// schema. Where m has an exact conditional, that is it; it is m itself where e
// excludes nothing. Else, where m is a
// mimic.Proposer, it is approximate. The error wraps mimic.ErrImpossible where
// the evidence has probability zero, ErrTooRare where the approximation would be
// too bad, and mimic.ErrUnsupported where m knows neither way.
func Given(ctx context.Context, m mimic.Model, e space.Evidence) (mimic.Model, Quality, error) {
	return given(ctx, m, e, effort{pilot: pilotRows, most: mostCandidates})
}

// effort is how much is done for an approximate conditional.
type effort struct {
	glance int  // rows of the pilot that are enough where all of them weigh the same; 0 for none
	pilot  int  // rows of the pilot
	most   int  // candidates of one row
	anyway bool // answer even if these are not enough
}

func given(ctx context.Context, m mimic.Model, e space.Evidence, how effort) (mimic.Model, Quality, error) {
	e = telling(m.Schema(), e)
	if _, ok := m.(mimic.Sampler); ok && len(e) == 0 {
		return m, Quality{Exact: true}, nil
	}
	if c, ok := m.(mimic.Conditioner); ok {
		exact, err := c.Condition(e)
		if !errors.Is(err, mimic.ErrUnsupported) {
			return exact, Quality{Exact: true}, err
		}
	}
	p, ok := m.(mimic.Proposer)
	if !ok {
		return nil, Quality{}, fmt.Errorf("%s given evidence: %w", m.Kind(), mimic.ErrUnsupported)
	}
	q, err := p.Propose(e)
	if err != nil {
		return nil, Quality{}, err
	}
	quality, err := how.quality(ctx, m.Schema(), q)
	if err != nil {
		return nil, quality, err
	}
	return &resampled{m, q, quality.Candidates}, quality, nil
}

// telling returns the evidence without what admits every value of its field.
func telling(s *space.Schema, e space.Evidence) (kept space.Evidence) {
	for _, g := range e {
		if g.Field < 0 || g.Field >= len(s.Fields) || !g.All(&s.Fields[g.Field]) {
			kept = append(kept, g)
		}
	}
	return kept
}

// quality finds out how good a proposal is.
func (how effort) quality(ctx context.Context, s *space.Schema, q mimic.Proposal) (Quality, error) {
	if how.glance > 0 {
		share, quality, err := pilot(ctx, s, q, how.glance)
		if err == nil && share > 1-1e-9 {
			quality.Candidates, quality.Effective = 1, 1
			return quality, nil
		}
	}
	share, n, err := pilot(ctx, s, q, how.pilot)
	if err != nil {
		return n, err
	}
	for n.Candidates = enoughEffective; float64(n.Candidates)*share < enoughEffective; n.Candidates *= 2 {
		if n.Candidates < how.most {
			continue
		}
		n.Effective = max(1, share*float64(n.Candidates))
		if how.anyway {
			return n, nil
		}
		return n, fmt.Errorf("%w: %d candidates a row are worth %.1f, and %d are asked for; give less, or broader, evidence",
			ErrTooRare, n.Candidates, n.Effective, enoughEffective)
	}
	if share > 1-1e-9 {
		n.Candidates = 1 // all weights are equal: every candidate will do
	}
	n.Effective = float64(n.Candidates) * share
	return n, nil
}

// pilot draws rows of a proposal by a fixed key: the same evidence has the same
// quality always. It returns what share of a candidate is effective.
func pilot(ctx context.Context, s *space.Schema, q mimic.Proposal, rows int) (share float64, n Quality, err error) {
	logw := make([]float64, rows)
	block := min(drawRows, (rows+7)/8)
	err = par.Do(ctx, (rows+block-1)/block, func(i int) error {
		lo := i * block
		hi := min(lo+block, rows)
		return q.Draw(newBatch(s, int64(lo), hi-lo), logw[lo:hi], rng.New(pilotRows))
	})
	if err != nil {
		return 0, Quality{}, err
	}
	top := math.Inf(-1)
	for _, l := range logw {
		top = max(top, l)
	}
	if math.IsInf(top, -1) {
		return 0, Quality{LogEvidence: top}, fmt.Errorf("%w: none of %d proposals meets it", ErrTooRare, rows)
	}
	var sum, squares float64
	for _, l := range logw {
		w := math.Exp(l - top)
		sum += w
		squares += w * w
	}
	share = sum * sum / squares / float64(rows)
	return share, Quality{
		LogEvidence: top + math.Log(sum/float64(rows)),
		StdErr:      math.Sqrt(max(0, 1/share-1) / float64(rows)),
	}, nil
}

// newBatch returns a batch with room for the learned fields alone.
func newBatch(s *space.Schema, first int64, n int) *table.Batch {
	b := table.NewBatch(s, first, n)
	for j := range b.Cols {
		b.Cols[j].Text = nil
	}
	return b
}

// resampled is an approximate conditional: row i is one of candidates i·c …
// i·c + c-1 of a proposal.
type resampled struct {
	mimic.Model // Kind and Schema
	q           mimic.Proposal
	candidates  int
}

var _ mimic.Sampler = (*resampled)(nil)

// AppendBinary refuses: evidence is given again when it is needed.
func (r *resampled) AppendBinary([]byte) ([]byte, error) {
	return nil, errors.New("an approximate conditional is not saved: save the model, and give the evidence again")
}

// Sample fills dst with rows dst.First … of the sequence of k.
func (r *resampled) Sample(dst *table.Batch, k rng.Key) error {
	c := r.candidates
	most := max(1, drawRows/c) // rows at a time
	from := newBatch(r.Schema(), 0, min(most, dst.N)*c)
	logw := make([]float64, from.N)
	for lo := 0; lo < dst.N; lo += most {
		rows := dst.Slice(lo, min(lo+most, dst.N))
		own := from.Slice(0, rows.N*c)
		own.First = rows.First * int64(c)
		if err := r.q.Draw(own, logw[:own.N], k.Child(0)); err != nil {
			return err
		}
		for i := range rows.N {
			at := importance.Choose(logw[i*c:(i+1)*c], k.Child(1).Float64(rows.First+int64(i)))
			if at < 0 {
				return fmt.Errorf("row %d: %w: none of its %d candidates meets it", rows.First+int64(i), ErrTooRare, c)
			}
			copyRow(rows, i, own, i*c+at)
		}
	}
	return nil
}

// copyRow copies the learned fields of a row.
func copyRow(dst *table.Batch, i int, src *table.Batch, j int) {
	for f := range dst.Cols {
		switch c := dst.Cols[f]; {
		case c.Num != nil:
			c.Num[i] = src.Cols[f].Num[j]
		case c.Code != nil:
			c.Code[i] = src.Cols[f].Code[j]
		}
	}
}
