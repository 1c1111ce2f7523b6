package pixelnet

import (
	"cmp"
	"context"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind is the name of the rung.
const Kind = "pixelnet"

// Family is the parametric family of networks.
type Family struct {
	Label      string // the field beside the picture, which need not be named
	Seed       uint64 // of where the descent starts and what it sees first
	Validation int64  // as in models.Options

	Networks int     // of which the mean is taken, at most (8)
	Hidden   int     // numbers in the first hidden layer of each (256)
	Epochs   float64 // passes of each over the pictures at most (2, or 1 where labels are told, or more where there are few)

	// Discriminate is the weight of telling the label from the picture, beside -log p(picture |
	// label), in what a fit minimises (0). With 4, Bayes' rule finds more labels, and
	// samples are poorer.
	Discriminate float64
}

var _ mimic.Family = Family{}

// Kind implements mimic.Family.
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (f Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	form, err := formOf(s, f.Label)
	if err != nil {
		return nil, err
	}
	return coded.NewFit(s, rows, func(ctx context.Context, d *coded.Data) (mimic.Model, error) {
		l, err := f.learn(ctx, form, d)
		if err != nil {
			return nil, err
		}
		return &Model{coded.NewModel(Kind, d, l)}, nil
	})
}

// The children of the seed's key.
const (
	forHolding = iota
	forNetworks
)

// heldShare is the share of the rows that are held out where the caller names
// none, and those are not more than mostHeld.
const heldShare = .1

// mostHeld is how many held-out pictures are looked at: enough to tell one epoch
// from the next, and far less work than an epoch.
const mostHeld = 2000

// mostTold is mostHeld where a label is to be told, and every label is asked.
const mostTold = mostHeld / 4

// spread returns at most most of the numbers below n, evenly spaced.
func spread(n, most int) []int {
	some := make([]int, min(n, most))
	for i := range some {
		some[i] = i * n / len(some)
	}
	return some
}

// learn fits the law to the rows.
func (f Family) learn(ctx context.Context, form form, d *coded.Data) (*law, error) {
	key := rng.New(f.Seed)
	form.paper = paperOf(form, d)
	fresh := func() *net {
		return &net{raster: form.raster, classes: form.classes, hidden: cmp.Or(f.Hidden, hidden), second: second}
	}
	l := &law{form: form}
	var c criterion
	if form.label >= 0 {
		l.prior = priorOf(d.Rows[form.label])
		c = criterion{max(0, f.Discriminate), l.prior}
	}
	if d.N == 0 {
		n := fresh()
		n.start(key.Child(forNetworks))
		l.ensemble = newEnsemble(n)
		return l, nil
	}
	most := mostHeld
	if c.lambda > 0 {
		most = mostTold
	}
	share := min(heldShare, float64(most)/float64(d.N)) // the others are to learn from
	train, held := d.HoldOut(f.Validation, share, key.Child(forHolding))
	held = held.Select(spread(held.N, most))
	var err error
	l.ensemble, err = f.grow(ctx, fresh, form.gatherData(train), form.gatherData(held), c, key.Child(forNetworks))
	return l, err
}

// paperOf returns the code that most pixels have.
func paperOf(f form, d *coded.Data) uint16 {
	rows := make([]float64, f.levels)
	for _, r := range d.Rows[f.first:][:f.pixels()] {
		for level := range rows {
			rows[level] += r[level]
		}
	}
	paper := 0
	for level, n := range rows {
		if n > rows[paper] {
			paper = level
		}
	}
	return uint16(paper)
}

// priorOf returns the logarithms of the label's distribution, smoothed as that of
// a column by itself.
func priorOf(rows []float64) []float64 {
	p := make([]float64, len(rows))
	even := dist.Uniform(len(rows))
	dist.Smooth(p, rows, even, dist.Strength([][]float64{rows}, even))
	for y := range p {
		p[y] = math.Log(p[y])
	}
	return p
}
