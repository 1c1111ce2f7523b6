// Package forest learns a table by the chain rule,
//
//	p(x) = ∏ p(x_j | x_<j),
//
// each factor an average of trees over coded columns with smoothed leaf
// densities. It is the rung for tables of mixed fields.
//
// Order: levels first, and whole numbers from a range of up to 12, then other numbers,
// each in the order of the schema. A number is coded by dist.Codebook (atoms, and bins of
// equal mass, uniform within); a date by the digits of its calendar (week, weekday, hour,
// rest); levels beyond 256 by groups that vary together with another field. A missing value
// is a code like any other, to be predicted and to predict by.
//
// Directions: least squares sum up what all columns before a column tell of it, as
// two numbers, which trees may ask as well. Splits by them are oblique, and weak
// dependences count together.
//
// Trees: each of 16 trees for a column (12 where there are lines) takes the split that gains the most
// log-likelihood beyond what chance alone would give, on a random 65 % of the
// rows (and at most 768 of those in a node), as long as there is one and n²/10⁷ of
// n rows stay in a leaf, 10 at least and 60 at most; its leaves are then refilled
// with all rows. The distribution of a node leans on its parent's: by
// p = (n_k + 5·p_parent)/(n + 5) for levels, by a Pólya tree over the codes of a
// number with strength 3·1.3^level. The density is the mean over trees.
//
// Tilts: on top of every tree a sum of scores weighs the classes of a column's codes,
// for each view a score by the group of its bin, and by one column of two levels, so that
// pairs of columns are as frequent as in the training rows: see tilt and rake.
//
// Few rows: in a table of less than 256 rows numbers have codes of half a row or so, and
// as many of the 12 turns as unseen rows tell are those of a line: a ridge regression
// and the residuals of all rows, see line and turns.
//
// Sampling draws one tree a cell. By default it is stratified over aligned runs
// of rows: see Model.
//
// Base measure: counting measure on levels and grids, Lebesgue on reals.
// Missing: an outcome of each optional field. Weights: whole numbers.
//
// Cost: fit O(n·d·min(d, 32)·trees·depth), each row LogProb O(d·trees·depth +
// d·min(d, 32)), each row sampled O(d·depth + d·min(d, 32)). Memory of a fit: 3
// bytes a cell, and some 60 bytes a row for each worker.
//
// It blurs what ties columns exactly by arithmetic (a sum, a copy with noise):
// bins are all that trees see; and in a table of less than 256 rows what ties
// numbers otherwise than by a line. It is no differential privacy: a leaf
// holds the counts of as few as ten training rows.
//
// Reference: Breiman (1996), Stacked regressions and Bagging predictors; Murthy,
// Kasif & Salzberg (1994), A system for induction of oblique decision trees;
// Provost & Domingos (2003), Tree induction for probability-based ranking;
// Reiter (2005), Using CART to generate partially synthetic public use
// microdata.
package forest

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Kind is what model files call the rung.
const Kind = "forest"

// Family is the forest family under its options; the zero value is a good
// default.
type Family struct {
	Seed uint64 // of the rows that choose each tree's splits

	// Sharp grows one tree a column on all rows and stops at ten rows alone. A
	// classifier tells its samples from data less easily, but they lie nearer
	// to the training rows, and unseen rows are less probable.
	Sharp bool
}

var _ mimic.Family = Family{}

// Kind returns "forest".
func (Family) Kind() string { return Kind }

// maxAsk is the number of columns that a column is predicted by at most.
const maxAsk = 32

// NewFit starts a fit.
func (f Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if rows > 1<<31-1 {
		return nil, fmt.Errorf("%d rows: a forest holds at most 2³¹-1", rows)
	}
	parts := partsIn(s, chainOrder(s))
	return &fitting{family: f, schema: s, rows: rows, parts: parts}, nil
}

const (
	trees     = 16  // of each column,
	fewTrees  = 12  // or turns of trees and a line, in a table in which numbers have lines
	sharpLeaf = 10  // rows that a leaf must have, of one tree or in a small table
	mostLeaf  = 60  // that a leaf must have in a large table
	leafRows  = 1e7 // in between a leaf must have the square of the table's rows over this
)

// growth returns how the trees of so many rows are grown, and their number.
func (f Family) growth(rows int) (growth, int) {
	g := growth{subsample: .65, most: 1 << 17, enough: 768, minLeaf: sharpLeaf, groups: 8}
	if f.Sharp {
		g.subsample, g.most, g.enough, g.greedy = 1, 1<<31, 1<<31, true
		return g, 1
	}
	g.minLeaf = max(sharpLeaf, min(rows*rows/leafRows, mostLeaf))
	if rows < lineRows {
		return g, fewTrees
	}
	return g, trees
}

// fitting is a fit in progress: a pass for codebooks, a pass for the coded rows.
type fitting struct {
	family Family
	schema *space.Schema
	rows   int64
	parts  []part
	pass   int
	model  *Model
}

func (f *fitting) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.pass < 2 }

func (f *fitting) NewStats() mimic.Stats {
	if f.pass == 0 {
		return newSummaries(f.parts)
	}
	return &gathered{columns: f.model.columns}
}

func (f *fitting) Step(ctx context.Context, total mimic.Stats) error {
	f.pass++
	if f.pass == 1 {
		return f.code(ctx, total.(*summaries))
	}
	return f.grow(ctx, total.(*gathered))
}

func (f *fitting) Model() (mimic.Model, error) { return f.model, nil }

// code makes the codebooks.
func (f *fitting) code(ctx context.Context, s *summaries) error {
	f.model = &Model{schema: f.schema, lean: leans, columns: make([]column, len(f.parts))}
	return par.Do(ctx, len(f.parts), func(p int) error {
		book, rows, err := s.of[p].Codebook()
		if err != nil {
			return err
		}
		if f.parts[p].digit == whole && book.Numeric() && sum(rows) < lineRows {
			book, rows = book.Refine(rows, codeRows)
		}
		f.model.columns[p], err = newColumn(f.parts[p], book, rows)
		return err
	})
}

// grow grows all trees, side by side.
func (f *fitting) grow(ctx context.Context, g *gathered) error {
	m := f.model
	rows := g.rows()
	m.rows = int64(rows)
	codes, err := g.flatten(ctx)
	if err != nil {
		return err
	}
	if err := m.group(ctx, codes); err != nil {
		return err
	}
	m.link()
	bins := make([][]uint8, len(m.views))
	err = par.Do(ctx, len(bins), func(v int) error {
		bins[v] = make([]uint8, rows)
		fillBins(bins[v], codes[m.views[v].column], m.views[v].bin)
		return nil
	})
	if err != nil {
		return err
	}
	if err := m.choose(ctx, bins, rows); err != nil {
		return err
	}
	grow, of := f.family.growth(rows)
	lines := make([][]*direction, len(m.columns))
	if !f.family.Sharp {
		if lines, err = m.findLines(ctx, codes, bins, grow); err != nil {
			return err
		}
	}
	if bins, err = m.findDirections(ctx, codes, bins, lines); err != nil {
		return err
	}
	m.growLines()
	type task struct{ column, tree int }
	var tasks []task
	smooth := make([]*smoothing, len(m.columns))
	for p := len(m.columns) - 1; p >= 0; p-- { // the longest tasks first
		c := &m.columns[p]
		smooth[p] = newSmoothing(c.rows, c.ordered, c.missing, m.lean)
		c.trees = make([]*tree, of)
		switch {
		case len(c.ask) == 0:
			c.trees = c.trees[:1] // all would be the same
		case c.line != nil:
			c.trees = c.trees[:of-c.line.turns]
		}
		for t := range c.trees {
			tasks = append(tasks, task{p, t})
		}
	}
	everyone := make([]int32, rows)
	for i := range everyone {
		everyone[i] = int32(i)
	}
	growers := make([]*grower, par.Workers(ctx))
	key := rng.New(f.family.Seed)
	err = par.DoWorker(ctx, len(tasks), func(w, i int) error {
		if growers[w] == nil {
			growers[w] = &grower{growth: grow}
		}
		c := &m.columns[tasks[i].column]
		y := &target{code: codes[tasks[i].column], codes: len(c.rows), ordered: c.ordered, missing: c.missing}
		present := everyone
		if c.later() {
			present = without(everyone, y.code, c.absent())
		}
		t := growers[w].grow(y, c.ask, m.views, bins, present, key.Child(uint64(tasks[i].column)).Child(uint64(tasks[i].tree)))
		c.trees[tasks[i].tree] = t
		return smooth[tasks[i].column].fill(t)
	})
	if err != nil {
		return err
	}
	for p := range m.columns {
		m.columns[p].takeTurns()
	}
	if !f.family.Sharp {
		err = par.Do(ctx, len(m.columns), func(i int) error {
			p := len(m.columns) - 1 - i // the longest tasks first
			m.columns[p].setTilt(m.rake(p, codes[p], bins))
			return nil
		})
		if err != nil {
			return err
		}
	}
	bins = m.finish(bins)
	return m.protect(ctx, g, codes, bins)
}

// without returns the rows whose code is another.
func without(rows []int32, code []uint16, other uint16) []int32 {
	kept := make([]int32, 0, len(rows))
	for _, r := range rows {
		if code[r] != other {
			kept = append(kept, r)
		}
	}
	return kept
}

func fillBins(dst []uint8, codes []uint16, bin []uint8) {
	for i, k := range codes {
		dst[i] = bin[k]
	}
}

// flatten returns the codes of all rows [columns][rows].
func (g *gathered) flatten(ctx context.Context) ([][]uint16, error) {
	codes := make([][]uint16, len(g.columns))
	rows := g.rows()
	err := par.Do(ctx, len(codes), func(p int) error {
		all := make([]uint16, 0, rows)
		for i := range g.chunks {
			all = append(all, g.chunks[i].codes[p]...)
			g.chunks[i].codes[p] = nil
		}
		codes[p] = all
		return nil
	})
	return codes, err
}
