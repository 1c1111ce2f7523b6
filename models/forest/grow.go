package forest

import (
	"math"

	"github.com/seed-64d012fb/mimic/rng"
)

// view is what a tree may ask about a column: the bin of its code, one of at
// most 256.
type view struct {
	column  int     // position in the chain
	bin     []uint8 // [codes + 1] bin of each code; the last is that of an absent part
	bins    int
	ordered bool // bins have an order; else trees part them as sets

	direction *direction // of the views of a direction; column is then the one it tells of
}

// growth is how trees are grown.
type growth struct {
	subsample float64 // share of rows that choose a tree's splits
	most      int     // and of them at most so many
	enough    int     // of the rows of a node, to choose its split by
	minLeaf   int     // of these rows in a leaf
	groups    int     // classes of an ordered target
	greedy    bool    // a split need not gain more than chance alone would
}

// grower grows trees, one at a time: the scratch memory of one worker.
type grower struct {
	growth
	splitter
	in, out []int32 // rows that choose splits, and the others
	spare   []int32
	some    []int32
}

// place is a node in the making: its rows, and the node whose right child it is.
type place struct {
	inLo, inHi, outLo, outHi int
	rightOf                  int32
	depth                    int
}

const maxDepth = 64 // of a tree; only chains of single bins come near

// grow grows one tree for y by the views of ask, whose bins of all rows are
// bins [views][n rows]. present lists the rows of y, in rising order.
//
// Splits are chosen by a random subsample; then every leaf is refilled with all
// rows.
func (g *grower) grow(y *target, ask []int32, views []view, bins [][]uint8, present []int32, key rng.Key) *tree {
	g.deal(present, key)
	t := &tree{}
	var leaves countWriter
	leaves.init(y.codes)
	stack := []place{{inHi: len(g.in), outHi: len(g.out), rightOf: -1}}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		at := int32(len(t.nodes))
		if p.rightOf >= 0 {
			t.nodes[p.rightOf].next = at
		}
		n := node{view: leafMark, next: int32(t.leaves)}
		if p.depth < maxDepth && g.split(&n, y, ask, views, bins, g.in[p.inLo:p.inHi]) {
			bin := bins[n.view]
			in := p.inLo + g.part(&n, bin, g.in[p.inLo:p.inHi])
			out := p.outLo + g.part(&n, bin, g.out[p.outLo:p.outHi])
			stack = append(stack,
				place{in, p.inHi, out, p.outHi, at, p.depth + 1},
				place{p.inLo, in, p.outLo, out, -1, p.depth + 1})
		} else {
			leaves.add(y.code, g.in[p.inLo:p.inHi], g.out[p.outLo:p.outHi])
			t.leaves++
		}
		t.nodes = append(t.nodes, n)
	}
	t.counts = leaves.blob
	return t
}

// deal parts the rows into those that choose splits and the others.
func (g *grower) deal(present []int32, key rng.Key) {
	g.in, g.out = g.in[:0], g.out[:0]
	share := min(g.subsample, float64(g.most)/float64(len(present)))
	if share >= 1 {
		g.in = append(g.in, present...)
	} else {
		var word [256]uint64 // a quarter of a word for each row
		below := uint16(share * (1 << 16))
		for i, r := range present {
			at := i % (4 * len(word))
			if at == 0 {
				key.Uint64s(word[:], int64(i)/4)
			}
			if uint16(word[at/4]>>(at%4*16)) < below {
				g.in = append(g.in, r)
			} else {
				g.out = append(g.out, r)
			}
		}
	}
	if cap(g.spare) < len(present) {
		g.spare = make([]int32, len(present))
	}
}

// split sets a split of the rows in n, and reports whether there is one: the best
// by some of the rows, which are enough where there is much to gain, or else by
// all.
func (g *grower) split(n *node, y *target, ask []int32, views []view, bins [][]uint8, rows []int32) bool {
	if len(rows) < 2*g.minLeaf || len(ask) == 0 {
		return false
	}
	if len(rows) > g.enough {
		g.some = g.some[:0]
		for i := range g.enough {
			g.some = append(g.some, rows[i*len(rows)/g.enough])
		}
		if g.best(n, y, ask, views, bins, g.some) {
			return true
		}
	}
	return g.best(n, y, ask, views, bins, rows)
}

// best sets the best split of the rows in n, and reports whether there is one.
func (g *grower) best(n *node, y *target, ask []int32, views []view, bins [][]uint8, rows []int32) bool {
	classes := g.classify(y, rows, max(2, min(g.groups, len(rows)/g.minLeaf)))
	if classes < 2 {
		return false
	}
	entropy := g.entropy()
	best, found := 0.0, false // the most nats beyond what chance gives
	for _, v := range ask {
		g.count(bins[v], views[v].bins, rows)
		if len(g.order) > 1 {
			if !views[v].ordered && len(g.order) > 2 {
				g.arrange(y.ordered)
			}
			chance := g.byChance(classes, len(g.order), views[v].ordered)
			if gain, at := g.scan(len(rows), g.minLeaf, entropy, best+chance); at >= 0 {
				best, found = gain-chance, true
				n.view = v
				n.goLeft = [4]uint64{}
				for _, b := range g.order[:at+1] {
					n.goLeft[b>>6] |= 1 << (b & 63)
				}
				if views[v].ordered {
					// Bins that do not occur here go the way of their neighbours.
					for b := range g.order[at] {
						n.goLeft[b>>6] |= 1 << (b & 63)
					}
				}
			}
		}
	}
	return found
}

// byChance returns about the nats that the best split by a view of so many bins
// gains where the view tells nothing of the classes. Between two given sides that
// is half a nat for each class beyond the first, on average; the best place in an
// order of b bins seldom gains 2 + log(b-1) more. Levels are arranged to suit the
// classes, which gains what the first axis of a table of chance does:
// (√(bins-1) + √(classes-1))² is its share of χ², half of that are nats, and a cut
// in two of a normal score keeps 2/π of them.
//
// Reference: Johnstone (2001), On the distribution of the largest eigenvalue in
// principal components analysis.
func (g *growth) byChance(classes, bins int, ordered bool) float64 {
	if g.greedy {
		return 1e-9
	}
	k, b := float64(classes-1), float64(bins-1)
	switch {
	case bins == 2:
		return k / 2
	case ordered:
		return k/2 + 2 + math.Log(b)
	}
	axis := math.Sqrt(b) + math.Sqrt(k)
	return axis * axis / math.Pi
}

// part moves the rows that go left to the front, keeping the order on each
// side, and returns their number.
func (g *grower) part(n *node, bin []uint8, rows []int32) int {
	spare, set := g.spare[:len(rows)], n.goLeft
	left, right := 0, 0
	for _, r := range rows {
		b := bin[r]
		goes := int(set[b>>6] >> (b & 63) & 1)
		rows[left] = r
		spare[right] = r
		left += goes
		right += 1 - goes
	}
	copy(rows[left:], spare[:right])
	return left
}
