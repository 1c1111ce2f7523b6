package kde

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic/dist"
)

// index is rows in an order in which densities find them: first those that have
// all their numbers, in leaves of a k-d tree, then the others.
type index struct {
	x         [][]float64 // [d][n]
	codes     [][]uint16  // [e][n]
	logWeight []float64   // [n] log w
	even      bool        // all w are alike
	most      float64     // the largest log w
	complete  int         // rows that have all their numbers
	nodes     []node      // the tree over these, the root first
	masses    [][]float64 // [d] log-mass of a kernel by its distance in steps; nil among reals

	logEvidence float64
	cumulative  []float64 // [n] running sums of w·p(e | row), of Model.rows in their order
}

const (
	treeFields  = 3       // numbers up to which rows are sorted into a tree
	leafRows    = 128     // rows of a leaf, at most
	mostMasses  = 1 << 16 // steps whose masses are remembered
	massesReach = 40      // and bandwidths
)

// node is a box of rows [lo, hi). Its children are nodes left and left+1.
type node struct {
	lo, hi   int
	left     int // 0 at a leaf
	min, max [treeFields]float64
}

// prepare makes the index.
func (m *Model) prepare() {
	n := m.rows.n()
	x := &index{masses: make([][]float64, len(m.numbers))}
	m.index = x
	order := make([]int, 0, n)
	for i := range n {
		if !m.incomplete(i) {
			order = append(order, i)
		}
	}
	x.complete = len(order)
	if d := len(m.numbers); d > 0 && d <= treeFields && x.complete > 0 {
		x.nodes = append(x.nodes, node{hi: x.complete})
		m.split(0, order)
	}
	for i := range n {
		if m.incomplete(i) {
			order = append(order, i)
		}
	}
	for _, col := range m.rows.x {
		x.x = append(x.x, pick(col, order))
	}
	for _, col := range m.rows.codes {
		x.codes = append(x.codes, pick(col, order))
	}
	total := floats.Sum(m.rows.weight)
	x.logWeight = pick(m.rows.weight, order)
	for i, w := range x.logWeight {
		x.logWeight[i] = math.Log(w / total)
	}
	x.most = slices.Max(x.logWeight)
	x.even = x.most == slices.Min(x.logWeight)
	for k, num := range m.numbers {
		if num.grid.Real() {
			continue
		}
		x.masses[k] = make([]float64, int(min(mostMasses, 2+massesReach*num.h)))
		for step := range x.masses[k] {
			z := float64(step) / num.h
			x.masses[k][step] = dist.NormalLogMass(z-0.5/num.h, z+0.5/num.h)
		}
	}
	m.weigh()
}

func (m *Model) incomplete(i int) bool {
	for _, col := range m.rows.x {
		if col[i] != col[i] {
			return true
		}
	}
	return false
}

// split boxes the rows of a node, and parts them at the median of the number along
// which they spread the farthest, in bandwidths.
func (m *Model) split(at int, order []int) {
	own := &m.nodes[at]
	rows := order[own.lo:own.hi]
	widest, most := 0, -1.0
	for k, col := range m.rows.x {
		lo, hi := math.Inf(1), math.Inf(-1)
		for _, i := range rows {
			lo, hi = min(lo, col[i]), max(hi, col[i])
		}
		own.min[k], own.max[k] = lo, hi
		if spread := (hi - lo) / m.numbers[k].h; spread > most {
			widest, most = k, spread
		}
	}
	if len(rows) <= leafRows || !(most > 0) {
		return
	}
	half := len(rows) / 2
	selectNth(rows, m.rows.x[widest], half)
	left := len(m.nodes)
	own.left = left
	lo, hi := own.lo, own.hi
	m.nodes = append(m.nodes, node{lo: lo, hi: lo + half}, node{lo: lo + half, hi: hi})
	m.split(left, order)
	m.split(left+1, order)
}

// selectNth orders rows so that those before the n-th are not above it in key, and
// those after it not below.
func selectNth(rows []int, key []float64, n int) {
	for lo, hi := 0, len(rows)-1; lo < hi; {
		pivot := key[rows[lo+(hi-lo)/2]]
		i, j := lo, hi
		for i <= j {
			for key[rows[i]] < pivot {
				i++
			}
			for key[rows[j]] > pivot {
				j--
			}
			if i <= j {
				rows[i], rows[j] = rows[j], rows[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return
		}
	}
}
