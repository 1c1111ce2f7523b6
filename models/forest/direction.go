package forest

import (
	"encoding/binary"
	"errors"

	"github.com/seed-64d012fb/mimic/internal/simd"
)

// direction is one number that sums up what all columns before a column tell of
// it: a score for the bin of each, added up, and cut into bins itself. Trees ask
// it as one more view, so that a split can be oblique, and so that dependences
// that are too weak to pay for a split of their own count together.
type direction struct {
	terms []term
	from  int32   // the sum at which the first cell starts
	bin   []uint8 // [directionCells] the bin of each cell
}

// term is what one view adds to a direction.
type term struct {
	view  int32
	score []int32 // [bins]
}

const (
	directionCells = 1 << 12
	cellBits       = 4       // a cell is 16 units of the scores wide
	mostScore      = 1 << 24 // of a bin, in units
	mostDirections = 2       // of a column, for its trees
)

// cell returns the cell of a sum.
func (d *direction) cell(sum int32) int {
	return int(min(max((sum-d.from)>>cellBits, 0), directionCells-1))
}

// fill sets dst [n rows] to the bins of the direction, from those of the views
// that it sums up; sums is scratch for so many rows, or for those of a block.
func (d *direction) fill(dst []uint8, bins [][]uint8, sums []int32) {
	for lo := 0; lo < len(dst); lo += blockRows {
		hi := min(lo+blockRows, len(dst))
		sums := sums[:hi-lo]
		clear(sums)
		for _, t := range d.terms {
			simd.AddScores(sums, t.score, bins[t.view][lo:hi])
		}
		simd.Cut(dst[lo:hi], sums, d.from, cellBits, d.bin)
	}
}

// aim fills the bins [views][n rows] of the directions of the column at a
// position of the chain; sums is scratch as for fill.
func (m *Model) aim(p int, bins [][]uint8, n int, sums []int32) {
	for _, v := range m.columns[p].directions {
		m.views[v].direction.fill(bins[v][:n], bins, sums)
	}
}

// addDirection gives the column at a position of the chain a direction.
func (m *Model) addDirection(p int, d *direction) (v int) {
	v = len(m.views)
	m.columns[p].directions = append(m.columns[p].directions, v)
	m.views = append(m.views, d.view(p))
	return v
}

// view returns the view that a direction of the column at a position of the chain is.
func (d *direction) view(p int) view {
	return view{column: p, bins: int(d.bin[directionCells-1]) + 1, ordered: true, direction: d}
}

// appendWire writes a direction: its terms, from, and the cells of each bin.
func (d *direction) appendWire(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(d.terms)))
	for _, t := range d.terms {
		dst = binary.AppendUvarint(dst, uint64(t.view))
		last := int32(0)
		for _, s := range t.score {
			dst = binary.AppendVarint(dst, int64(s-last))
			last = s
		}
	}
	dst = binary.AppendVarint(dst, int64(d.from))
	for lo := 0; lo < len(d.bin); {
		hi := lo
		for hi < len(d.bin) && d.bin[hi] == d.bin[lo] {
			hi++
		}
		dst = binary.AppendUvarint(dst, uint64(hi-lo))
		lo = hi
	}
	return dst
}

var errDirection = errors.New("a direction is damaged")

// readDirection reads what appendWire wrote of a direction for the column at a
// position of the chain, which sums up views of the columns before it.
func readDirection(blob []byte, position int, views []view) (*direction, error) {
	bad := false
	whole := func(most uint64) int {
		v, n := binary.Uvarint(blob)
		if n <= 0 || v > most {
			bad = true
			return 0
		}
		blob = blob[n:]
		return int(v)
	}
	number := func() int32 {
		v, n := binary.Varint(blob)
		if n <= 0 || v < -2*mostScore || v > 2*mostScore {
			bad = true
			return 0
		}
		blob = blob[n:]
		return int32(v)
	}
	d := &direction{}
	last := -1
	for terms := whole(uint64(len(views))); terms > 0 && !bad; terms-- {
		v := whole(uint64(len(views)))
		if bad || v <= last || v >= len(views) || views[v].column >= position || views[v].direction != nil {
			return nil, errDirection
		}
		last = v
		t := term{view: int32(v), score: make([]int32, 0, views[v].bins)}
		s := int32(0)
		for range views[v].bins {
			s += number()
			if bad || s < -mostScore || s > mostScore {
				return nil, errDirection
			}
			t.score = append(t.score, s)
		}
		d.terms = append(d.terms, t)
	}
	d.from = number()
	for b := 0; len(d.bin) < directionCells; b++ {
		n := whole(uint64(directionCells - len(d.bin)))
		if bad || n == 0 || b >= maxViewBins {
			return nil, errDirection
		}
		for range n {
			d.bin = append(d.bin, uint8(b))
		}
	}
	if bad || len(blob) > 0 {
		return nil, errDirection
	}
	return d, nil
}
