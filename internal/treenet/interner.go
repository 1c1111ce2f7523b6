package treenet

import "math"

// interner numbers what the rows of a block show, in the order in which it first
// comes.
type interner struct {
	seen  []int32 // [blockRows × blockRows], the number of a pair, if its stamp is now
	stamp []int32
	now   int32
	code  []int32 // [codes], the number of a code and 1, or 0
}

// codes sets of [rows] to the numbers of the rows' codes, and returns how many
// there are.
func (in *interner) codes(of []int32, codes []uint16) int {
	if in.code == nil {
		in.code = make([]int32, math.MaxUint16+1)
	}
	n := int32(0)
	for i, c := range codes {
		if in.code[c] == 0 {
			n++
			in.code[c] = n
		}
		of[i] = in.code[c] - 1
	}
	for _, c := range codes {
		in.code[c] = 0
	}
	return int(n)
}

// pairs sets of [rows] to the numbers of the pairs of numbers of and with, and
// returns how many there are. There are at most blockRows rows.
func (in *interner) pairs(of, with []int32) int {
	if in.seen == nil {
		in.seen = make([]int32, blockRows*blockRows)
		in.stamp = make([]int32, blockRows*blockRows)
	}
	if in.now++; in.now < 0 {
		clear(in.stamp)
		in.now = 1
	}
	n := int32(0)
	for i, x := range with {
		pair := int(of[i])*blockRows + int(x)
		if in.stamp[pair] != in.now {
			in.stamp[pair] = in.now
			in.seen[pair] = n
			n++
		}
		of[i] = in.seen[pair]
	}
	return int(n)
}
