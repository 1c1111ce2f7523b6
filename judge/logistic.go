package judge

import (
	"cmp"
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// linear is rows as a linear classifier sees them: numbers standardised, with
// an indicator of the missing ones, and one indicator for each level.
type linear struct {
	n, width int
	num      [][]float64 // [numbers][n rows], 0 where missing
	at       []int       // [numbers], the first weight of each
	code     [][]int32   // [coded, and numbers with missing values][n rows], the weight of each row, or -1
}

// linearLevels is how many levels of a field, the commonest, have a weight.
const linearLevels = 50

func newLinear(use []int, levels [][]string, batches ...*table.Batch) *linear {
	x := &linear{}
	for _, b := range batches {
		x.n += b.N
	}
	for _, j := range use {
		if batches[0].Cols[j].Code != nil {
			x.addCodes(len(levels[j]), joined(batches, func(b *table.Batch) []int32 { return b.Cols[j].Code }))
		} else {
			x.addNumbers(joined(batches, func(b *table.Batch) []float64 { return b.Cols[j].Num }))
		}
	}
	return x
}

func joined[T any](batches []*table.Batch, of func(*table.Batch) []T) []T {
	var all []T
	for _, b := range batches {
		all = append(all, of(b)...)
	}
	return all
}

func (x *linear) addCodes(levels int, code []int32) {
	count := make([]int, levels+1) // the last is missing
	for _, k := range code {
		count[place(k, levels)]++
	}
	order := make([]int, levels+1)
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	weight := make([]int32, levels+1)
	for r, k := range order {
		weight[k] = -1
		if r < linearLevels && count[k] > 0 {
			weight[k] = int32(x.width)
			x.width++
		}
	}
	to := make([]int32, len(code))
	for i, k := range code {
		to[i] = weight[place(k, levels)]
	}
	x.code = append(x.code, to)
}

func place(k int32, levels int) int {
	if k < 0 {
		return levels
	}
	return int(k)
}

func (x *linear) addNumbers(v []float64) {
	m := mean(v)
	ss, n := 0.0, 0
	for _, a := range v {
		if a == a {
			ss += (a - m) * (a - m)
			n++
		}
	}
	if n < len(v) {
		missing := make([]int32, len(v))
		for i, a := range v {
			if missing[i] = -1; a != a {
				missing[i] = int32(x.width)
			}
		}
		x.code = append(x.code, missing)
		x.width++
	}
	if n == 0 || ss == 0 {
		return
	}
	sd := math.Sqrt(ss / float64(n))
	z := make([]float64, len(v))
	for i, a := range v {
		if a == a {
			z[i] = (a - m) / sd
		}
	}
	x.num = append(x.num, z)
	x.at = append(x.at, x.width)
	x.width++
}

// crossFitLogistic returns the log-odds of class 1 of each row, by a logistic
// regression on the rows of all other folds, with the ridge penalty ½‖w‖² beside
// the sum of losses (the intercept is free).
func crossFitLogistic(ctx context.Context, x *linear, class, folds []int32) ([]float64, error) {
	score := make([]float64, x.n)
	k := int(slices.Max(folds)) + 1
	err := par.Do(ctx, k, func(f int) error {
		var in, out []int32
		for i, g := range folds {
			if int(g) == f {
				out = append(out, int32(i))
			} else {
				in = append(in, int32(i))
			}
		}
		w, err := x.train(in, class)
		if err != nil {
			return err
		}
		odds := make([]float64, len(out))
		x.odds(odds, w, out)
		for i, r := range out {
			score[r] = odds[i]
		}
		return nil
	})
	return score, err
}

// odds sets dst to the log-odds of the rows under the weights w [width + 1], of
// which the last is the intercept.
func (x *linear) odds(dst, w []float64, rows []int32) {
	for i := range dst {
		dst[i] = w[x.width]
	}
	for c, z := range x.num {
		b := w[x.at[c]]
		for i, r := range rows {
			dst[i] += b * z[r]
		}
	}
	for _, code := range x.code {
		for i, r := range rows {
			if k := code[r]; k >= 0 {
				dst[i] += w[k]
			}
		}
	}
}

// train returns the weights of least penalised loss on the rows.
func (x *linear) train(rows, class []int32) ([]float64, error) {
	l := &logisticLoss{x: x, rows: rows, class: class,
		odds: make([]float64, len(rows)), at: make([]float64, x.width+1), grad: make([]float64, x.width+1)}
	l.evaluate()
	problem := optimize.Problem{
		Func: func(w []float64) float64 { l.move(w); return l.value },
		Grad: func(grad, w []float64) { l.move(w); copy(grad, l.grad) },
	}
	settings := &optimize.Settings{GradientThreshold: 1e-4, MajorIterations: 60,
		Converger: &optimize.FunctionConverge{Absolute: 1e-6, Iterations: 3}}
	got, err := optimize.Minimize(problem, make([]float64, x.width+1), settings, &optimize.LBFGS{})
	if got == nil {
		return nil, err
	}
	// A line search that can go no further has found the bottom to rounding.
	return got.X, nil
}

// logisticLoss is the mean penalised loss over the rows, with its gradient.
type logisticLoss struct {
	x           *linear
	rows, class []int32
	odds        []float64

	at, grad []float64 // the weights that value and grad belong to
	value    float64
}

// move evaluates the loss at w, unless that was the last place.
func (l *logisticLoss) move(w []float64) {
	if !slices.Equal(w, l.at) {
		copy(l.at, w)
		l.evaluate()
	}
}

func (l *logisticLoss) evaluate() {
	x := l.x
	x.odds(l.odds, l.at, l.rows)
	clear(l.grad)
	loss, off := 0.0, l.odds // each row's odds become its gradient
	for i, r := range l.rows {
		o, y := l.odds[i], float64(l.class[r])
		e := math.Exp(-math.Abs(o))
		loss += max(o, 0) + math.Log(1+e) - y*o
		p := 1 / (1 + e)
		if o < 0 {
			p = e * p
		}
		off[i] = p - y
		l.grad[x.width] += off[i]
	}
	for c, z := range x.num {
		g := 0.0
		for i, r := range l.rows {
			g += off[i] * z[r]
		}
		l.grad[x.at[c]] += g
	}
	for _, code := range x.code {
		for i, r := range l.rows {
			if k := code[r]; k >= 0 {
				l.grad[k] += off[i]
			}
		}
	}
	scale := 1 / float64(len(l.rows))
	for k, b := range l.at[:x.width] {
		loss += b * b / 2
		l.grad[k] += b
	}
	for k := range l.grad {
		l.grad[k] *= scale
	}
	l.value = loss * scale
}
