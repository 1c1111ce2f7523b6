package forest

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// tilt weighs classes of a column's codes by what each view before the column tells
// of them, on top of every tree:
//
//	p(k | x) = mean over trees of p_tree(k | x)·w_c(x) / Σ_c' p_tree(c' | x)·w_c'(x),
//	w_c(x) = power(Σ_v score_v(side of x, bin of x in v, c)), where c is the class of k.
//
// The side is what x has in one column of two levels, if the column has such a one
// before it: as a rule a label, on which all else depends. So few parameters say next to
// nothing of three columns at once, which is what trees are for; they set right what trees
// leave of pairs, see rake.
//
// power doubles with every 128 of its argument, and is a straight line in between: a
// sum of scores is the upper half of the bits of a float32.
type tilt struct {
	bounds []uint16 // [classes + 1] class c has the codes bounds[c] up to bounds[c+1]
	terms  []tiltTerm
	side   int32 // view of two bins, or noSide
}

const noSide = -1

// tiltTerm is what one view adds to the scores.
type tiltTerm struct {
	view  int32
	group []uint8             // [bins]
	score []int16             // [sides × groups × classes]
	lanes *[2][256]simd.Lanes // [sides][bins] the scores of each bin
}

// perClass has a number for each class, and zeros where there are fewer.
type perClass [mostClasses]float64

// The scores of all classes are summed in the lanes of two words. A score takes mostTilt
// more than it is, so that no lane of a sum runs over into the next: that multiplies all
// weights alike, and so changes nothing.
const (
	mostClasses = 8
	octave      = 128        // of scores: a weight doubles
	mostTilt    = 3 * octave // of a score: a factor of 8
	mostTerms   = 42         // whose scores fit into the bits of a positive float32
	// noTilt is the sum of no scores at all. Within a fifth of an octave of it power is
	// an exponential function to a hundredth: there the straight line has its slope.
	noTilt = octave + 57
)

func (t *tilt) classes() int { return len(t.bounds) - 1 }

// sides returns the number of sides.
func (t *tilt) sides() int {
	if t.side == noSide {
		return 1
	}
	return 2
}

// sideView returns the view whose bins have the side as their last bit: any, where
// both sides are the same.
func (t *tilt) sideView() int32 {
	if t.side == noSide {
		return t.terms[0].view
	}
	return t.side
}

// of returns the scores of a group on a side [classes].
func (e *tiltTerm) of(side, group uint8, sides, classes int) []int16 {
	groups := len(e.score) / (sides * classes)
	return e.score[(int(side)*groups+int(group))*classes:][:classes]
}

// pack fills in the lanes of the terms.
func (t *tilt) pack() {
	for i := range t.terms {
		e := &t.terms[i]
		e.lanes = new([2][256]simd.Lanes)
		for side := range e.lanes {
			from := uint8(min(side, t.sides()-1))
			for b, g := range e.group {
				for c, s := range e.of(from, g, t.sides(), t.classes()) {
					e.lanes[side][b].Add(c, uint16(s+mostTilt))
				}
			}
		}
	}
}

// none are the lanes of no scores.
var none = func() (l simd.Lanes) {
	for c := range mostClasses {
		l.Add(c, noTilt)
	}
	return l
}()

// sum sets dst [≥ n rows] to the scores of rows whose views are bins [views][rows].
func (t *tilt) sum(dst []simd.Lanes, bins [][]uint8, n int) {
	dst = dst[:n]
	for i := range dst {
		dst[i] = none
	}
	var tables [4]*[2][256]simd.Lanes
	var of [4][]uint8
	side := bins[t.sideView()][:n]
	for terms := range slices.Chunk(t.terms, len(tables)) {
		for k := range tables {
			tables[k], of[k] = &nothing, side // which is cheaper than fewer tables
			if k < len(terms) {
				tables[k], of[k] = terms[k].lanes, bins[terms[k].view]
			}
		}
		simd.AddLanes(dst, tables, side, of)
	}
}

var nothing [2][256]simd.Lanes

// weights sets w to the weights of a row's classes.
func (t *tilt) weights(w *perClass, l *simd.Lanes) {
	*w = perClass{}
	for c := range t.classes() {
		w[c] = l.Power(c)
	}
}

// draw draws the codes of rows in a leaf, whose classes have the given masses, each by
// its point and its sums.
func (t *tilt) draw(codes []uint16, edges []uint32, masses *perClass, points []uint32, sums []simd.Lanes, rows []uint16) {
	const some = 32
	var class [some]uint8
	var word [some]uint32
	for rows := range slices.Chunk(rows, some) {
		simd.DrawClasses(class[:], word[:], (*[mostClasses]float64)(masses), t.classes()-1, sums, points, rows)
		for i, r := range rows {
			c := class[i]
			lo, hi := t.bounds[c], t.bounds[c+1]
			k := 0
			if hi-lo > 1 {
				point := uint64(edges[lo]) + uint64(word[i])
				k = simd.CodeAt(edges[lo:hi], uint32(min(point, words-1)))
			}
			codes[r] = lo + uint16(k)
		}
	}
}

// classOf returns the class of a code.
func (t *tilt) classOf(code uint16) int {
	c := 0
	for code >= t.bounds[c+1] {
		c++
	}
	return c
}

// share returns the probability of a code of class c in a leaf whose classes have the
// given masses, for a row with the given weights.
func (w *perClass) share(k uint16, c int, edges []uint32, masses *perClass) float64 {
	return float64(float64(width(edges, int(k)))*w[c]) / w.total(masses)
}

func (w *perClass) total(masses *perClass) (total float64) {
	for c, x := range w {
		total += float64(x * masses[c])
	}
	return total
}

// addShares adds the probability of each code in a leaf to p [codes].
func (t *tilt) addShares(p []float64, w *perClass, edges []uint32, masses *perClass) {
	total := w.total(masses)
	for c := range t.classes() {
		for k := t.bounds[c]; k < t.bounds[c+1]; k++ {
			p[k] += float64(float64(width(edges, int(k)))*w[c]) / total
		}
	}
}

// weightsOf sets w to the weights of row i alone.
func (t *tilt) weightsOf(w *perClass, bins [][]uint8, i int) {
	sum, side := none, bins[t.sideView()][i]&1
	for j := range t.terms {
		e := &t.terms[j]
		of := &e.lanes[side][bins[e.view][i]]
		sum[0] += of[0]
		sum[1] += of[1]
	}
	t.weights(w, &sum)
}

// massesOf returns the words that draw each class in each leaf of a tree over so many
// codes; a class that there is not has none.
func (t *tilt) massesOf(tree *tree, codes int) []perClass {
	masses := make([]perClass, tree.leaves)
	for leaf := range masses {
		edges := tree.edges[leaf*codes:][:codes]
		for c := range t.classes() {
			hi := uint64(words)
			if end := int(t.bounds[c+1]); end < codes {
				hi = uint64(edges[end])
			}
			masses[leaf][c] = float64(hi - uint64(edges[t.bounds[c]]))
		}
	}
	return masses
}

// setTilt has the trees of the column, all of which are grown, tilted.
func (c *column) setTilt(t *tilt) {
	c.tilt = t
	if t == nil {
		return
	}
	t.pack()
	for _, tree := range c.members() {
		tree.masses = t.massesOf(tree, len(c.rows))
	}
}

// appendWire writes a tilt: the codes of each class, the view of the side (0 for none,
// else 1 more), and of each term the view, the group of each bin, and the scores.
func (t *tilt) appendWire(dst []byte) []byte {
	n := t.classes()
	dst = binary.AppendUvarint(dst, uint64(n))
	for c := range n {
		dst = binary.AppendUvarint(dst, uint64(t.bounds[c+1]-t.bounds[c]))
	}
	dst = binary.AppendUvarint(dst, uint64(t.side+1))
	dst = binary.AppendUvarint(dst, uint64(len(t.terms)))
	for i := range t.terms {
		e := &t.terms[i]
		dst = binary.AppendUvarint(dst, uint64(e.view))
		dst = append(dst, e.group...)
		for _, s := range e.score {
			dst = binary.AppendVarint(dst, int64(s))
		}
	}
	return dst
}

var errTilt = errors.New("a tilt is damaged")

// readTilt reads what appendWire wrote, for a column of so many codes at a position of
// the chain.
func readTilt(blob []byte, position, codes int, views []view) (*tilt, error) {
	bad := false
	whole := func(most int) int {
		v, n := binary.Uvarint(blob)
		if n <= 0 || v > uint64(most) {
			bad = true
			return 0
		}
		blob = blob[n:]
		return int(v)
	}
	classes := whole(mostClasses)
	t := &tilt{bounds: []uint16{0}}
	for range classes {
		last := int(t.bounds[len(t.bounds)-1])
		width := whole(codes - last)
		if bad || width == 0 {
			return nil, errTilt
		}
		t.bounds = append(t.bounds, uint16(last+width))
	}
	t.side = int32(whole(len(views))) - 1
	if t.side != noSide && (views[t.side].column >= position || views[t.side].bins != 2) {
		return nil, errTilt
	}
	terms := whole(mostTerms)
	if bad || classes < 2 || int(t.bounds[classes]) != codes || terms == 0 {
		return nil, errTilt
	}
	last := -1
	for range terms {
		v := whole(len(views) - 1)
		if bad || v <= last {
			return nil, errTilt
		}
		last = v
		of := &views[v]
		before, own := of.column < position && of.direction == nil, of.column == position && of.direction != nil
		if !before && !own || len(blob) < of.bins || of.bins == 0 {
			return nil, errTilt
		}
		e := tiltTerm{view: int32(v), group: slices.Clone(blob[:of.bins])}
		blob = blob[of.bins:]
		for range t.sides() * (int(slices.Max(e.group)) + 1) * classes {
			s, n := binary.Varint(blob)
			if n <= 0 || s < -mostTilt || s > mostTilt {
				return nil, errTilt
			}
			blob = blob[n:]
			e.score = append(e.score, int16(s))
		}
		t.terms = append(t.terms, e)
	}
	if len(blob) > 0 {
		return nil, errTilt
	}
	return t, nil
}
