package forest

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// The rows of each code in each leaf are written as varints: for each leaf the
// number of codes that occur and, code by code in rising order, the distance
// from the code before (from -1 at first) and the rows. That is θ: what a model
// file carries beside the structure of the trees.

// countWriter writes the counts of leaves.
type countWriter struct {
	blob []byte
	rows []uint32 // [codes]
	seen []uint16 // codes that occur
}

func (w *countWriter) init(codes int) { w.rows = make([]uint32, codes) }

// add writes one leaf, which holds the rows of both lists.
func (w *countWriter) add(code []uint16, a, b []int32) {
	w.seen = w.seen[:0]
	for _, rows := range [][]int32{a, b} {
		for _, r := range rows {
			k := code[r]
			if w.rows[k] == 0 {
				w.seen = append(w.seen, k)
			}
			w.rows[k]++
		}
	}
	w.blob = binary.AppendUvarint(w.blob, uint64(len(w.seen)))
	last := -1
	slices.Sort(w.seen)
	for _, k := range w.seen {
		w.blob = binary.AppendUvarint(w.blob, uint64(int(k)-last))
		w.blob = binary.AppendUvarint(w.blob, uint64(w.rows[k]))
		w.rows[k] = 0
		last = int(k)
	}
}

var errCounts = errors.New("the counts of a leaf are damaged")

// readLeaf adds the counts of the next leaf to rows [codes].
func readLeaf(blob []byte, rows []float64) (rest []byte, err error) {
	next := func() uint64 {
		v, n := binary.Uvarint(blob)
		if n <= 0 {
			err = errCounts
			return 0
		}
		blob = blob[n:]
		return v
	}
	k := -1
	for codes := next(); codes > 0 && err == nil; codes-- {
		step, n := next(), next()
		if step == 0 || step >= uint64(len(rows)-k) || n > math.MaxUint32 {
			return nil, errCounts
		}
		k += int(step)
		rows[k] += float64(n)
	}
	return blob, err
}

// smoothing turns the counts of the nodes of a tree into the distributions of
// its leaves: that of a node leans on its parent's, the more so the fewer rows
// it has, and the root's on the column's.
type smoothing struct {
	root     []float64 // [codes] distribution of the column
	strength float64
	pieces   []piece // of an ordered column; nil for one without order
}

// piece is a binary choice of a Pólya tree: codes [lo, mid) against [mid, hi).
type piece struct {
	lo, mid, hi int
	strength    float64
}

const (
	levelStrength = 2.  // rows that a parent's distribution counts for
	polyaStrength = 5.  // and at the top of a Pólya tree,
	polyaGrowth   = 1.5 // more at each level below
	polyaLimit    = 1e6
)

// newSmoothing returns the smoothing of a column from the rows of its codes.
func newSmoothing(rows []float64, ordered bool, missing int) *smoothing {
	total := 0.0
	for _, n := range rows {
		total += n
	}
	s := &smoothing{root: make([]float64, len(rows)), strength: levelStrength}
	for k, n := range rows {
		s.root[k] = (n + .5/float64(len(rows))) / (total + .5)
	}
	if ordered {
		s.pieces = polyaTree(rows, missing)
	}
	return s
}

// polyaTree halves the codes by mass, and the halves, down to single codes; the
// missing code, the last, is parted from all others at first. Parents come
// before children.
//
// Reference: Ferguson (1974), Prior distributions on spaces of probability
// measures; Mauldin, Sudderth & Williams (1992), Pólya trees.
func polyaTree(rows []float64, missing int) []piece {
	below := make([]float64, len(rows)+1)
	for k, n := range rows {
		below[k+1] = below[k] + n + .01
	}
	var pieces []piece
	var halve func(lo, hi, level int)
	halve = func(lo, hi, level int) {
		if hi-lo < 2 {
			return
		}
		half := (below[lo] + below[hi]) / 2
		mid := lo + 1
		for mid < hi-1 && math.Abs(below[mid+1]-half) <= math.Abs(below[mid]-half) {
			mid++
		}
		strength := min(polyaStrength*math.Pow(polyaGrowth, float64(level)), polyaLimit)
		pieces = append(pieces, piece{lo, mid, hi, strength})
		halve(lo, mid, level+1)
		halve(mid, hi, level+1)
	}
	values := len(rows)
	if missing >= 0 {
		values--
		if values > 0 {
			pieces = append(pieces, piece{0, values, values + 1, levelStrength})
		}
	}
	halve(0, values, 0)
	return pieces
}

// node sets p [codes] to the distribution of a node from its rows and its
// parent's distribution, both of which it overwrites; left [pieces] is scratch.
func (s *smoothing) node(p, rows, parent, left []float64) {
	if s.pieces == nil {
		total := 0.0
		for _, n := range rows {
			total += n
		}
		for k, n := range rows {
			p[k] = (n + s.strength*parent[k]) / (total + s.strength)
		}
		return
	}
	// The first code of a piece stands for the whole of it: upwards it gathers
	// the rows and the parent's mass, downwards it hands out the node's.
	for i := len(s.pieces) - 1; i >= 0; i-- {
		c := &s.pieces[i]
		share := parent[c.lo] / (parent[c.lo] + parent[c.mid])
		left[i] = (rows[c.lo] + c.strength*share) / (rows[c.lo] + rows[c.mid] + c.strength)
		parent[c.lo] += parent[c.mid]
		rows[c.lo] += rows[c.mid]
	}
	p[0] = 1
	for i := range s.pieces {
		c := &s.pieces[i]
		p[c.mid] = max(p[c.lo]*(1-left[i]), tiny)
		p[c.lo] = max(p[c.lo]*left[i], tiny)
	}
}

// tiny keeps probabilities positive under repeated smoothing.
const tiny = 1e-30

// fill sets the edges of a tree's leaves from their counts.
func (s *smoothing) fill(t *tree) error {
	codes := len(s.root)
	of := func(x []float64, at int) []float64 { return x[at*codes : (at+1)*codes] }
	rows := make([]float64, len(t.nodes)*codes)
	parent := make([]int32, len(t.nodes))
	blob := t.counts
	for i, n := range t.nodes {
		if n.view >= 0 {
			parent[i+1], parent[n.next] = int32(i), int32(i)
			continue
		}
		var err error
		if blob, err = readLeaf(blob, of(rows, i)); err != nil {
			return err
		}
	}
	if len(blob) > 0 {
		return errCounts
	}
	for i := len(t.nodes) - 1; i > 0; i-- {
		up := of(rows, int(parent[i]))
		for k, n := range of(rows, i) {
			up[k] += n
		}
	}
	// Downwards, the distribution of a node takes the place of its rows.
	t.edges = make([]uint32, t.leaves*codes)
	own, up, left := make([]float64, codes), make([]float64, codes), make([]float64, len(s.pieces))
	for i, n := range t.nodes {
		if i == 0 {
			copy(up, s.root)
		} else {
			copy(up, of(rows, int(parent[i])))
		}
		s.node(own, of(rows, i), up, left)
		copy(of(rows, i), own)
		if n.view < 0 {
			setEdges(t.edges[int(n.next)*codes:int(n.next+1)*codes], own)
		}
	}
	return nil
}
