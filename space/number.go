package space

import (
	"fmt"
	"strconv"
)

// ParseNum reads a value of a numeric kind, in the field's unit: a number, or
// ticks of a datetime or duration. It does not allocate unless it fails, and it
// knows nothing of missing markers and of the field's range.
func (f *Field) ParseNum(text []byte) (float64, error) {
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return x, nil
}

// AppendNum appends the text of a value of a numeric kind, such that ParseNum
// gives x back. NaN is written as the first missing marker.
func (f *Field) AppendNum(dst []byte, x float64) []byte {
	if x != x {
		if len(f.Missing) > 0 {
			dst = append(dst, f.Missing[0]...)
		}
		return dst
	}
	return strconv.AppendFloat(dst, x, 'f', -1, 64)
}
