package condition

import (
	"errors"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// weighedDraws draw a row within evidence from weighted ones.
type weighedDraws struct {
	p      mimic.Proposer
	schema *space.Schema

	rows *table.Batch // [importance.Most]; nil before the first use
	logw []float64
}

// draw returns where the row is: it is good until the next one is drawn. The draws are
// worth so many equally likely ones.
func (d *weighedDraws) draw(e space.Evidence, k rng.Key) (rows *table.Batch, at int, effective float64, err error) {
	if d.rows == nil {
		d.rows, d.logw = newBatch(d.schema, 0, importance.Most), make([]float64, importance.Most)
	}
	q, err := d.p.Propose(e)
	if errors.Is(err, mimic.ErrImpossible) {
		return nil, 0, 0, errors.New("its known cells have probability zero: a value outside the sample space")
	}
	if err != nil {
		return nil, 0, 0, err
	}
	n, effective, err := importance.Gather(d.logw, func(lo, hi int) error {
		return q.Draw(d.rows.Slice(lo, hi), d.logw[lo:hi], k.Child(0))
	})
	if err != nil {
		return nil, 0, 0, err
	}
	if at = importance.Choose(d.logw[:n], k.Child(1).Float64(0)); at < 0 {
		return nil, 0, 0, fmt.Errorf("%w: none of %d draws meets its known cells", ErrTooRare, n)
	}
	return d.rows, at, effective, nil
}
