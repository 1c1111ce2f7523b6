package naivebayes

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// latentFit is the fit without a label: a pass for codebooks, a pass that keeps
// the codes of all rows in memory, and EM over them.
type latentFit struct {
	options Family
	schema  *space.Schema
	rows    int64
	coded   *coded // after the first pass
	model   *Model // after the second
}

func (f *latentFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *latentFit) NewStats() mimic.Stats {
	if f.coded == nil {
		return dist.NewSummaries(f.schema)
	}
	return &codedRows{coded: f.coded}
}

func (f *latentFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *latentFit) Step(ctx context.Context, total mimic.Stats) (err error) {
	if f.coded == nil {
		f.coded, err = newCoded(f.schema, total.(*dist.Summaries))
		return err
	}
	m, err := f.learn(ctx, total.(*codedRows))
	if err != nil {
		return err
	}
	f.model, err = m.model(f.schema)
	return err
}

// codedRows are the codes of rows, in the order in which they were merged.
type codedRows struct {
	coded *coded
	runs  []codedRun
}

// codedRun is a run of n consecutive rows of d fields.
type codedRun struct {
	first  int64     // global index of the first row
	codes  []uint16  // [n × d], at i·d + field
	weight []float64 // [n]
}

func (c *codedRows) Add(b *table.Batch) error {
	d := len(c.coded.fields)
	run := codedRun{first: b.First, codes: make([]uint16, b.N*d), weight: make([]float64, b.N)}
	for i := range run.weight {
		run.weight[i] = b.WeightOf(i)
	}
	var codes [chunk]uint16
	for lo := 0; lo < b.N; lo += chunk {
		hi := min(lo+chunk, b.N)
		for k, j := range c.coded.fields {
			c.coded.books[k].Encode(codes[:hi-lo], b.Cols[j].Slice(lo, hi))
			for i, code := range codes[:hi-lo] {
				switch {
				case code != dist.Outside:
					run.codes[(lo+i)*d+k] = code
				case run.weight[lo+i] != 0: // a row of weight zero was no row for the codebooks either
					return fmt.Errorf("row %d has values outside the sample space that the first pass did not see", b.First+int64(lo+i))
				}
			}
		}
	}
	c.runs = append(c.runs, run)
	return nil
}

func (c *codedRows) Merge(later mimic.Stats) error {
	c.runs = append(c.runs, later.(*codedRows).runs...)
	return nil
}

// How the number of latent classes is found; docs/decisions/0022 has the trials.
const (
	maxClasses  = 1024    // classes that can be asked for
	mostFound   = 64      // classes that the search goes up to
	latentCells = 1 << 20 // classes times codes that it goes up to
	searchRows  = 1 << 14 // training rows that the search looks at, at most
	heldOutRows = 1 << 13 // rows that it measures on, at most
	heldOut     = 10      // one row in ten can be of these
	searchGain  = 0.05    // nats per row and iteration at which the search stops EM
	finalGain   = 0.01    // and at which EM over all rows stops
)

// learn doubles the number of classes, by splitting each, as long as the
// likelihood of held-out rows rises, and fits the best mixture on with all rows.
// Where there is a time to end by, the search takes half of what is left until
// then.
func (f *latentFit) learn(ctx context.Context, rows *codedRows) (*mixture, error) {
	best := newMixture(f.coded)
	most := max(1, min(mostFound, latentCells/max(1, len(best.logp))))
	train, held := rows.split()
	if f.options.Classes > 0 {
		if err := checkCells(f.options.Classes, len(best.logp), "ask for fewer classes"); err != nil {
			return nil, err
		}
		most = f.options.Classes
		train = rows.gather(func(word uint64) bool { return rng.Open01(word) < rows.share(searchRows) })
	}
	bestHeld, err := best.meanLogProb(ctx, held)
	if err != nil {
		return nil, err
	}
	key := rng.New(f.options.Seed)
	search := ctx
	if until, ok := pace.Until(ctx); ok {
		search = pace.WithUntil(ctx, time.Now().Add(time.Until(until)/2))
	}
	for best.classes < most && !pace.Past(search) {
		next := best.grown(min(2*best.classes, most), key.Child(uint64(best.classes)))
		if err := next.fit(search, train, searchGain); err != nil {
			return nil, err
		}
		nextHeld, err := next.meanLogProb(ctx, held)
		if err != nil {
			return nil, err
		}
		if f.options.Classes == 0 && !(nextHeld > bestHeld) {
			break
		}
		best, bestHeld = next, nextHeld
	}
	if best.classes > 1 {
		err = best.fit(ctx, rows.gather(func(uint64) bool { return true }), finalGain)
	}
	return best, err
}

// split returns rows to search with and rows to measure on. Which is which
// depends on the index of a row alone.
func (c *codedRows) split() (train, held *rowSet) {
	trainShare, heldShare := c.share(searchRows), c.share(heldOut*heldOutRows)
	train = c.gather(func(word uint64) bool { return word%heldOut != 0 && rng.Open01(word) < trainShare })
	held = c.gather(func(word uint64) bool { return word%heldOut == 0 && rng.Open01(word) < heldShare })
	return train, held
}

// share returns the share of all rows that n rows are, at most 1.
func (c *codedRows) share(n float64) float64 {
	total := 0
	for _, r := range c.runs {
		total += len(r.weight)
	}
	return min(1, n/float64(max(1, total)))
}

// gather returns the rows of which keep says so, given a random word that
// belongs to the row's index. Rows of weight zero are left out.
func (c *codedRows) gather(keep func(word uint64) bool) *rowSet {
	d := len(c.coded.fields)
	s := &rowSet{d: d}
	var words [chunk]uint64
	for _, r := range c.runs {
		for lo := 0; lo < len(r.weight); lo += chunk {
			hi := min(lo+chunk, len(r.weight))
			rng.New(0).Uint64s(words[:hi-lo], r.first+int64(lo))
			for i := lo; i < hi; i++ {
				if r.weight[i] != 0 && keep(words[i-lo]) {
					s.codes = append(s.codes, r.codes[i*d:(i+1)*d]...)
					s.weight = append(s.weight, r.weight[i])
				}
			}
		}
	}
	return s
}
