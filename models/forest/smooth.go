package forest

import "math"

// smoothing turns the counts of the nodes of a tree into the distributions of
// its leaves: that of a node leans on its parent's, the more so the fewer rows
// it has, and the root's on the column's. Levels lean as
//
//	p(k) = (n_k + α·p_parent(k)) / (n + α), α = 5.
//
// A number is a Pólya tree: each piece of its codes is halved, and the share of
// the left half leans in the same way, with α = 3·1.3^level. More would make
// unseen rows more probable, and samples easier to tell from data:
// docs/decisions/0065, 0067 and 0134 have the figures.
//
// Reference: Ferguson (1974), Prior distributions on spaces of probability
// measures; Mauldin, Sudderth & Williams (1992), Pólya trees and random
// distributions.
type smoothing struct {
	lean
	root   []float64 // [codes] distribution of the column
	pieces []piece   // of an ordered column; nil for one without order
	share  []float64 // [pieces] of the left half in root
}

// piece is a binary choice of a Pólya tree: codes [lo, mid) against [mid, hi).
type piece struct {
	lo, mid, hi int
	strength    float64
}

// lean says how many rows a parent's distribution counts for.
type lean struct {
	levels float64
	top    float64 // of a Pólya tree,
	growth float64 // and so many times more at each level below
}

var (
	leans     = lean{5, 3, 1.3}
	onceLeant = lean{2, 5, 1.5} // models that do not say
)

const mostLean = 1e6

// newSmoothing returns the smoothing of a column from the rows of its codes.
func newSmoothing(rows []float64, ordered bool, missing int, l lean) *smoothing {
	s := &smoothing{lean: l, root: distribution(rows)}
	if ordered {
		s.pieces = polyaTree(rows, missing, l)
		p := append([]float64(nil), s.root...)
		s.gather(p)
		s.share = make([]float64, len(s.pieces))
		s.halves(make([]float64, len(p)), p, func(i int, left, all float64) { s.share[i] = left / all })
	}
	return s
}

// distribution returns that of a column's codes from their rows, which leaves none out.
func distribution(rows []float64) []float64 {
	p, total := make([]float64, len(rows)), sum(rows)
	for k, n := range rows {
		p[k] = (n + .5/float64(len(rows))) / (total + .5)
	}
	return p
}

// polyaTree halves the codes by mass, and the halves, down to single codes; the
// missing code, the last, is parted from all others at first. Parents come
// before children.
func polyaTree(rows []float64, missing int, l lean) []piece {
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
		strength := min(l.top*math.Pow(l.growth, float64(level)), mostLean)
		pieces = append(pieces, piece{lo, mid, hi, strength})
		halve(lo, mid, level+1)
		halve(mid, hi, level+1)
	}
	values := len(rows)
	if missing >= 0 {
		values--
		if values > 0 {
			pieces = append(pieces, piece{0, values, values + 1, l.levels})
		}
	}
	halve(0, values, 0)
	return pieces
}

// gather replaces the weights of codes x [codes] by those of pieces: x[0] is the
// sum of all, x[mid] that of the right half of the piece with that mid.
func (s *smoothing) gather(x []float64) {
	for i := len(s.pieces) - 1; i >= 0; i-- {
		x[s.pieces[i].lo] += x[s.pieces[i].mid]
	}
}

// halves tells visit the weight of the left half and of the whole of each piece,
// from gathered weights x [codes]; all [codes] is scratch.
func (s *smoothing) halves(all, x []float64, visit func(i int, left, all float64)) {
	all[0] = x[0]
	for i := range s.pieces {
		p := &s.pieces[i]
		n, right := all[p.lo], x[p.mid]
		all[p.lo], all[p.mid] = n-right, right
		visit(i, n-right, n)
	}
}

// counted is a tree with the rows of its nodes.
type counted struct {
	*tree
	codes  int
	rows   []float64 // [nodes × codes], gathered where the column is ordered
	parent []int32   // [nodes]
}

func (c *counted) of(x []float64, node int) []float64 { return x[node*c.codes : (node+1)*c.codes] }

// count reads the rows of the leaves and adds them up.
func (s *smoothing) count(t *tree) (*counted, error) {
	c := &counted{t, len(s.root), make([]float64, len(t.nodes)*len(s.root)), make([]int32, len(t.nodes))}
	blob := t.counts
	for i, n := range t.nodes {
		if n.view >= 0 {
			c.parent[i+1], c.parent[n.next] = int32(i), int32(i)
			continue
		}
		var err error
		if blob, err = readLeaf(blob, c.of(c.rows, i)); err != nil {
			return nil, err
		}
		s.gather(c.of(c.rows, i))
	}
	if len(blob) > 0 {
		return nil, errCounts
	}
	for i := len(t.nodes) - 1; i > 0; i-- {
		up := c.of(c.rows, int(c.parent[i]))
		for k, n := range c.of(c.rows, i) {
			up[k] += n
		}
	}
	return c, nil
}

// fill sets the edges of a tree's leaves from their counts.
func (s *smoothing) fill(t *tree) error {
	c, err := s.count(t)
	if err != nil {
		return err
	}
	c.edges = make([]uint32, c.leaves*c.codes)
	if s.pieces == nil {
		s.fillLevels(c)
	} else {
		s.fillPieces(c)
	}
	return nil
}

func (s *smoothing) fillLevels(c *counted) {
	p := make([]float64, len(c.rows))
	for i, n := range c.nodes {
		up := s.root
		if i > 0 {
			up = c.of(p, int(c.parent[i]))
		}
		own, rows := c.of(p, i), c.of(c.rows, i)
		total := sum(rows)
		for k, m := range rows {
			own[k] = (m + s.levels*up[k]) / (total + s.levels)
		}
		if n.view < 0 {
			setEdges(c.of32(int(n.next)), own)
		}
	}
}

func (c *counted) of32(leaf int) []uint32 { return c.edges[leaf*c.codes : (leaf+1)*c.codes] }

func (s *smoothing) fillPieces(c *counted) {
	pieces := len(s.pieces)
	shares := make([]float64, len(c.nodes)*pieces) // of the left halves
	all, p := make([]float64, c.codes), make([]float64, c.codes)
	for i, n := range c.nodes {
		up := s.share
		if i > 0 {
			up = shares[int(c.parent[i])*pieces:]
		}
		own := shares[i*pieces : (i+1)*pieces]
		s.halves(all, c.of(c.rows, i), func(j int, left, n float64) {
			a := s.pieces[j].strength
			own[j] = (left + a*up[j]) / (n + a)
		})
		if n.view < 0 {
			p[0] = 1
			for j := range s.pieces {
				q := &s.pieces[j]
				p[q.mid] = p[q.lo] * (1 - own[j])
				p[q.lo] *= own[j]
			}
			setEdges(c.of32(int(n.next)), p)
		}
	}
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}
