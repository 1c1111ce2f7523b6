package gaussian

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var _ mimic.Proposer = (*Model)(nil)

// proposal draws rows by a model q, whose numbers are in the order of known values,
// ranges and the rest, each within what is known of it given those before it.
type proposal struct {
	p, q      *Model
	logLevels float64 // log-probability of the evidence on levels
}

// Propose implements mimic.Proposer. The weight of a row is the probability of what is
// known of each number given those before it, where these are reals; on grids, where
// order matters, times the ratio of the masses of the row in both orders. Where one
// range of reals is all that is known, all rows weigh the same.
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	q, logLevels, err := m.within(e)
	if err != nil {
		return nil, err
	}
	q.sortChain()
	q.index()
	return &proposal{m, q, logLevels}, nil
}

// Draw implements mimic.Proposal.
func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	for i := range logw {
		logw[i] = q.logLevels
	}
	q.q.draw(dst, k, &weights{proposal: q, logw: logw, density: newWorkspace(q.p, dst.N), drawn: make([]float64, min(dst.N, chunk))})
	return nil
}

// weights are the log-weights of a batch in the making.
type weights struct {
	*proposal
	logw    []float64  // [n rows]
	density *workspace // of p
	drawn   []float64  // [chunk] log q of the numbers
}

// numbers draws the numbers of some rows of a workspace, which are those from lo on,
// and weighs them.
func (w *weights) numbers(own *workspace, pattern int, chain *normal.Chain, rows []int, lo int) {
	presence := normal.LogPresence(w.p.missing, w.q.missing, own.x, rows[0])
	logw := w.logw[lo:min(lo+chunk, len(w.logw))]
	for _, i := range rows {
		logw[i] += presence
	}
	copy(w.density.x, own.x)
	before := w.density.chainOf(pattern, rows[0])
	w.q.law().Propose(logw, w.p.law(), own.x, chain, before, rows, &own.scratch, w.drawn)
}
