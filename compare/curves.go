package compare

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/table"
)

// Curve is a learning curve: how well a model that learned from n rows predicts
// the label of held-out rows.
type Curve struct {
	Name       string
	Generative bool // it learned p(x, y); the others p(y | x) alone
	Points     []Point
	// Err is why a curve has no points, or ends before the others: an error of
	// the model, or that there was no time for its next point.
	Err error
}

// Point of a curve: means over repetitions, each with other rows to learn from.
type Point struct {
	Rows, Repeats         int
	LogLoss, LogLossErr   float64 // nats, with the standard error of the repetitions
	Accuracy, AccuracyErr float64
	AUC                   float64
}

// Names of the models that learn p(y | x) alone.
const (
	Unpenalised = "logistic, no penalty"
	Regression  = "logistic regression"
	Boosting    = "boosted trees"
)

// Bounds of the learning curves.
const (
	firstRows   = 16   // that the first point learns from, at least
	testRows    = 4096 // that they are measured on, at most
	repeatRows  = 4096 // that the repetitions of a point learn from together
	mostRepeats = 10
	slowFit     = 20 * time.Second // a rung whose fit took longer has no curve
)

// student is a curve in the making.
type student struct {
	Curve
	learn learner
	last  time.Duration // that the last point took
	rows  int           // that it learned from, all repetitions together
}

// curves draws the learning curve of each rung that is quick and whose
// prediction depends on the row, and of two discriminative models, on the rows
// that have a label.
//
// Points learn from 16 rows or more, twice as many each, up to all; small ones
// ten times from other rows. A model whose next point would not fit into the
// time that is left goes no further.
//
// Reference: Ng & Jordan (2001), On discriminative vs. generative classifiers: a
// comparison of logistic regression and naive Bayes, figure 1.
func (c *Comparison) curves(ctx context.Context, rungs []mimic.Family, opt Options) error {
	j := c.Train.Schema().Index(c.Label)
	train, test := labelled(c.Train, j), spaced(labelled(c.Held, j), testRows)
	levels := len(c.Train.Schema().Fields[j].Levels)
	if levels < 2 || train.Rows() == 0 || test.Rows() == 0 {
		return nil
	}
	var all []*student
	for i, r := range c.Rungs {
		if r.tells() && r.Fit < slowFit {
			all = append(all, &student{Curve: Curve{Name: r.Kind, Generative: true}, learn: generative(rungs[i], c.Label)})
		}
	}
	all = append(all,
		&student{Curve: Curve{Name: Unpenalised}, learn: discriminative(j, unpenalised)},
		&student{Curve: Curve{Name: Regression}, learn: discriminative(j, regression)},
		&student{Curve: Curve{Name: Boosting}, learn: discriminative(j, boosting)})
	end := time.Time{}
	if opt.Budget > 0 {
		end = time.Now().Add(opt.Budget)
	}
	sizes := sizes(int(train.Rows()), levels)
	for i, n := range sizes {
		active := len(all)
		for k, s := range all {
			opt.tell("learning curves, "+s.Name, i*len(all)+k, len(sizes)*len(all))
			if s.Err == nil {
				if err := s.point(ctx, c.Label, train, test, n, end, active-k, opt.Seed); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range all {
		c.Curves = append(c.Curves, s.Curve)
	}
	return nil
}

// labelled returns the rows that have a label.
func labelled(t *table.Table, label int) *table.Table {
	var rows []int
	for i, code := range t.All().Cols[label].Code {
		if code >= 0 {
			rows = append(rows, i)
		}
	}
	if len(rows) == int(t.Rows()) {
		return t
	}
	return t.Select(rows)
}

// sizes returns the numbers of rows to learn from: powers of two from a few rows
// for each level on, then all n.
func sizes(n, levels int) (all []int) {
	first := firstRows
	for first < 4*levels {
		first *= 2
	}
	for size := first; size < n*3/4; size *= 2 {
		all = append(all, size)
	}
	return append(all, n)
}

// errTime is why a curve ends where there was no time for its next point.
var errTime = errors.New("its time was up")

// point adds the point of n rows, if there is time for it: left models, of which
// s is the first, share what there is until end.
func (s *student) point(ctx context.Context, label string, train, test *table.Table, n int, end time.Time, left int, seed uint64) error {
	repeats := min(max(repeatRows/n, 1), mostRepeats)
	if n == int(train.Rows()) {
		repeats = 1
	}
	if !end.IsZero() {
		next := time.Duration(float64(s.last) * float64(n*repeats) / float64(max(s.rows, 1)))
		if next > time.Until(end)/time.Duration(left) {
			s.Err = errTime
			return nil
		}
	}
	start := time.Now()
	y := test.All().Cols[test.Schema().Index(label)].Code
	var loss, accuracy, auc spread
	for r := range repeats {
		order := rand.New(rng.New(seed).Child(uint64(r)).Stream(0)).Perm(int(train.Rows()))
		logp, err := s.learn(ctx, train.Select(order[:n]), test)
		if err := ctx.Err(); err != nil {
			return err
		}
		if err != nil {
			s.Err = err
			return nil
		}
		p := predict.Prediction{LogP: logp}
		m := p.Measure(y)
		loss.add(m.LogLoss)
		accuracy.add(m.Accuracy)
		auc.add(m.AUC)
	}
	s.last, s.rows = time.Since(start), n*repeats
	s.Points = append(s.Points, Point{n, repeats, loss.mean, loss.stderr(), accuracy.mean, accuracy.stderr(), auc.mean})
	return nil
}

// spread is a mean with its standard error.
type spread struct{ n, mean, squares float64 }

func (s *spread) add(x float64) {
	s.n++
	d := x - s.mean
	s.mean += d / s.n
	s.squares += d * (x - s.mean)
}

func (s *spread) stderr() float64 {
	if s.n < 2 {
		return math.NaN()
	}
	return math.Sqrt(s.squares / (s.n - 1) / s.n)
}

// Sizes returns the numbers of rows that the points of the longest curve learned
// from.
func (c *Comparison) Sizes() (sizes []int) {
	for _, curve := range c.Curves {
		if len(curve.Points) > len(sizes) {
			sizes = sizes[:0]
			for _, p := range curve.Points {
				sizes = append(sizes, p.Rows)
			}
		}
	}
	return sizes
}
