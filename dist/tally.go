package dist

import (
	"math"
	"slices"
	"sync"
)

const (
	tallyRows  = 4096
	tallyBits  = 13 // of a slot's number: twice as many slots as rows
	tallySlots = 1 << tallyBits
)

// tally counts the distinct values among some thousand numbers: by hashing, so
// that a value that repeats costs no comparison, and then sorts the values
// alone, which is several times as fast as sorting them with their weights.
type tally struct {
	slot   [tallySlots]uint16 // position in value, plus one; 0 is empty
	value  [tallyRows]float64 // distinct, as they came
	weight [tallyRows]float64 // of each
	sorted [tallyRows]float64
	spare  [tallyRows]float64
}

var tallies = sync.Pool{New: func() any { return new(tally) }}

// points returns the distinct values of at most tallyRows numbers in ascending
// order, with their weights; nil weight means 1. NaN and numbers of weight zero
// are left out.
func (t *tally) points(numbers, weight []float64) []Point {
	clear(t.slot[:])
	n := 0
	for i, x := range numbers {
		w := 1.0
		if weight != nil {
			w = weight[i]
		}
		if x != x || w == 0 {
			continue
		}
		x += 0 // -0 becomes 0
		slot := t.find(x)
		if t.slot[slot] == 0 {
			t.value[n], t.weight[n] = x, 0
			n++
			t.slot[slot] = uint16(n)
		}
		t.weight[t.slot[slot]-1] += w
	}
	points := make([]Point, n)
	for i, x := range t.ascending(n) {
		points[i] = Point{Value: x, Own: t.weight[t.slot[t.find(x)]-1]}
	}
	return points
}

// ascending returns the n values in order, by a radix sort of eleven bits a pass
// where there are many. A float64's bits ascend with it once the sign is turned
// round, and for negative numbers all other bits too.
func (t *tally) ascending(n int) []float64 {
	values, spare := t.sorted[:n], t.spare[:n]
	copy(values, t.value[:n])
	if n < 256 {
		slices.Sort(values)
		return values
	}
	const bits = 11
	for shift := 0; shift < 64; shift += bits {
		var start [1<<bits + 1]uint16
		for _, x := range values {
			start[ordered(x)>>shift%(1<<bits)+1]++
		}
		for d := range 1 << bits {
			start[d+1] += start[d]
		}
		for _, x := range values {
			d := ordered(x) >> shift % (1 << bits)
			spare[start[d]] = x
			start[d]++
		}
		values, spare = spare, values
	}
	return values
}

func ordered(x float64) uint64 {
	b := math.Float64bits(x)
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

// find returns the slot that x has or would have.
func (t *tally) find(x float64) uint64 {
	slot := math.Float64bits(x) * 0x9E3779B97F4A7C15 >> (64 - tallyBits)
	for t.slot[slot] != 0 && t.value[t.slot[slot]-1] != x {
		slot = (slot + 1) % tallySlots
	}
	return slot
}
