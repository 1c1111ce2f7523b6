package condition

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/importance"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// rowByDraws fills gaps by weighted draws given the known cells of each row: as
// many as make enoughEffective equally likely ones, as far as mostDraws go.
type rowByDraws struct {
	p      mimic.Proposer
	schema *space.Schema
}

const (
	fewDraws  = 256
	mostDraws = 1 << 13
)

func (f rowByDraws) Impute(b *table.Batch, effective []float64, k rng.Key) error {
	drawn := newBatch(f.schema, 0, mostDraws)
	logw := make([]float64, mostDraws)
	for i := range b.N {
		effective[i] = math.Inf(1)
		e, gaps := known(f.schema, b, i)
		if len(gaps) == 0 {
			continue
		}
		row := b.First + int64(i)
		key := k.Child(uint64(row))
		q, err := f.p.Propose(e)
		if errors.Is(err, mimic.ErrImpossible) {
			return fmt.Errorf("row %d: its known cells have probability zero: a value outside the sample space", row)
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		n := 0
		for n < fewDraws || n < mostDraws && importance.Effective(logw[:n]) < enoughEffective {
			more := max(fewDraws, n)
			if err := q.Draw(drawn.Slice(n, n+more), logw[n:n+more], key.Child(0)); err != nil {
				return fmt.Errorf("row %d: %w", row, err)
			}
			n += more
		}
		effective[i] = importance.Effective(logw[:n])
		at := importance.Choose(logw[:n], key.Child(1).Float64(0))
		if at < 0 {
			return fmt.Errorf("row %d: %w: none of %d draws meets its known cells", row, ErrTooRare, n)
		}
		for _, j := range gaps {
			if c := b.Cols[j]; c.Num != nil {
				c.Num[i] = drawn.Cols[j].Num[at]
			} else {
				c.Code[i] = drawn.Cols[j].Code[at]
			}
		}
	}
	return nil
}
