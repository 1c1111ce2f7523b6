package treenet

import "github.com/seed-64d012fb/mimic/internal/coded"

// blockRows is the most rows whose messages are passed together.
const blockRows = 256

// blockSize is how many numbers a message of a block has, at most.
const blockSize = 1 << 22

// blockOf returns the number of rows of a block, for nodes with k states each;
// there may be none.
func blockOf(nodes, k int) int { return min(max(blockSize/max(nodes*k, 1), 16), blockRows) }

// patterns are a block of rows as the distinct patterns of codes that the
// fields of each subtree show. What a message says depends on the pattern
// alone, so that the rows share it: a leaf has as many messages as its field has
// codes, and where data are sparse most of a row is like most of any other.
type patterns struct {
	at    []pattern // [fields]
	roots []float32 // [patterns of the roots, one root after the other], weight
	total float64   // weight of the rows
}

// pattern are the patterns of the subtree of one field.
type pattern struct {
	n     int
	first int       // place of the first among all patterns of the block
	code  []int32   // [n] code of the field itself
	child [][]int32 // [children][n] the pattern of the child
}

// tree is a rooted forest of fields.
type tree struct {
	order    []int // fields, parents first
	parent   []int // [fields], -1 for roots
	children [][]int
}

func newTree(parent, order []int) tree {
	t := tree{order: order, parent: parent, children: make([][]int, len(parent))}
	for _, j := range order {
		if p := parent[j]; p >= 0 {
			t.children[p] = append(t.children[p], j)
		}
	}
	return t
}

// patternsOf returns the patterns of rows of d, of the given weights.
func (t *tree) patternsOf(d *coded.Data, rows []int32, weight []float32, in *interner) *patterns {
	var (
		b     = &patterns{at: make([]pattern, len(t.parent))}
		which = make([][]int32, len(t.parent)) // [fields][rows], the row's pattern
		codes = make([]uint16, len(rows))
		own   [blockRows]int // the first row of a pattern
	)
	for o := len(t.order) - 1; o >= 0; o-- {
		j := t.order[o]
		for i, r := range rows {
			codes[i] = d.Codes[j][r]
		}
		of := make([]int32, len(rows))
		which[j] = of
		n := in.codes(of, codes)
		for _, c := range t.children[j] {
			n = in.pairs(of, which[c])
		}
		p := &b.at[j]
		p.n = n
		p.code = make([]int32, n)
		next := int32(0)
		for i, x := range of {
			if x == next {
				p.code[x] = int32(codes[i])
				own[x] = i
				next++
			}
		}
		for _, c := range t.children[j] {
			child := make([]int32, n)
			for x := range child {
				child[x] = which[c][own[x]]
			}
			p.child = append(p.child, child)
		}
		if t.parent[j] < 0 {
			total := make([]float32, n)
			for i, w := range weight {
				total[of[i]] += w
			}
			// Roots are met from the last to the first.
			b.roots = append(total, b.roots...)
		}
	}
	first := 0
	for _, j := range t.order {
		b.at[j].first = first
		first += b.at[j].n
	}
	for _, w := range weight {
		b.total += float64(w)
	}
	return b
}

// count returns the number of patterns of all fields.
func (b *patterns) count() int {
	n := 0
	for j := range b.at {
		n += b.at[j].n
	}
	return n
}
