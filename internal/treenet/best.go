package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/pace"
)

// best follows the likelihood of validation rows while EM goes on.
type best struct {
	patience int     // steps without a gain after which EM stops
	nats     float64 // highest mean log-probability of a validation row so far
	goal     float64 // what counts as a gain
	wait     int
}

// gain is the rise that EM goes on for, as a share of the nats of a row.
const gain = 1e-5

func newBest(patience int) *best {
	return &best{patience: patience, nats: math.Inf(-1), goal: math.Inf(-1)}
}

// rises takes note of what a step has come to, and says whether it is the best
// so far, as the first is whatever it has come to.
func (b *best) rises(nats float64) bool {
	first := math.IsInf(b.nats, -1)
	if b.wait++; nats > b.goal || first {
		b.goal, b.wait = nats+gain*math.Abs(nats), 0
	}
	if nats > b.nats || first {
		b.nats = nats
		return true
	}
	return false
}

// ends says whether EM is to stop.
func (b *best) ends(ctx context.Context) bool { return b.wait >= b.patience || pace.Past(ctx) }
