package compare

import (
	"context"
	"math"
	"time"

	"github.com/seed-64d012fb/mimic/predict"
)

// Bounds of the prediction of the label by one rung: evaluations of its density,
// and the time that they may take, going by that of the held-out rows.
const (
	mostPredicted = 1 << 17
	mostTime      = 10 * time.Second
	leastRows     = 100
)

// predict measures how well a rung predicts the label: on all held-out rows, or
// on rows at equal distances among them where that would take too long.
func (c *Comparison) predict(ctx context.Context, r *Rung) error {
	if c.Label == "" {
		return nil
	}
	j := c.Held.Schema().Index(c.Label)
	levels := max(len(c.Held.Schema().Fields[j].Levels), 1)
	rows := float64(mostPredicted / levels)
	rows = min(rows, float64(c.Held.Rows())*mostTime.Seconds()/(r.took.Seconds()*float64(levels)+1e-9))
	held := spaced(c.Held, int(max(rows, leastRows)))
	p, err := predict.Run(ctx, r.Model, held, predict.Options{Label: c.Label})
	if err != nil {
		return err
	}
	y := held.All().Cols[j].Code
	m := p.Measure(y)
	r.Label = &m
	if m.Rows > c.Constant.Rows {
		c.Constant = p.Constant(y).Measure(y)
	}
	return nil
}

// BestOfLabel returns the place of the rung that predicts the label best, by
// log-loss, or -1.
func (c *Comparison) BestOfLabel() int {
	best := -1
	for i, r := range c.Rungs {
		if r.Label != nil && r.Label.Rows > 0 && (best < 0 || r.Label.LogLoss < c.Rungs[best].Label.LogLoss) {
			best = i
		}
	}
	return best
}

// tells reports whether a rung's prediction of the label depends on the row
// enough to tell levels apart: of one to which the label has nothing to do with
// the other fields it does not.
func (r *Rung) tells() bool {
	return r.Label != nil && r.Label.Rows > 0 && math.Abs(r.Label.AUC-0.5) > 0.02
}
