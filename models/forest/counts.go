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
