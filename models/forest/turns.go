package forest

import (
	"math"

	"github.com/seed-64d012fb/mimic/rng"
)

// How many of a column's turns its line has, and how many its trees, is told by rows that
// neither has seen: the weights of the two in a mixture, by expectation maximisation, which lean on a
// half each. A line is fitted without a row by a formula; trees are grown anew for each fold, and
// the directions that they ask found anew.
//
// Reference: Smyth & Wolpert (1999), Linearly combining density estimators via stacking.
const (
	turnFolds = 4
	turnTrees = 6 // for each fold
	turnRows  = 3 // that say that line and trees weigh the same
	turnSteps = 100
)

// turnsOf returns the turns of the line of the column at a position of the chain, among
// those of all its trees, where the line gives the codes of rows that it has not seen the
// probabilities seen.
func (m *Model) turnsOf(p int, seen []float64, codes []uint16, bins [][]uint8, g *grower) (int, error) {
	other, err := m.unseen(p, codes, bins, g)
	if err != nil {
		return 0, err
	}
	w := .5
	for range turnSteps {
		total := turnRows * .5
		for i, a := range seen {
			total += w * a / (w*a + (1-w)*other[i])
		}
		w = total / (float64(len(seen)) + turnRows)
	}
	return min(int(math.Round(fewTrees*w)), fewTrees-1), nil
}

// unseen returns the probability of each row's code by trees that are grown by the rows of
// other folds.
func (m *Model) unseen(p int, codes []uint16, bins [][]uint8, g *grower) ([]float64, error) {
	prob := make([]float64, len(codes))
	smooth := newSmoothing(m.columns[p].rows, true, m.columns[p].missing, m.lean)
	for fold := range turnFolds {
		var in, out []int32
		for i := range codes {
			if i%turnFolds == fold {
				out = append(out, int32(i))
			} else {
				in = append(in, int32(i))
			}
		}
		if err := m.unseenFold(p, prob, in, out, codes, bins, g, smooth); err != nil {
			return nil, err
		}
	}
	return prob, nil
}

// unseenFold sets prob of the rows out by trees grown by the rows in.
func (m *Model) unseenFold(p int, prob []float64, in, out []int32, codes []uint16, bins [][]uint8, g *grower, smooth *smoothing) error {
	c := m.columns[p] // a copy
	views := append([]view(nil), m.views[:len(bins)]...)
	theirs, ours := make([][]uint8, len(bins)), make([][]uint8, len(bins))
	for _, v := range c.ask {
		theirs[v], ours[v] = pick32(bins[v], in), pick32(bins[v], out)
	}
	y := &target{code: make([]uint16, len(in)), codes: len(c.rows), ordered: true, missing: c.missing}
	everyone := make([]int32, len(in))
	for k, i := range in {
		y.code[k], everyone[k] = codes[i], int32(k)
	}
	ask := append([]int32(nil), c.ask...)
	sums := make([]int32, blockRows)
	for _, d := range m.directionsOf(&c, y.code, theirs) {
		ask = append(ask, int32(len(views)))
		views = append(views, d.view(p))
		for _, of := range []*[][]uint8{&theirs, &ours} {
			n := len(in)
			if of == &ours {
				n = len(out)
			}
			bin := make([]uint8, n)
			d.fill(bin, *of, sums)
			*of = append(*of, bin)
		}
	}
	key := rng.New(uint64(p)).Child(turnFolds)
	for k := range turnTrees {
		t := g.grow(y, ask, views, theirs, everyone, key.Child(uint64(k)))
		if err := smooth.fill(t); err != nil {
			return err
		}
		for k, i := range out {
			leaf := int(t.leaf(ours, k))
			edges := t.edges[leaf*len(c.rows) : (leaf+1)*len(c.rows)]
			prob[i] += float64(width(edges, int(codes[i]))) / words / turnTrees
		}
	}
	return nil
}
