package gbt

import (
	"context"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
)

const (
	minHessian  = 1e-3 // of a child
	minCategory = 10   // rows of a category that a split may sort
	smoothing   = 10   // added to the hessian when categories are sorted
)

// tree is a decision tree; node 0 is the root.
type tree []node

type node struct {
	column      int32     // that is looked at; -1 marks a leaf
	left, right int32     // children
	goLeft      [4]uint64 // the set of codes that go left, as bits
	value       float64   // of a leaf, shrunken
}

func (n *node) isLeft(code uint8) bool { return n.goLeft[code>>6]>>(code&63)&1 == 1 }

func (t tree) value(x *Binned, row int32) float64 {
	n := &t[0]
	for n.column >= 0 {
		if n.isLeft(x.Columns[n.column].Code[row]) {
			n = &t[n.left]
		} else {
			n = &t[n.right]
		}
	}
	return n.value
}

// cell sums the gradients of the rows that have one code.
type cell struct {
	g, h float64
	n    int32
}

func (c *cell) add(o cell)       { c.g += o.g; c.h += o.h; c.n += o.n }
func (c cell) minus(o cell) cell { return cell{c.g - o.g, c.h - o.h, c.n - o.n} }

// split is the best way found to part the rows of a leaf.
type split struct {
	gain   float64
	column int32
	goLeft [4]uint64
}

// leaf is a node that may yet be split.
type leaf struct {
	node   int32
	lo, hi int    // its rows in grower.rows
	sum    cell   // over its rows
	hist   []cell // over its rows, columns side by side
	best   split
}

// grower grows trees leaf by leaf, the largest gain first.
type grower struct {
	x      *Binned
	opt    Options
	offset []int // of each column's cells in a histogram

	rows, right []int32
	ordered     []gradient // gradients of the rows of a leaf, side by side
	free        [][]cell   // histograms to use again
	found       []split    // best split of each column

	grad   []gradient
	nodes  tree
	leaves []leaf
}

func (w *grower) init(x *Binned, rows int, opt Options) {
	w.x, w.opt = x, opt
	w.offset = make([]int, len(x.Columns)+1)
	for j, c := range x.Columns {
		w.offset[j+1] = w.offset[j] + c.Bins
	}
	w.rows = make([]int32, rows)
	w.right = make([]int32, rows)
	w.ordered = make([]gradient, rows)
	w.found = make([]split, len(x.Columns))
}

// tree grows one tree on the gradients of the given rows and adds the gains of
// its splits to gain [d columns].
func (w *grower) tree(ctx context.Context, rows []int32, grad []gradient, maxStep float64, gain []float64) (tree, error) {
	copy(w.rows, rows)
	w.grad = grad
	w.nodes = append(tree(nil), node{column: -1})
	root := leaf{hi: len(rows)}
	for _, i := range rows {
		root.sum.add(cell{float64(grad[i].g), float64(grad[i].h), 1})
	}
	if err := w.evaluate(ctx, &root); err != nil {
		return nil, err
	}
	w.leaves = append(w.leaves[:0], root)
	for len(w.leaves) < w.opt.Leaves {
		at := -1
		for i := range w.leaves {
			if g := w.leaves[i].best.gain; g > 0 && (at < 0 || g > w.leaves[at].best.gain) {
				at = i
			}
		}
		if at < 0 {
			break
		}
		parent := w.leaves[at]
		gain[parent.best.column] += parent.best.gain
		left, right := w.part(parent)
		small, large := &left, &right
		if left.sum.n > right.sum.n {
			small, large = large, small
		}
		if err := w.evaluate(ctx, small); err != nil {
			return nil, err
		}
		large.hist = parent.hist
		for i, c := range small.hist {
			if c.n != 0 {
				large.hist[i] = large.hist[i].minus(c)
			}
		}
		if err := w.search(ctx, large); err != nil {
			return nil, err
		}
		w.leaves[at] = left
		w.leaves = append(w.leaves, right)
	}
	for i := range w.leaves {
		l := &w.leaves[i]
		step := -l.sum.g / (l.sum.h + w.opt.L2 + tiny)
		w.nodes[l.node].value = w.opt.LearningRate * min(max(step, -maxStep), maxStep)
		w.free = append(w.free, l.hist)
	}
	return w.nodes, nil
}

// addTo adds the values of the last tree to the predictions of its rows.
func (w *grower) addTo(raw []float64) {
	for i := range w.leaves {
		l := &w.leaves[i]
		v := w.nodes[l.node].value
		for _, r := range w.rows[l.lo:l.hi] {
			raw[r] += v
		}
	}
}

// part sends the rows of a leaf to two children, in their order.
func (w *grower) part(p leaf) (left, right leaf) {
	id := int32(len(w.nodes))
	w.nodes = append(w.nodes, node{column: -1}, node{column: -1})
	n := &w.nodes[p.node]
	n.column, n.goLeft, n.left, n.right = p.best.column, p.best.goLeft, id, id+1

	code := w.x.Columns[n.column].Code
	at, rest := p.lo, 0
	for _, r := range w.rows[p.lo:p.hi] {
		if n.isLeft(code[r]) {
			w.rows[at] = r
			at++
			g := w.grad[r]
			left.sum.add(cell{float64(g.g), float64(g.h), 1})
		} else {
			w.right[rest] = r
			rest++
		}
	}
	copy(w.rows[at:p.hi], w.right[:rest])
	left.node, left.lo, left.hi = id, p.lo, at
	right.node, right.lo, right.hi = id+1, at, p.hi
	right.sum = p.sum.minus(left.sum)
	return left, right
}

// few is the number of histogram updates below which one worker is faster.
const few = 1 << 15

// evaluate builds the histogram of a leaf and searches it for the best split.
func (w *grower) evaluate(ctx context.Context, l *leaf) error {
	if k := len(w.free); k > 0 {
		l.hist, w.free = w.free[k-1], w.free[:k-1]
		clear(l.hist)
	} else {
		l.hist = make([]cell, w.offset[len(w.x.Columns)])
	}
	rows := w.rows[l.lo:l.hi]
	ordered := w.ordered[:len(rows)]
	for i, r := range rows {
		ordered[i] = w.grad[r]
	}
	if len(rows)*len(w.x.Columns) < few {
		ctx = par.WithWorkers(ctx, 1)
	}
	err := par.Do(ctx, len(w.x.Columns), func(j int) error {
		hist := l.hist[w.offset[j]:w.offset[j+1]]
		code := w.x.Columns[j].Code
		for i, r := range rows {
			c := &hist[code[r]]
			c.g += float64(ordered[i].g)
			c.h += float64(ordered[i].h)
			c.n++
		}
		return nil
	})
	if err != nil {
		return err
	}
	return w.search(ctx, l)
}

// search finds the best split of a leaf.
func (w *grower) search(ctx context.Context, l *leaf) error {
	if int(l.sum.n) < 2*w.opt.MinLeaf {
		return nil
	}
	if len(l.hist) < few {
		ctx = par.WithWorkers(ctx, 1)
	}
	err := par.Do(ctx, len(w.x.Columns), func(j int) error {
		s := scan{opt: w.opt, total: l.sum, hist: l.hist[w.offset[j]:w.offset[j+1]]}
		s.best.column = int32(j)
		if w.x.Columns[j].Categorical {
			s.categories()
		} else {
			s.numbers()
		}
		w.found[j] = s.best
		return nil
	})
	for _, s := range w.found {
		if s.gain > l.best.gain {
			l.best = s
		}
	}
	return err
}

// scan searches the splits of one column of one leaf.
type scan struct {
	opt   Options
	total cell
	hist  []cell
	best  split
}

// gain returns how much the loss falls when left is parted from the rest, or 0
// where a child would be too small.
func (s *scan) gain(left cell) float64 {
	right := s.total.minus(left)
	if int(left.n) < s.opt.MinLeaf || int(right.n) < s.opt.MinLeaf || left.h < minHessian || right.h < minHessian {
		return 0
	}
	score := func(c cell) float64 { return c.g * c.g / (c.h + s.opt.L2) }
	return (score(left) + score(right) - score(s.total)) / 2
}

// minGain keeps rounding errors from being taken for gains.
const minGain = 1e-7

// numbers tries all thresholds, missing values on either side. Where there are
// none in this leaf they follow the larger child.
func (s *scan) numbers() {
	missing := s.hist[0]
	at, missingLeft := 0, false
	var leftRows int32
	var below cell
	for k := 1; k < len(s.hist)-1; k++ {
		if s.hist[k].n == 0 {
			continue
		}
		below.add(s.hist[k])
		if g := s.gain(below); g > s.best.gain+minGain {
			s.best.gain, at, missingLeft, leftRows = g, k, false, below.n
		}
		if missing.n > 0 {
			with := below
			with.add(missing)
			if g := s.gain(with); g > s.best.gain+minGain {
				s.best.gain, at, missingLeft, leftRows = g, k, true, with.n
			}
		}
	}
	if missing.n > 0 {
		present := s.total.minus(missing)
		if g := s.gain(present); g > s.best.gain+minGain {
			s.best.gain, at, missingLeft = g, len(s.hist)-1, false
		}
	} else {
		missingLeft = 2*leftRows > s.total.n
	}
	for k := 1; k <= at; k++ {
		s.best.goLeft[k>>6] |= 1 << (k & 63)
	}
	if missingLeft {
		s.best.goLeft[0] |= 1
	}
}

// categories sorts the frequent categories by gradient and tries all prefixes;
// the others go right.
//
// Reference: Fisher (1958), On grouping for maximum homogeneity.
func (s *scan) categories() {
	var buffer [maxBins + 1]uint8
	order := buffer[:0]
	for k := range s.hist {
		if s.hist[k].n >= minCategory {
			order = append(order, uint8(k))
		}
	}
	var ratio [maxBins + 1]float64
	for _, k := range order {
		ratio[k] = s.hist[k].g / (s.hist[k].h + smoothing)
	}
	slices.SortFunc(order, func(a, b uint8) int {
		switch {
		case ratio[a] < ratio[b]:
			return -1
		case ratio[a] > ratio[b]:
			return 1
		}
		return int(a) - int(b)
	})
	var left cell
	at := -1
	for i, k := range order {
		left.add(s.hist[k])
		if g := s.gain(left); g > s.best.gain+minGain {
			s.best.gain, at = g, i
		}
	}
	for _, k := range order[:at+1] {
		s.best.goLeft[k>>6] |= 1 << (k & 63)
	}
}
