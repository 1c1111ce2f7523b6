// Package judge says whether p_model is close to p_data and whether the samples
// are new: it judges any model of ours, and any file of samples, whoever made it.
//
// A generated row can be wrong in three ways, and a person must see which: A,
// impossible: outside the sample space or breaking a rule; B, a copy of a
// training row or nearer to one than real unseen rows are; C, good. Every figure
// stands beside three yardsticks: real held-out rows, a copy of the training
// rows, and rows whose fields are independent, because some popular figures
// cannot tell a perfect model from one of these. docs/judge.md explains each.
//
// A judgement depends on its rows, options and seed, not on the number of
// workers. Rows are judged as a set: weights are refused.
package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/rules"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Input is what is judged, and what against.
type Input struct {
	Train *table.Table // the rows that the model, or whoever made the samples, learned from
	Held  *table.Table // real rows that it did not; nil holds out a part of Train

	// Samples are judged, whatever their schema. If nil, as many rows as Train
	// has are drawn from Model.
	Samples *table.Table
	Model   mimic.Model // may be nil: then there is no likelihood

	// Rules hold for every possible row, beside those of the schema; RulesDir is
	// where the files that they name are found.
	Rules    []string
	RulesDir string
}

// Options of a judgement; the zero value is a good default.
type Options struct {
	Label     string  // the field that usefulness is measured by; empty takes each field with levels in turn
	Seed      uint64  // of everything that is drawn
	HeldShare float64 // of Train, held out where Input.Held is nil; 0 means 0.2
	Rows      int64   // rows to draw from Model; 0 means as many as Train has
	Each      bool    // also record the verdict on each sample

	// Progress, if set, is told which of how many stages begins.
	Progress func(stage string, done, total int64)
}

// Run judges. It fails where there is nothing to compare; what is missing
// beside that leaves figures out, and is said in the notes.
func Run(ctx context.Context, in Input, opt Options) (*Judgement, error) {
	w, err := prepare(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	stages := []struct {
		name string
		run  func(context.Context) error
	}{
		{"validity", w.checkValidity},
		{"likelihood", w.measureLikelihood},
		{"distances", w.measureDistances},
		{"pictures", w.seeAsPatches},
		{"columns", w.compareColumns},
		{"pairs", w.comparePairs},
		{"coverage", w.measureCoverage},
		{"two-sample test", w.testTwoSamples},
		{"usefulness", w.measureUsefulness},
	}
	for i, s := range stages {
		if opt.Progress != nil {
			opt.Progress(s.name, int64(i), int64(len(stages)))
		}
		if err := s.run(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	w.conclude()
	if opt.Progress != nil {
		opt.Progress("done", int64(len(stages)), int64(len(stages)))
	}
	return w.j, nil
}

// work is a judgement under way.
type work struct {
	in    Input
	opt   Options
	key   rng.Key
	j     *Judgement
	rules *rules.Set

	*ground
	train     *frame
	heldOut   candidate // all held-out rows
	cand      [candidates]candidate
	edges     [][]float64 // [d fields], see fixedEdges
	closeness [candidates]*closeness
	wrong     [candidates][]bool // the rows that are impossible
}

func (w *work) note(format string, args ...any) {
	w.j.Notes = append(w.j.Notes, fmt.Sprintf(format, args...))
}

// prepare puts all rows on one ground and draws the yardsticks.
func prepare(ctx context.Context, in Input, opt Options) (*work, error) {
	if in.Train == nil || in.Train.Rows() == 0 {
		return nil, errors.New("there are no training rows: nothing to judge by")
	}
	w := &work{in: in, opt: opt, key: rng.New(opt.Seed), j: &Judgement{Format: Format, Seed: opt.Seed, Label: opt.Label, Notes: []string{}}}
	if in.Model != nil {
		w.j.Kind = in.Model.Kind()
	}
	drawn := in.Samples == nil
	if drawn {
		if in.Model == nil {
			return nil, errors.New("there are neither samples nor a model to draw them from")
		}
		n := opt.Rows
		if n == 0 {
			n = in.Train.Rows()
		}
		var err error
		if in.Samples, err = sample.Table(ctx, in.Model, table.Range{Hi: n}, opt.Seed); err != nil {
			return nil, err
		}
		w.note("The %d samples were drawn from the model with seed %d.", n, opt.Seed)
	}
	if in.Samples.Rows() == 0 {
		return nil, errors.New("the samples have no rows: nothing to judge")
	}
	if err := w.holdOut(&in); err != nil {
		return nil, err
	}
	w.in = in

	s := in.Train.Schema()
	if in.Model != nil {
		s = in.Model.Schema()
	} else {
		s = union(s, in.Held.Schema())
	}
	w.ground = newGround(s)
	var notes [3][]string
	var heldFrame, sampleFrame *frame
	var err error
	if w.train, notes[0], err = w.frame(in.Train, "the training rows"); err != nil {
		return nil, err
	}
	if heldFrame, notes[1], err = w.frame(in.Held, "the held-out rows"); err != nil {
		return nil, err
	}
	if sampleFrame, notes[2], err = w.frame(in.Samples, "the samples"); err != nil {
		return nil, err
	}
	w.j.Notes = append(w.j.Notes, slices.Concat(notes[:]...)...)
	w.use = slices.DeleteFunc(slices.Clone(w.use), func(j int) bool {
		return w.train.absent[j] || heldFrame.absent[j] || sampleFrame.absent[j]
	})
	if len(w.use) == 0 {
		return nil, errors.New("the training rows, the held-out rows and the samples have no field in common")
	}
	w.j.Rows.Train, w.j.Rows.Held, w.j.Rows.Samples = w.train.n, heldFrame.n, sampleFrame.n
	w.yardsticks(heldFrame, sampleFrame)
	w.edges = make([][]float64, len(s.Fields))
	for _, j := range w.use {
		if x := w.train.cols[j].Num; x != nil {
			w.edges[j] = fixedEdges(x)
		}
	}
	if err := w.compileRules(s); err != nil {
		return nil, err
	}
	return w, nil
}

// holdOut makes sure that there are held-out rows.
func (w *work) holdOut(in *Input) error {
	if in.Held != nil {
		if in.Held.Rows() == 0 {
			return errors.New("there are no held-out rows: leave them out to have a part of the training rows held out")
		}
		return nil
	}
	share := w.opt.HeldShare
	if share == 0 {
		share = 0.2
	}
	if share < 0 || share >= 1 {
		return fmt.Errorf("a share of %g of the training rows cannot be held out: it must be above 0 and below 1", share)
	}
	train, held := fit.Split(in.Train, share, w.key.Child(forHeldRows).Uint64(0))
	if held.Rows() == 0 || train.Rows() == 0 {
		return fmt.Errorf("the training rows are %d: too few to hold any out; give held-out rows", in.Train.Rows())
	}
	in.Train, in.Held = train, held
	w.j.Rows.HeldShare = share
	w.note("No held-out rows were given: %d rows drawn at random (%.0f %%) of the training file stand in for them. "+
		"If the samples were made from that whole file, these rows were seen: likelihood and novelty then look better than they are.",
		held.Rows(), 100*share)
	return nil
}

// yardsticks draws what stands in the place of the samples, as many rows as the
// samples have, or as many as there are.
func (w *work) yardsticks(heldFrame, sampleFrame *frame) {
	n := sampleFrame.n
	put := func(c int, fr *frame, rows []int) candidate {
		if rows == nil {
			rows = subset(fr.n, fr.n, rng.Key{})
		} else {
			fr = fr.take(rows)
		}
		return candidate{fr, rows, bootstrap(fr.n, w.key.Child(forWeights).Child(uint64(c)))}
	}
	subsetOf := func(c int, fr *frame) []int {
		if fr.n <= n {
			return nil
		}
		return subset(fr.n, n, w.key.Child(forSubset).Child(uint64(c)))
	}
	w.heldOut = candidate{frame: heldFrame, origin: subset(heldFrame.n, heldFrame.n, rng.Key{})}
	mixed := w.train.mixed(func(j int) []int {
		return permutation(w.train.n, w.key.Child(forMix).Child(uint64(j)))
	})
	w.cand[samples] = put(samples, sampleFrame, nil)
	w.cand[held] = put(held, heldFrame, subsetOf(held, heldFrame))
	w.cand[copied] = put(copied, w.train, subsetOf(copied, w.train))
	w.cand[independent] = put(independent, mixed, subsetOf(independent, mixed))
}

// compileRules reads the rules of the schema and of the input. A rule that
// reads a field which is missing is left out.
func (w *work) compileRules(s *space.Schema) error {
	texts := slices.Concat(s.Rules, w.in.Rules)
	set, err := rules.Compile(s, texts, rules.Options{Dir: w.in.RulesDir})
	w.rules = set
	return err
}

// measureLikelihood evaluates the model on rows that it has not seen.
func (w *work) measureLikelihood(ctx context.Context) error {
	if w.in.Model == nil {
		return nil
	}
	if _, ok := w.in.Model.(mimic.Density); !ok {
		w.note("The model has no density: its likelihood is not known.")
		return nil
	}
	held, errH := w.heldOut.inSpace()
	train, errT := w.train.inSpace()
	if errH != nil || errT != nil {
		w.note("The likelihood is not measured: %v.", errors.Join(errH, errT))
		return nil
	}
	nats := func(m mimic.Model, t *table.Table) (fit.Nats, Estimate, error) {
		n, err := fit.Evaluate(ctx, m, t)
		return n, normal(n.Mean, n.StdErr, math.Inf(-1), math.Inf(1)), err
	}
	onHeld, held1, err := nats(w.in.Model, held)
	if err != nil {
		return err
	}
	_, seen, err := nats(w.in.Model, train)
	if err != nil {
		return err
	}
	alone, err := fitIndependent(ctx, train)
	if err != nil {
		return err
	}
	_, factorised, err := nats(alone, held)
	if err != nil {
		return err
	}
	if onHeld.Impossible > 0 {
		w.note("The model gives %d of %d held-out rows probability zero; the likelihood is the mean of the others.", onHeld.Impossible, onHeld.Rows)
	}
	learned := 0
	for j := range w.schema.Fields {
		if w.schema.Fields[j].Kind.Learned() {
			learned++
		}
	}
	bits := -1 / (math.Ln2 * float64(learned))
	scaled := func(e Estimate) Estimate {
		return normal(float64(e.Value)*bits, math.Abs(float64(e.StdErr)*bits), math.Inf(-1), math.Inf(1))
	}
	w.add(figHeldNats, Compared{held1, none(), none(), factorised})
	w.add(figHeldBits, Compared{scaled(held1), none(), none(), scaled(factorised)})
	gap := float64(seen.Value - held1.Value)
	w.add(figGap, Compared{normal(gap, math.Hypot(float64(seen.StdErr), float64(held1.StdErr)), math.Inf(-1), math.Inf(1)), none(), none(), none()})
	return nil
}

// compareColumns compares the fields one at a time.
func (w *work) compareColumns(ctx context.Context) error {
	s, err := columnShapes(ctx, w.train, w.cand, w.edges)
	if err != nil {
		return err
	}
	w.add(figShape, compare(func(c int) Estimate { return s.sd[c].estimate() }))
	w.add(figShapeFixed, compare(func(c int) Estimate { return s.fixed[c].estimate() }))
	off := make([][]bool, candidates)
	w.addOff(figFieldsOff, compare(func(c int) (e Estimate) {
		off[c], e = standOut(s.same[c])
		return e
	}))
	w.describeFields(s, off[samples])
	return nil
}

// comparePairs compares the fields two at a time.
func (w *work) comparePairs(ctx context.Context) error {
	if len(w.use) < 2 {
		w.note("There is one field: nothing depends on anything.")
		return nil
	}
	t, err := pairTrends(ctx, w.train, w.cand, w.edges, w.key.Child(forPairs))
	if err != nil {
		return err
	}
	w.add(figTrend, compare(func(c int) Estimate { return t.sd[c].estimate() }))
	w.add(figTrendFixed, compare(func(c int) Estimate { return t.fixed[c].estimate() }))
	w.add(figKept, compare(t.kept))
	off := make([][]bool, candidates)
	w.addOff(figPairsOff, compare(func(c int) (e Estimate) {
		off[c], e = standOut(t.same[c])
		return e
	}))
	w.describePairs(t, off[samples])
	return nil
}

// The sample-level figures compare at most coverageRows rows, and of wide tables
// fewer: rows² × fields is at most coverageWork.
const (
	coverageRows = 8000
	coverageWork = 4e8
)

// measureCoverage computes the sample-level figures.
func (w *work) measureCoverage(ctx context.Context) error {
	r := newRuler(w.train)
	var s [candidates]sampleLevel
	most := min(coverageRows, int(math.Sqrt(coverageWork/float64(len(w.use)))))
	for c := range w.cand {
		m := min(w.train.n, w.cand[c].n, most)
		k := w.key.Child(forSubset).Child(uint64(candidates + c))
		real := w.train.take(subset(w.train.n, m, w.key.Child(forSubset).Child(2*candidates)))
		made := w.cand[c].take(subset(w.cand[c].n, m, k))
		var err error
		if s[c], err = sampleFigures(ctx, r.numbered(real, real), r.numbered(made, real), k); err != nil {
			return err
		}
	}
	w.add(figPrecision, compare(func(c int) Estimate { return s[c].precision }))
	w.add(figRecall, compare(func(c int) Estimate { return s[c].recall }))
	w.add(figAuthentic, compare(func(c int) Estimate { return s[c].authentic }))
	w.add(figAuthenticPublished, compare(func(c int) Estimate { return s[c].published }))
	return nil
}

// testTwoSamples tells the candidates from held-out rows.
func (w *work) testTwoSamples(ctx context.Context) error {
	var t [candidates]*twoSample
	for c := range t {
		var err error
		if t[c], err = tellApart(ctx, c, w.cand[c], w.heldOut, w.opt.Seed, c == samples); err != nil {
			return err
		}
	}
	if t[samples].trees.IsNone() {
		w.note("The two-sample test needs %d samples and as many held-out rows at least.", 2*twoSampleFolds)
	}
	w.add(figTrees, compare(func(c int) Estimate { return t[c].trees }))
	w.add(figTreesPublished, compare(func(c int) Estimate { return published(t[c].trees) }))
	w.add(figLogistic, compare(func(c int) Estimate { return t[c].logistic }))
	w.add(figLogisticPublished, compare(func(c int) Estimate { return published(t[c].logistic) }))
	w.describeTells(t[samples])
	return nil
}

// measureUsefulness trains on the candidates and tests on held-out rows.
func (w *work) measureUsefulness(ctx context.Context) error {
	results, err := utilities(ctx, w.opt.Label, w.cand, w.heldOut, w.key.Child(forDonors))
	if err != nil {
		return err
	}
	if len(results) == 0 {
		w.note("No field could be predicted: usefulness is not measured.")
		return nil
	}
	w.describeUtility(results)
	return nil
}
