package judge

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/gbt"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// The two-sample test: a classifier learns to tell rows of a candidate (class
// 1) from real rows that nobody trained on (class 0), in equal numbers. Every
// row is scored by a classifier that has not seen it. The area under the
// receiver operating characteristic is the probability that a made row looks
// more made than a real one does: 0.5 where nothing gives it away.
//
// Reference: Lopez-Paz & Oquab (2017), Revisiting classifier two-sample tests.

const (
	twoSampleRows  = 15000 // of the samples at most, and as many real ones
	yardstickRows  = 5000  // of a yardstick
	explainRows    = 8000  // from which the tells are learned
	twoSampleFolds = 5
)

// twoSample is the outcome of the test of one candidate.
type twoSample struct {
	trees, logistic Estimate
	importance      []float64 // [fields in use]
	tells           []Tell
}

// published is the form in which papers print the area: 1 for indistinguishable,
// 0 for perfectly told apart.
func published(auc Estimate) Estimate {
	if auc.IsNone() {
		return auc
	}
	return normal(1-max(0, 2*float64(auc.Value)-1), 2*float64(auc.StdErr), 0, 1)
}

// sides returns the rows of a candidate and the real rows that it is told from.
// The held-out rows themselves are told from each other, half from half.
func sides(c int, cand, heldOut candidate, k rng.Key) (made, real []int) {
	if c == held {
		order := permutation(cand.n, k)
		half := min(cand.n/2, yardstickRows)
		made, real = order[:half], at(cand.origin, order[half:2*half])
		slices.Sort(made)
		slices.Sort(real)
		return made, real
	}
	m := min(cand.n, heldOut.n, twoSampleRows)
	if c != samples {
		m = min(m, yardstickRows)
	}
	return subset(cand.n, m, k.Child(0)), subset(heldOut.n, m, k.Child(1))
}

// tellApart runs the test of a candidate against held-out rows; with explain, it
// also looks for what gave the made rows away.
func tellApart(ctx context.Context, c int, cand, heldOut candidate, seed uint64, explain bool) (*twoSample, error) {
	k := rng.New(seed).Child(forFolds).Child(uint64(c))
	madeRows, realRows := sides(c, cand, heldOut, k)
	n := len(madeRows)
	if n < 2*twoSampleFolds {
		return &twoSample{trees: none(), logistic: none()}, nil
	}
	made, real := cand.take(madeRows).batch(), heldOut.take(realRows).batch()
	class := make([]int32, 2*n)
	for i := range n {
		class[i] = 1
	}
	y := gbt.Class(class, 2)
	folds := gbt.Folds(y, twoSampleFolds, k.Uint64(0))

	x, err := design(cand.use, made, real)
	if err != nil {
		return nil, err
	}
	fit, err := gbt.CrossFit(ctx, x.binned, y, nil, folds, rounds(len(cand.use)))
	if err != nil {
		return nil, err
	}
	weights := bootstrap(2*n, k.Child(1))
	t := &twoSample{importance: fit.Importance}
	t.trees = aucOf(fit.Predictions[0], class, weights).estimate()
	score, err := crossFitLogistic(ctx, newLinear(cand.use, cand.levels, made, real), class, folds)
	if err != nil {
		return nil, err
	}
	t.logistic = aucOf(score, class, weights).estimate()
	if explain {
		t.tells, err = explainTells(ctx, x, y, folds, fit.Predictions[0][:n], cand.frame, madeRows, made, real, k.Child(2))
	}
	return t, err
}

// rounds returns the options of the trees: a hundred rounds, fewer for more than
// 64 fields, which bring as many splits to choose from with each.
func rounds(fields int) gbt.Options {
	return gbt.Options{Rounds: max(25, min(100, 100*64/max(fields, 1)))}
}

// predictors are rows as the trees see them.
type predictors struct {
	binner *gbt.Binner
	binned *gbt.Binned
}

func design(use []int, batches ...*table.Batch) (*predictors, error) {
	b, err := gbt.NewBinner(use, batches...)
	if err != nil {
		return nil, err
	}
	return &predictors{b, b.Bin(batches...)}, nil
}

// scored is a figure with its bootstrap replicates.
type scored struct {
	value     float64
	replicate []float64
}

func (a scored) estimate() Estimate { return withError(a.value, a.replicate, 0, 1) }

// aucOf returns the area under the receiver operating characteristic, and its
// replicates under the weights.
func aucOf(score []float64, class []int32, weights [][]uint8) scored {
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[a], score[b]) })
	one := func(w []uint8) float64 {
		var below, pairs, ones float64 // rows of class 0 so far; pairs won; rows of class 1
		for i := 0; i < len(order); {
			var n [2]float64
			at := score[order[i]]
			for ; i < len(order) && score[order[i]] == at; i++ {
				c := 1.0
				if w != nil {
					c = float64(w[order[i]])
				}
				n[class[order[i]]] += c
			}
			pairs += n[1] * (below + n[0]/2)
			below += n[0]
			ones += n[1]
		}
		return pairs / (below * ones)
	}
	a := scored{one(nil), make([]float64, len(weights))}
	for r, w := range weights {
		a.replicate[r] = one(w)
	}
	return a
}

const (
	tellsShown  = 12 // rows that gave the model away
	blamesShown = 3  // fields to blame for each
	donors      = 16 // real rows that lend their values
)

// explainTells returns the made rows that the test is surest of, each with the
// fields to blame: by how many nats the evidence falls, in the mean, when the
// value of the field alone is replaced by that of a real row.
func explainTells(ctx context.Context, x *predictors, y gbt.Target, folds []int32, score []float64,
	fr *frame, rows []int, made, real *table.Batch, k rng.Key) ([]Tell, error) {
	weight := make([]float64, len(folds))
	var unseen []int // made rows of fold 0, which the model below does not see
	for i, f := range folds {
		switch {
		case f == 0 && i < len(rows):
			unseen = append(unseen, i)
		case f != 0 && i%len(rows) < explainRows:
			weight[i] = 1
		}
	}
	slices.SortStableFunc(unseen, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	unseen = unseen[:min(len(unseen), tellsShown)]
	use := fr.use
	m, err := gbt.Train(ctx, x.binned, y, weight, rounds(len(use)))
	if err != nil {
		return nil, err
	}
	lend := subset(real.N, min(donors, max(1, 20000/(len(use)*tellsShown))), k)
	variants := len(lend) * len(use)
	tells := make([]Tell, len(unseen))
	err = par.Do(ctx, len(unseen), func(t int) error {
		// Row 0 is the made row itself, row 1 + a·donors + l has field a of donor l.
		b := table.NewBatch(made.Schema, 0, 1+variants)
		for a, j := range use {
			for i := range b.N {
				from, row := made, unseen[t]
				if i > 0 && (i-1)/len(lend) == a {
					from, row = real, lend[(i-1)%len(lend)]
				}
				if made.Cols[j].Code != nil {
					b.Cols[j].Code[i] = from.Cols[j].Code[row]
				} else {
					b.Cols[j].Num[i] = from.Cols[j].Num[row]
				}
			}
		}
		p := [][]float64{make([]float64, b.N)}
		m.Predict(p, x.binner.Bin(b))
		whole := logit(p[0][0])
		blame := make([]Share, len(use))
		for a, j := range use {
			blame[a].Field = fr.schema.Fields[j].Name
			for l := range lend {
				blame[a].Share += Number((whole - logit(p[0][1+a*len(lend)+l])) / float64(len(lend)))
			}
		}
		slices.SortStableFunc(blame, func(a, b Share) int { return cmp.Compare(b.Share, a.Share) })
		blame = blame[:min(len(blame), blamesShown)]
		row := rows[unseen[t]]
		tells[t] = Tell{Row: row, Probability: Number(p[0][0]), Cells: fr.cells(row),
			Blame: slices.DeleteFunc(blame, func(s Share) bool { return s.Share <= 0 })}
		return nil
	})
	return tells, err
}

func logit(p float64) float64 {
	p = max(1e-12, min(1-1e-12, p))
	return math.Log(p / (1 - p))
}
