package judge

import (
	"math"
	"slices"
	"sort"

	"github.com/seed-64d012fb/mimic/table"
)

// binned is one column of a frame as codes 0 … k-1 [n rows].
type binned struct {
	code []int32
	k    int
}

// binsOf is the number of bins of a number where edges are fixed.
const binsOf = 10

// fixedEdges returns the inner edges of at most binsOf bins that hold about
// equally many of the numbers x: a number is in the bin after the last edge that
// is not above it. A value with much of the rows gets a bin to itself.
func fixedEdges(x []float64) []float64 {
	sorted := make([]float64, 0, len(x))
	for _, v := range x {
		if v == v {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	var edges []float64
	add := func(v float64) {
		if v > sorted[0] && (len(edges) == 0 || v > edges[len(edges)-1]) {
			edges = append(edges, v)
		}
	}
	for b := 1; b < binsOf && len(sorted) > 0; b++ {
		at := b * len(sorted) / binsOf
		v := sorted[at]
		add(v)
		if at > 0 && sorted[at-1] == v {
			// v fills the bin: what is above it belongs to the next.
			if i := sort.Search(len(sorted), func(i int) bool { return sorted[i] > v }); i < len(sorted) {
				add(sorted[i])
			}
		}
	}
	return edges
}

// fixed returns the frame's columns in use with the edges of ground truth, the
// training rows. Missing is a bin of its own.
func (fr *frame) fixed(edges [][]float64) []binned {
	cols := make([]binned, len(fr.use))
	for a, j := range fr.use {
		cols[a] = fr.bin(j, edges[j])
	}
	return cols
}

func (fr *frame) bin(j int, edges []float64) binned {
	c := fr.cols[j]
	if c.Code != nil {
		return fr.levelled(j)
	}
	b := binned{make([]int32, fr.n), len(edges) + 2}
	for i, x := range c.Num {
		if x != x {
			b.code[i] = int32(len(edges) + 1)
			continue
		}
		b.code[i] = int32(sort.Search(len(edges), func(e int) bool { return edges[e] > x }))
	}
	return b
}

// levelled returns a coded column, missing after the levels.
func (fr *frame) levelled(j int) binned {
	b := binned{make([]int32, fr.n), len(fr.levels[j]) + 1}
	for i, k := range fr.cols[j].Code {
		if k == table.Missing {
			k = int32(b.k - 1)
		}
		b.code[i] = k
	}
	return b
}

// counts returns how often each code occurs, with weights w if they are given.
func (b binned) counts(w []uint8) []float64 {
	n := make([]float64, b.k)
	for i, k := range b.code {
		if w == nil {
			n[k]++
		} else {
			n[k] += float64(w[i])
		}
	}
	return n
}

// overlap returns 1 − total variation between two sets of counts.
func overlap(a, b []float64) float64 {
	na, nb := sum(a), sum(b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	d := 0.0
	for k := range a {
		d += math.Abs(a[k]/na - b[k]/nb)
	}
	return 1 - d/2
}

func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// mean returns the mean of the numbers that there are, NaN if there are none.
func mean(x []float64) float64 {
	s, n := 0.0, 0.0
	for _, v := range x {
		if v == v {
			s, n = s+v, n+1
		}
	}
	return s / n
}

// joint numbers the cells of the joint table of two columns, so that tables
// with many levels need memory for the cells that occur alone.
type joint struct {
	kb   int
	cell map[int64]int32 // nil: the cell is its own number
	size int
}

// newJoint keeps a joint table as an array unless it has far more cells than
// rows.
func newJoint(a, b binned) *joint {
	j := &joint{kb: b.k, size: a.k * b.k}
	if j.size > max(4096, 2*len(a.code)) {
		j.cell, j.size = map[int64]int32{}, 0
	}
	return j
}

// index sets cells [n rows] to the cell of each row.
func (t *joint) index(cells []int32, a, b binned) []int32 {
	cells = slices.Grow(cells[:0], len(a.code))[:len(a.code)]
	if t.cell == nil {
		for i, k := range a.code {
			cells[i] = k*int32(t.kb) + b.code[i]
		}
		return cells
	}
	for i, k := range a.code {
		key := int64(k)*int64(t.kb) + int64(b.code[i])
		n, ok := t.cell[key]
		if !ok {
			n = int32(len(t.cell))
			t.cell[key] = n
			t.size = len(t.cell)
		}
		cells[i] = n
	}
	return cells
}

// count adds up the rows of each cell in n, which it makes anew where it is too
// small, with weights w if they are given.
func (t *joint) count(n []float64, cells []int32, w []uint8) []float64 {
	n = slices.Grow(n[:0], t.size)[:t.size]
	clear(n)
	if w == nil {
		for _, c := range cells {
			n[c]++
		}
		return n
	}
	for i, c := range cells {
		n[c] += float64(w[i])
	}
	return n
}
