package mixture

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var _ mimic.Proposer = (*Model)(nil)

// proposal draws rows by a mixture q, whose numbers are in the order of known values,
// ranges and the rest, each within what is known of it given those before it.
type proposal struct {
	p, q  *Model
	ratio []float64 // [K] log p(c, levels in e)/q(c)
}

// asBefore is the share of a proposal's components, and of its missing numbers, that
// come as often as without the evidence: what is known of numbers is weighed by an
// approximation, and no weight may run away where that is bad.
const asBefore = .1

// Propose implements mimic.Proposer. The weight of a row is the probability of what is
// known of each number given those before it, where these are reals; on grids, where
// order matters, times the ratio of the masses of the row in both orders.
func (m *Model) Propose(e space.Evidence) (mimic.Proposal, error) {
	q, levels, touched, err := m.within(e)
	if err != nil {
		return nil, err
	}
	weight := slices.Clone(levels)
	q.settle(m, weight, touched)
	total, before := logsum.Of(weight), logsum.Of(levels)
	for c, w := range weight {
		if !math.IsInf(w, -1) {
			weight[c] = math.Log((1-asBefore)*math.Exp(w-total) + asBefore*math.Exp(levels[c]-before))
		}
		for k, t := range touched {
			if t.missing && t.there {
				q.missing[c][k] += asBefore * (m.missing[c][k] - q.missing[c][k])
			}
		}
	}
	if err := q.weighComponents(weight); err != nil {
		return nil, err
	}
	for c, w := range q.weight.LogP() {
		levels[c] -= w
	}
	return &proposal{m, q, levels}, nil
}

// Draw implements mimic.Proposal.
func (q *proposal) Draw(dst *table.Batch, logw []float64, k rng.Key) error {
	q.q.draw(dst, k, &weights{proposal: q, logw: logw, density: newWorkspace(q.p, dst.N), drawn: make([]float64, min(dst.N, rowsAtOnce))})
	return nil
}

// weights are the log-weights of a batch in the making.
type weights struct {
	*proposal
	logw    []float64  // [n rows]
	density *workspace // of p
	drawn   []float64  // [rows at once] log q of the numbers
}

// components sets the weights of some rows from lo on, which are of components own, to
// that of their component.
func (w *weights) components(lo int, own []uint16) {
	for i, c := range own {
		w.logw[lo+i] = w.ratio[c]
	}
}

// numbers draws the numbers of some rows of a workspace, which are those from lo on,
// and weighs them.
func (w *weights) numbers(own *workspace, c, pattern int, chain *normal.Chain, rows []int, lo int) {
	presence := normal.LogPresence(w.p.missing[c], w.q.missing[c], own.x, rows[0])
	logw := w.logw[lo:min(lo+rowsAtOnce, len(w.logw))]
	for _, i := range rows {
		logw[i] += presence
	}
	copy(w.density.x, own.x)
	before := w.density.chainOf(c, pattern, rows[0])
	w.q.law(c).Propose(logw, w.p.law(c), own.x, chain, before, rows, &own.scratch, w.drawn)
}
