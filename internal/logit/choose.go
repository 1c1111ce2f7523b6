package logit

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Penalties are the λ that Choose tries, the heaviest first.
var Penalties = []float64{1000, 100, 10, 1, 0.1, 0.01}

// folds is into how many parts Choose cuts the rows, and fewRows up to how many
// rows each of them is predicted from the others; of more rows the first is,
// which is enough.
const (
	folds   = 5
	fewRows = 2000
)

// Choose fits the regression with the λ of Penalties under which rows that the
// weights have not seen are most probable, then with all rows. The search ends
// when two lighter penalties in turn have not been better.
func Choose(ctx context.Context, b *table.Batch, fields []int, y []int32, classes int, seed uint64) (m *Model, penalty float64, err error) {
	if m, err = newModel(b, fields, y, classes); err != nil {
		return nil, 0, err
	}
	z := m.design.rows(b)
	if penalty, err = m.choose(ctx, &z, y, seed); err != nil {
		return nil, 0, err
	}
	return m, penalty, m.minimise(ctx, &z, y, penalty, enough)
}

func (m *Model) choose(ctx context.Context, z *rows, y []int32, seed uint64) (best float64, err error) {
	parts := splits(len(y), seed)
	trials := make([]*Model, len(parts)) // each goes on from the weights of a heavier penalty
	in, out := make([]rows, len(parts)), make([]rows, len(parts))
	for k, part := range parts {
		trials[k] = &Model{design: m.design, classes: m.classes, w: make([]float64, len(m.w))}
		in[k], out[k] = z.pick(part.in), z.pick(part.out)
	}
	best, least := Penalties[0], math.Inf(1)
	for worse, p := 0, 0; p < len(Penalties) && worse < 2; p++ {
		loss := 0.0
		for k, part := range parts {
			if err := trials[k].minimise(ctx, &in[k], at(y, part.in), Penalties[p], enough); err != nil {
				return 0, err
			}
			loss += trials[k].loss(&out[k], at(y, part.out))
		}
		if loss < least {
			best, least, worse = Penalties[p], loss, 0
			copy(m.w, trials[0].w) // for the fit to start from
		} else {
			worse++
		}
	}
	return best, nil
}

// loss returns Σ −log p(y | x).
func (m *Model) loss(z *rows, y []int32) (sum float64) {
	score := make([]float64, m.classes)
	for i, k := range y {
		m.scores(score, m.w, z, i)
		sum += floats.LogSumExp(score) - score[k]
	}
	return sum
}

// split is rows to learn from, and rows to measure on.
type split struct{ in, out []int }

// splits cuts n rows into folds by lot. Fewer than two rows are measured on
// themselves.
func splits(n int, seed uint64) []split {
	if n < 2 {
		all := make([]int, n)
		return []split{{all, all}}
	}
	k := min(folds, n)
	lot := rand.New(rng.New(seed).Stream(0)).Perm(n)
	all := make([]split, k)
	for r, i := range lot {
		for f := range all {
			if r%k == f {
				all[f].out = append(all[f].out, i)
			} else {
				all[f].in = append(all[f].in, i)
			}
		}
	}
	if n > fewRows {
		return all[:1]
	}
	return all
}

func at(y []int32, rows []int) []int32 {
	some := make([]int32, len(rows))
	for r, i := range rows {
		some[r] = y[i]
	}
	return some
}
