package forest

import "github.com/seed-64d012fb/mimic/internal/simd"

// tree is a decision tree over views, in preorder: the left child of node i is
// node i+1. Leaves are numbered from 0 in that order, so that the leaves of a
// subtree are consecutive.
type tree struct {
	nodes  []node
	leaves int
	counts []byte     // training rows of each code in each leaf, see countWriter
	edges  []uint32   // [leaves × codes] see words
	masses []perClass // [leaves] of a tilted column, see tilt.massesOf
}

// node looks at one view of a row.
type node struct {
	goLeft [4]uint64 // the set of bins that go left, as bits
	view   int32     // or leafMark
	next   int32     // right child; number of a leaf
}

const leafMark = -1

func (n *node) isLeft(bin uint8) bool { return n.goLeft[bin>>6]>>(bin&63)&1 == 1 }

// leaf returns the number of the leaf of row i, whose views are bins
// [views][rows].
func (t *tree) leaf(bins [][]uint8, i int) int32 {
	at := int32(0)
	for {
		n := &t.nodes[at]
		if n.view < 0 {
			return n.next
		}
		if n.isLeft(bins[n.view][i]) {
			at++
		} else {
			at = n.next
		}
	}
}

// halve adds a balanced subtree whose leaves are the bins of a view.
func (t *tree) halve(view int32, bins int) {
	var halve func(lo, hi int)
	halve = func(lo, hi int) {
		at := len(t.nodes)
		if hi-lo == 1 {
			t.nodes = append(t.nodes, node{view: leafMark, next: int32(t.leaves)})
			t.leaves++
			return
		}
		n := node{view: view}
		mid := (lo + hi) / 2
		for b := range mid {
			n.goLeft[b>>6] |= 1 << (b & 63)
		}
		t.nodes = append(t.nodes, n)
		halve(lo, mid)
		t.nodes[at].next = int32(len(t.nodes))
		halve(mid, hi)
	}
	halve(0, bins)
}

// descent takes many rows down a tree at once: rows are parted at each node, as
// when the tree was grown, which costs no mispredicted branches.
type descent struct {
	bins  [][]uint8 // [views][rows]
	spare []uint16
	few   int // rows that need not be parted; 0 where all must reach their leaf
	visit func(leaf int, rows []uint16)
}

// down calls visit for each leaf of t that has rows, in order of leaves. rows
// are reordered: by leaf, and within a leaf as they were.
func (d *descent) down(t *tree, rows []uint16) {
	if len(rows) > 0 {
		d.few = 0
		d.from(t.nodes, 0, rows)
	}
}

// sort reorders rows as down does, except that those of a subtree that fewer than
// one in 256 reach stay as they were.
func (d *descent) sort(t *tree, rows []uint16) {
	d.few = len(rows) / 256
	d.visit = func(int, []uint16) {}
	d.from(t.nodes, 0, rows)
}

func (d *descent) from(nodes []node, at int32, rows []uint16) {
	for len(rows) > d.few {
		n := &nodes[at]
		if n.view < 0 {
			d.visit(int(n.next), rows)
			return
		}
		switch left := simd.Part(rows, d.spare, d.bins[n.view], &n.goLeft); left {
		case 0:
			at = n.next
		case len(rows):
			at++
		default:
			d.from(nodes, at+1, rows[:left])
			at, rows = n.next, rows[left:]
		}
	}
}

// A leaf's distribution over K codes is kept as the lower edges of the codes in
// the 2³² values of a word: a word w draws the last code whose edge is at most
// w, and the probability of a code is the share of words that draw it. So every
// code has a probability, all sum to 1 exactly, and what is scored is what is
// sampled, to the last bit.
const words = 1 << 32

// setEdges sets edges [K] from probabilities p [K], which sum to about 1.
func setEdges(edges []uint32, p []float64) {
	free := float64(words - len(p)) // beside one word for each code
	total := 0.0
	for _, q := range p {
		total += q
	}
	sum := 0.0
	for k, q := range p {
		edges[k] = uint32(k) + uint32(min(sum/total, 1)*free)
		sum += q
	}
}

// width returns how many words draw code k.
func width(edges []uint32, k int) uint64 {
	if k+1 < len(edges) {
		return uint64(edges[k+1] - edges[k])
	}
	return words - uint64(edges[k])
}
