package space

import (
	"fmt"
	"math"
	"strconv"
	"unsafe"
)

// maxExact is the largest whole number up to which every whole number is a
// float64: values of a grid are kept exactly below it.
const maxExact = 1 << 53

// pow10 holds the powers of ten that are exact as float64.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// ParseNum reads a value of a numeric kind, in the field's unit: a number, or
// ticks of a datetime or duration. It does not allocate unless it fails, and it
// knows nothing of missing markers, of the field's range and of its grid: a
// value off the grid is returned as it is. Digits of a second that are finer
// than Unit are dropped.
func (f *Field) ParseNum(text []byte) (float64, error) {
	switch f.Kind {
	case Datetime, Duration:
		if t, _, ok := f.Layout.parse(f.Kind, text); ok {
			return t.ticks(f.Unit), nil
		}
		return 0, fmt.Errorf("%q is not a %v written as %q", text, f.Kind, f.Layout)
	}
	x, ok := parseNumber(text)
	if !ok {
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
	switch f.Kind {
	case Datetime, Duration:
		return f.Layout.append(dst, f.Kind, instantAt(x, f.Unit), zoneSeconds(f.Zone))
	case Integer, Decimal:
		if n := int64(x); f.Digits == 0 && float64(n) == x && -maxExact <= n && n <= maxExact {
			return strconv.AppendInt(dst, n, 10)
		}
		return appendDecimal(dst, x, f.Digits, f.Fixed)
	}
	return appendReal(dst, x)
}

// parseNumber reads a finite decimal number: digits with an optional sign,
// point and exponent. It gives the float64 nearest to the text; -0 is read as 0.
//
// Reference: Clinger (1990), How to read floating point numbers accurately: a
// whole number below 2^53 times or over an exact power of ten is rounded once.
func parseNumber(text []byte) (x float64, ok bool) {
	var (
		mantissa uint64
		digits   int
		exponent int
		i        int
	)
	negative := false
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		negative = text[i] == '-'
		i++
	}
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		mantissa = mantissa*10 + uint64(text[i]-'0')
		digits++
	}
	if i < len(text) && text[i] == '.' {
		i++
		for ; i < len(text) && text[i]-'0' < 10; i++ {
			mantissa = mantissa*10 + uint64(text[i]-'0')
			digits++
			exponent--
		}
	}
	if digits == 0 {
		return 0, false
	}
	if i < len(text) {
		e, ok := parseExponent(text[i:])
		if !ok {
			return 0, false
		}
		exponent += e
	}
	switch {
	case digits > 19 || mantissa > maxExact || exponent < -22 || exponent > 22:
		x, err := strconv.ParseFloat(unsafe.String(unsafe.SliceData(text), len(text)), 64)
		return x + 0, err == nil // -0 + 0 = 0
	case exponent < 0:
		x = float64(mantissa) / pow10[-exponent]
	default:
		x = float64(mantissa) * pow10[exponent]
	}
	if negative {
		x = 0 - x
	}
	return x, true
}

// parseExponent reads "e5", "E+05", "e-3"; what is beyond any float64 is
// clamped.
func parseExponent(text []byte) (e int, ok bool) {
	if text[0]|0x20 != 'e' {
		return 0, false
	}
	i := 1
	if i < len(text) && (text[i] == '-' || text[i] == '+') {
		i++
	}
	start := i
	for ; i < len(text) && text[i]-'0' < 10; i++ {
		e = min(e*10+int(text[i]-'0'), 1<<20)
	}
	if i == start || i < len(text) {
		return 0, false
	}
	if text[1] == '-' {
		e = -e
	}
	return e, true
}

// appendDecimal appends x with at most the given digits after the point, or
// with just as many if fixed. A value off that grid is written in full.
func appendDecimal(dst []byte, x float64, digits int, fixed bool) []byte {
	if digits < 0 || digits >= len(pow10) {
		return appendReal(dst, x)
	}
	scale := pow10[digits]
	n := gridSteps(math.Abs(x), scale)
	if !(n <= maxExact) || n/scale != math.Abs(x) {
		return appendReal(dst, x)
	}
	if x < 0 {
		dst = append(dst, '-')
	}
	var buf [24]byte // up to 16 digits of n, or 1 + 22 of a small value
	u, at := uint64(n), len(buf)
	if !fixed {
		for digits > 0 && u%10 == 0 {
			u /= 10
			digits--
		}
	}
	if digits > 0 {
		for range digits {
			at--
			buf[at] = byte('0' + u%10)
			u /= 10
		}
		at--
		buf[at] = '.'
	}
	return append(strconv.AppendUint(dst, u, 10), buf[at:]...)
}

// appendReal appends the shortest text that reads back as x, without an
// exponent where people write none.
func appendReal(dst []byte, x float64) []byte {
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(dst, x, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, x+0, 'f', -1, 64)
}
