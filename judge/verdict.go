package judge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	factorised "github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/table"
)

// fitIndependent fits the fully factorised model.
func fitIndependent(ctx context.Context, train *table.Table) (mimic.Model, error) {
	return fit.Run(ctx, train, factorised.Family{}, fit.Options{})
}

// checkValidity finds the impossible rows.
func (w *work) checkValidity(ctx context.Context) error {
	var outside, broken [candidates]Estimate
	for c := range w.cand {
		fr := w.cand[c].frame
		w.wrong[c] = make([]bool, fr.n)
		n := 0
		for i, f := range fr.outside {
			if f >= 0 {
				w.wrong[c][i] = true
				n++
			}
		}
		outside[c] = share(n, fr.n)
		rows, err := w.rules.Check(ctx, fr.batch())
		if err != nil {
			return err
		}
		breaks := map[int32]bool{}
		for _, r := range rows {
			for _, i := range r {
				breaks[i] = true
				w.wrong[c][i] = true
			}
		}
		broken[c] = share(len(breaks), fr.n)
		if c == samples {
			w.describeRules(rows)
		}
	}
	w.add(figOutside, compare(func(c int) Estimate { return outside[c] }))
	if w.rules.Len() == 0 {
		return nil
	}
	w.add(figBroken, compare(func(c int) Estimate { return broken[c] }))
	for _, real := range []struct {
		fr    *frame
		count func(r *Rule, n, of int)
	}{
		{w.train, func(r *Rule, n, of int) { r.Train, r.TrainRows = n, of }},
		{w.heldOut.frame, func(r *Rule, n, of int) { r.Held, r.HeldRows = n, of }},
	} {
		rows, err := w.rules.Check(ctx, real.fr.batch())
		if err != nil {
			return err
		}
		for k := range rows {
			real.count(&w.j.Rules[k], len(rows[k]), real.fr.n)
		}
	}
	for _, r := range w.j.Rules {
		if r.Train > 0 {
			w.note("The training rows themselves break the rule %s: %d of %d.", r.Rule, r.Train, r.TrainRows)
		}
	}
	return nil
}

func (w *work) describeRules(rows [][]int32) {
	for k := range rows {
		r := Rule{Rule: w.rules.Text(k), Samples: len(rows[k]), SamplesRows: w.cand[samples].n}
		if len(rows[k]) > 0 {
			r.Example = w.cand[samples].cells(int(rows[k][0]))
		}
		w.j.Rules = append(w.j.Rules, r)
	}
}

// tooNear is the share of real held-out rows that count as too near to a
// training row by each of the two measures.
const tooNear = 0.005

// measureDistances finds copies and rows that are too near, and from them the
// verdict.
func (w *work) measureDistances(ctx context.Context) error {
	key := w.key.Child(forSubset)
	near, err := measure(ctx, w.train, w.cand, w.heldOut.frame, key)
	if err != nil {
		return err
	}
	w.closeness = near
	if asked, all := len(near[samples].rows), w.cand[samples].n; asked < all {
		w.note("Distances, and with them the verdict, are of %d of the %d samples, drawn at random.", asked, all)
	}
	if w.train.n < 2 {
		w.note("There is one training row: ratios of distances say nothing.")
	}
	if n := w.heldOut.n; 2*n < w.train.n {
		w.note("%q compares with %d of the %d training rows, as many as there are held-out rows: copies of the others escape it.",
			figNearer.Name, n, w.train.n)
	}
	if n := w.heldOut.n; float64(n)*tooNear < 1 {
		w.note("The distance that is too near, that of the nearest of %.0f real rows, is that of the nearest of %d here: class B is rough.", 1/tooNear, n)
	}
	v := &w.j.Verdict
	heldDist, heldRatio := near[held].scores()
	slices.Sort(heldDist)
	slices.Sort(heldRatio)
	v.Near, v.NearRatio = Number(quantile(heldDist, tooNear)), Number(quantile(heldRatio, tooNear))

	known := w.train.keys()
	var copy_, nearer, distance, ratio [candidates]Estimate
	for c := range w.cand {
		var is []bool
		is, copy_[c] = copies(w.cand[c].frame, known)
		k := key.Child(uint64(8 + c))
		nearer[c] = near[c].nearer(k.Child(0))
		d, r := near[c].scores()
		distance[c], ratio[c] = quantileOf(d, 0.05, k.Child(1)), quantileOf(r, 0.05, k.Child(2))
		classes := make([]class, len(near[c].rows))
		var n [3]int
		for i, row := range near[c].rows {
			switch {
			case w.wrong[c][row]:
				classes[i] = impossible
			case is[row], d[i] < float64(v.Near), r[i] < float64(v.NearRatio):
				classes[i] = copiedOrNear
			default:
				classes[i] = good
			}
			n[classes[i]]++
		}
		all := len(classes)
		*v.of(c) = Shares{share(n[impossible], all), share(n[copiedOrNear], all), share(n[good], all)}
		if c == samples {
			if err := errors.Join(w.describeClosest(near[c]), w.describeGallery(near[c])); err != nil {
				return err
			}
			w.describeMap(near[c].rows, classes)
			w.describeEach(near[c], classes)
		}
	}
	// Where rows hardly repeat, held-out rows that do were seen.
	repeats := 1 - float64(len(known))/float64(w.train.n)
	if e := float64(copy_[held].Value); e > 0.5 && repeats < e/2 {
		w.note("%.0f %% of the held-out rows are training rows too: they are not rows that nobody has seen, and nothing that is compared with them says how new the samples are.", 100*e)
	}
	w.add(figCopies, compare(func(c int) Estimate { return copy_[c] }))
	w.add(figNear, compare(func(c int) Estimate { return v.of(c).Copied }))
	w.add(figNearer, compare(func(c int) Estimate { return nearer[c] }))
	w.add(figDistance, compare(func(c int) Estimate { return distance[c] }))
	w.add(figRatio, compare(func(c int) Estimate { return ratio[c] }))
	return nil
}

// scores returns the distance and the ratio of each measured row.
func (c *closeness) scores() (dist, ratio []float64) {
	dist, ratio = make([]float64, len(c.rows)), make([]float64, len(c.rows))
	for i := range c.rows {
		dist[i], ratio[i] = c.dist(i), c.ratio(i)
	}
	return dist, ratio
}

// of returns the shares of a candidate.
func (v *Verdict) of(c int) *Shares {
	return [candidates]*Shares{&v.Samples, &v.Held, &v.Copy, &v.Independent}[c]
}

// class is the verdict on one row.
type class uint8

const (
	impossible   class = iota // A
	copiedOrNear              // B
	good                      // C
)

// conclude orders the figures and says the verdict in words.
func (w *work) conclude() {
	rank := map[Group]int{Likelihood: 0, Fidelity: 1, Usefulness: 2, Novelty: 3, Validity: 4}
	sort.SliceStable(w.j.Figures, func(a, b int) bool { return rank[w.j.Figures[a].Group] < rank[w.j.Figures[b].Group] })
	v := &w.j.Verdict
	say := func(s Shares) string {
		return fmt.Sprintf("%s impossible (A), %s copies or too near to a training row (B), %s good (C)",
			percent(s.Impossible.Value), percent(s.Copied.Value), percent(s.Good.Value))
	}
	v.Sentence = fmt.Sprintf("Of %d samples %s. Of real held-out rows: %s.", w.cand[samples].n, say(v.Samples), say(v.Held))
	var worse []string
	known := 0
	for _, f := range w.j.Figures {
		if f.Outcome != "" {
			known++
		}
		if f.Outcome == Worse {
			worse = append(worse, f.Name)
		}
	}
	if len(worse) == 0 {
		v.Sentence += fmt.Sprintf(" None of %d figures tells the samples from real rows.", known)
	} else {
		v.Sentence += fmt.Sprintf(" Worse than real rows in %d of %d figures: %s.", len(worse), known, strings.Join(worse, "; "))
	}
}

func percent(x Number) string {
	p := float64(x) * 100
	switch {
	case p != p:
		return "an unknown share"
	case p == 0 || p == 100:
		return fmt.Sprintf("%.0f %%", p)
	case p < 0.095:
		return fmt.Sprintf("%.2g %%", p)
	}
	return fmt.Sprintf("%.1f %%", p)
}
