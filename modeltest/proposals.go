package modeltest

import (
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	proposals     = 1 << 12 // draws for one evidence
	furthestError = 7       // standard errors: 1e-11 of a sum that is normal
	leastWeighed  = 64      // equal draws that the weights of an outcome are worth, to be looked at
)

// weightedDraws compares weighted draws within evidence with the joint distribution:
// the mean weight with p(e), and that of the rows in which a field, or two, have some
// values with the probability of these and e. A mean that is wrong by a seventh is
// seen where as few as 2,500 equal draws are behind it.
func weightedDraws(s Subject) error {
	for _, a := range s.enumerable() {
		m, err := s.fitted(a.rows(trainingRows, 16), 1)
		if err != nil {
			return err
		}
		p, ok := m.(mimic.Proposer)
		if !ok {
			return nil
		}
		all := everyRow(a.schema)
		l, err := logProb(m, all)
		if err != nil {
			return err
		}
		for i, e := range evidences(a.schema) {
			if i%4 != 1 {
				continue
			}
			if err := weighedRight(p, all, l, e, rng.New(17).Child(uint64(i))); err != nil {
				return fmt.Errorf("%s: weighted draws given %v: %w", a.name, e, err)
			}
		}
		nothing := space.Evidence{{Field: 0}}
		if _, err := p.Propose(nothing); !errors.Is(err, mimic.ErrImpossible) {
			return fmt.Errorf("%s: weighted draws given nothing that is possible: error %v, want %v", a.name, err, mimic.ErrImpossible)
		}
	}
	return nil
}

// weighedRight compares the draws of one proposal with the joint exp(l) over all,
// restricted to e.
func weighedRight(m mimic.Proposer, all *table.Table, l []float64, e space.Evidence, k rng.Key) error {
	q, err := m.Propose(e)
	if err != nil {
		return err
	}
	b := table.NewBatch(all.Schema(), 0, proposals)
	logw := make([]float64, proposals)
	if err := q.Draw(b, logw, k); err != nil {
		return err
	}
	rows := table.New(b)
	w := make([]float64, proposals)
	for i, v := range logw {
		if w[i] = math.Exp(v); math.IsNaN(v) || math.IsInf(w[i], 1) {
			return fmt.Errorf("the log-weight of %s is %v", show(rows, i), v)
		}
		if w[i] > 0 && !admits(e, rows, i) {
			return fmt.Errorf("%s has the log-weight %v", show(rows, i), v)
		}
	}
	in := make([]float64, len(l)) // p(x, e)
	for i, v := range l {
		if admits(e, all, i) {
			in[i] = math.Exp(v)
		}
	}
	sets := [][]int{nil} // the evidence alone
	for j := range all.Schema().Fields {
		sets = append(sets, []int{j})
		if j > 0 {
			sets = append(sets, []int{j - 1, j})
		}
	}
	for _, fields := range sets {
		joint, sums, squares := map[uint64]float64{}, map[uint64]float64{}, map[uint64]float64{}
		for i, p := range in {
			joint[outcome(all, i, fields)] += p
		}
		for i, v := range w {
			o := outcome(rows, i, fields)
			sums[o] += v
			squares[o] += v * v
		}
		for o, sum := range sums {
			if !(sum*sum > leastWeighed*squares[o]) {
				continue
			}
			mean := sum / proposals
			if deviation := math.Sqrt(squares[o]) / proposals; math.Abs(mean-joint[o]) > furthestError*deviation+1e-9 {
				return fmt.Errorf("fields %s: the mean weight is %v ± %v, the joint is %v", names(all, fields), mean, deviation, joint[o])
			}
		}
	}
	return nil
}
