package treenet

import (
	"context"
	"math"

	"github.com/seed-64d012fb/mimic/internal/pace"
)

// kept is the best that EM has come to, by the likelihood of validation rows.
type kept struct {
	patience int // steps without a gain after which EM stops
	m        *Mixture
	nats     float64 // mean log-probability of a validation row under m
	goal     float64 // what counts as a gain
	wait     int
}

// gain is the rise that EM goes on for, as a share of the nats of a row.
const gain = 1e-5

func newKept(patience int) *kept {
	return &kept{patience: patience, nats: math.Inf(-1), goal: math.Inf(-1)}
}

// keep takes note of what a step has come to, and says whether to go on.
func (k *kept) keep(ctx context.Context, m *Mixture, nats float64) bool {
	if k.m == nil || nats > k.nats {
		k.m, k.nats = m, nats
	}
	if k.wait++; nats > k.goal {
		k.goal, k.wait = nats+gain*math.Abs(nats), 0
	}
	return k.wait < k.patience && !pace.Past(ctx)
}
