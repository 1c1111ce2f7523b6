package judge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Train on synthetic, test on real: boosted trees learn a field from the rows of
// a candidate and predict it for held-out rows. The copy of the training rows is
// what training on real rows gives. The held-out yardstick learns from one half
// of the held-out rows and is tested on the other, both ways.
//
// Reference: Esteban, Hyland & Rätsch (2017), Real-valued (medical) time series
// generation with recurrent conditional GANs, section 4.1.2.

// utilityPlan says how much work a target is worth: one chosen by the user, or
// each field in turn.
type utilityPlan struct {
	rows    int // of the candidate and of the held-out rows, at most
	options gbt.Options
	classes int // levels, the commonest, that are told apart; others are one class
}

var (
	forLabel = utilityPlan{rows: 25000, classes: 50}
	inTurn   = utilityPlan{rows: 3000, classes: 5, options: gbt.Options{Rounds: 20, LearningRate: 0.2, Leaves: 15}}
)

// turnsAtMost is how many fields are targets in turn; of more, some are drawn.
const turnsAtMost = 12

// targetResult is how well one target is predicted, by candidate.
type targetResult struct {
	field    string
	auc      [candidates]scored
	accuracy [candidates]scored
	rmse     [candidates]scored
	numeric  bool
}

// utilities predicts the label, or each coded field in turn.
func utilities(ctx context.Context, label string, cand [candidates]candidate, heldOut candidate, k rng.Key) ([]targetResult, error) {
	fr := heldOut.frame
	plan := forLabel
	var targets []int
	if label != "" {
		j := fr.schema.Index(label)
		if j < 0 || !slices.Contains(fr.use, j) {
			return nil, fmt.Errorf("the label %q is no field of the samples and of the sample space: one of %s", label, names(fr.schema))
		}
		targets = []int{j}
	} else {
		plan = inTurn
		plan.rows = max(500, min(plan.rows, plan.rows*32/len(fr.use))) // fewer of wide tables
		for _, j := range fr.use {
			if fr.cols[j].Code != nil {
				targets = append(targets, j)
			}
		}
		targets = at(targets, subset(len(targets), turnsAtMost, k.Child(0)))
	}
	if len(fr.use) < 2 {
		return nil, nil
	}
	var results []targetResult
	for _, j := range targets {
		r, err := predictField(ctx, j, plan, cand, heldOut, k.Child(1+uint64(j)))
		if err != nil {
			return nil, fmt.Errorf("predicting field %q: %w", fr.schema.Fields[j].Name, err)
		}
		if r != nil {
			results = append(results, *r)
		}
	}
	return results, nil
}

// predictField returns nil where the held-out rows or the training rows do not
// vary in the field.
func predictField(ctx context.Context, j int, plan utilityPlan, cand [candidates]candidate, heldOut candidate, k rng.Key) (*targetResult, error) {
	fr := heldOut.frame
	var others []int
	for _, i := range fr.use {
		if i != j {
			others = append(others, i)
		}
	}
	truth := heldOut.take(knownRows(heldOut.frame, j, plan.rows, k.Child(0)))
	real := cand[copied].frame
	t := &targetResult{field: fr.schema.Fields[j].Name, numeric: fr.cols[j].Num != nil}
	class, classes := classesOf(real, j, plan.classes)
	if !t.numeric && (classes < 2 || varied(truth, j, class) < 2) || t.numeric && constant(truth.cols[j].Num) || truth.n < 4 {
		return nil, nil
	}
	weights := bootstrap(truth.n, k.Child(1))
	m := plan.rows
	for c := range cand {
		m = min(m, cand[c].n)
	}
	for c := range cand {
		var p [][]float64
		var err error
		if c == held {
			p, err = crossPredict(ctx, truth, others, j, class, classes, plan.options, k.Child(2))
		} else {
			train := cand[c].take(knownRows(cand[c].frame, j, m, k.Child(3+uint64(c))))
			p, err = predictFrom(ctx, train, truth, others, j, class, classes, plan.options)
		}
		if err != nil {
			return nil, err
		}
		t.measure(c, p, truth, j, class, weights)
	}
	return t, nil
}

// knownRows returns at most m rows in which field j is not missing.
func knownRows(fr *frame, j, m int, k rng.Key) []int {
	var known []int
	for i := range fr.n {
		if c := fr.cols[j]; c.Code != nil && c.Code[i] != table.Missing || c.Num != nil && c.Num[i] == c.Num[i] {
			known = append(known, i)
		}
	}
	return at(known, subset(len(known), m, k))
}

// classesOf returns the class of each level of field j: the commonest levels of
// the real rows have a class each, up to most, and all others share one.
func classesOf(real *frame, j, most int) (class []int32, classes int) {
	if real.cols[j].Code == nil {
		return nil, 0
	}
	count := real.levelCounts(j, nil)
	order := make([]int, len(count))
	for l := range order {
		order[l] = l
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	class = make([]int32, len(count))
	for r, l := range order {
		if count[l] > 0 && r < most {
			classes = r + 1
			class[l] = int32(r)
		} else {
			class[l] = int32(classes) // the class of all others
		}
	}
	if classes < len(order) {
		classes++
	}
	return class, classes
}

// varied returns how many classes occur.
func varied(fr *frame, j int, class []int32) int {
	seen := map[int32]bool{}
	for _, k := range fr.cols[j].Code {
		seen[class[k]] = true
	}
	return len(seen)
}

func targetOf(fr *frame, j int, class []int32, classes int) gbt.Target {
	if fr.cols[j].Num != nil {
		return gbt.Value(fr.cols[j].Num)
	}
	return gbt.Class(labels(fr, j, class), classes)
}

func labels(fr *frame, j int, class []int32) []int32 {
	y := make([]int32, fr.n)
	for i, k := range fr.cols[j].Code {
		y[i] = class[k]
	}
	return y
}

func predictFrom(ctx context.Context, train, test *frame, others []int, j int, class []int32, classes int, opt gbt.Options) ([][]float64, error) {
	if train.n == 0 {
		return nil, nil
	}
	a, b := train.batch(), test.batch()
	binner, err := gbt.NewBinner(others, a, b)
	if err != nil {
		return nil, err
	}
	m, err := gbt.Train(ctx, binner.Bin(a), targetOf(train, j, class, classes), nil, opt)
	if err != nil {
		return nil, err
	}
	p := make([][]float64, m.Outputs())
	for o := range p {
		p[o] = make([]float64, test.n)
	}
	m.Predict(p, binner.Bin(b))
	return p, nil
}

func crossPredict(ctx context.Context, fr *frame, others []int, j int, class []int32, classes int, opt gbt.Options, k rng.Key) ([][]float64, error) {
	b := fr.batch()
	binner, err := gbt.NewBinner(others, b)
	if err != nil {
		return nil, err
	}
	y := targetOf(fr, j, class, classes)
	fit, err := gbt.CrossFit(ctx, binner.Bin(b), y, nil, gbt.Folds(y, 2, k.Uint64(0)), opt)
	if err != nil {
		return nil, err
	}
	return fit.Predictions, nil
}

// measure compares predictions p [outputs][n rows] with the truth. Without
// predictions there is no figure.
func (t *targetResult) measure(c int, p [][]float64, truth *frame, j int, class []int32, weights [][]uint8) {
	if p == nil {
		nan := scored{value: math.NaN()}
		t.auc[c], t.accuracy[c], t.rmse[c] = nan, nan, nan
		return
	}
	if t.numeric {
		loss := make([]float64, truth.n)
		for i, v := range truth.cols[j].Num {
			loss[i] = (p[0][i] - v) * (p[0][i] - v)
		}
		t.rmse[c] = weighted(loss, weights)
		t.rmse[c].value = math.Sqrt(t.rmse[c].value)
		for r, v := range t.rmse[c].replicate {
			t.rmse[c].replicate[r] = math.Sqrt(v)
		}
		return
	}
	y := labels(truth, j, class)
	right := make([]float64, truth.n)
	for i, k := range y {
		if guess(p, i) == k {
			right[i] = 1
		}
	}
	t.accuracy[c] = weighted(right, weights)
	if len(p) == 1 {
		t.auc[c] = aucOf(p[0], y, weights)
		return
	}
	// One level against the rest, weighted by how common the level is.
	all := scored{replicate: make([]float64, len(weights))}
	total := 0.0
	for o := range p {
		is := make([]int32, len(y))
		n := 0.0
		for i, k := range y {
			if int(k) == o {
				is[i] = 1
				n++
			}
		}
		if n == 0 || n == float64(len(y)) {
			continue
		}
		a := aucOf(p[o], is, weights)
		all.value += n * a.value
		for r, v := range a.replicate {
			all.replicate[r] += n * v
		}
		total += n
	}
	all.value /= total
	for r := range all.replicate {
		all.replicate[r] /= total
	}
	t.auc[c] = all
}

// guess returns the most probable class of row i.
func guess(p [][]float64, i int) int32 {
	if len(p) == 1 {
		if p[0][i] > 0.5 {
			return 1
		}
		return 0
	}
	best := 0
	for o := range p {
		if p[o][i] > p[best][i] {
			best = o
		}
	}
	return int32(best)
}

// weighted returns the mean of a score and its replicates.
func weighted(score []float64, weights [][]uint8) scored {
	s := scored{mean(score), make([]float64, len(weights))}
	for r, w := range weights {
		in, n := 0.0, 0.0
		for i, x := range score {
			in += float64(w[i]) * x
			n += float64(w[i])
		}
		s.replicate[r] = in / n
	}
	return s
}
