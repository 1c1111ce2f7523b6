package parquet

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// output is what a column is delivered as: texts, or numbers.
type output struct {
	text  bool
	tick  time.Duration // of numbers that are times
	words [2]string     // false and true
}

// room makes v as long as n values.
func (o *output) room(v *values, n int) *values {
	if o.text {
		v.spans = resize(v.spans, n)
	} else {
		v.num = resize(v.num, n)
	}
	return v
}

// maxExact is the largest whole number up to which every one is a float64.
const maxExact = 1 << 53

// convertInts delivers what the file holds as whole numbers.
func (c *chunk) convertInts(v *values, ints []int64) error {
	st := c.leaf.storage
	if st.base == sUint && c.leaf.physical == format.Int32 {
		for i, x := range ints {
			ints[i] = int64(uint32(x))
		}
	}
	if c.out.text {
		if st.base == sBool {
			v.buf = append(append(v.buf[:0], c.out.words[0]...), c.out.words[1]...)
			no := uint32(len(c.out.words[0]))
			spans := [2]ingest.Span{{Lo: 0, Hi: no}, {Lo: no, Hi: uint32(len(v.buf))}}
			for i, x := range ints {
				v.spans[i] = spans[x]
			}
			return nil
		}
		return c.appendTexts(v, len(ints), func(dst []byte, i int) []byte { return st.appendInt(dst, ints[i]) })
	}
	switch num := v.num; st.base {
	case sTime, sTimestamp, sDate:
		tick := ticker{unit: st.unit, tick: c.out.tick}
		if st.base == sDate {
			tick.unit = 24 * time.Hour
		}
		for i, x := range ints {
			num[i] = tick.ticks(x)
		}
	default:
		scale := math.Pow10(st.scale) // 1 for whole numbers
		for i, x := range ints {
			if x > maxExact || x < -maxExact {
				return fmt.Errorf("a value is beyond the range that its statistics state")
			}
			num[i] = float64(x) / scale
		}
	}
	return nil
}

// ticker converts times of one unit to another.
type ticker struct{ unit, tick time.Duration }

// ticks drops the digits of a second that are finer than the tick.
func (t ticker) ticks(x int64) float64 {
	if t.unit >= t.tick {
		return float64(x) * float64(t.unit/t.tick)
	}
	if t.tick <= time.Second {
		return float64(floorDiv(x, int64(t.tick/t.unit)))
	}
	return float64(floorDiv(x, int64(time.Second/t.unit))) / float64(t.tick/time.Second)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (c *chunk) convertFloats(v *values, floats []float64) error {
	if !c.out.text {
		copy(v.num, floats)
		return nil
	}
	real := space.Field{Kind: space.Real}
	err := c.appendTexts(v, len(floats), func(dst []byte, i int) []byte { return real.AppendNum(dst, floats[i]) })
	for i, x := range floats {
		if x != x {
			v.spans[i] = ingest.Null
		}
	}
	return err
}

// convertTexts delivers what the file holds as bytes: texts as they are, UUIDs
// as they are usually written, and decimals as numbers.
func (c *chunk) convertTexts(v *values, spans []ingest.Span) error {
	st, buf := c.leaf.storage, v.buf
	switch {
	case st.text():
		return nil
	case st.base == sUUID:
		return c.appendTexts(v, len(spans), func(dst []byte, i int) []byte {
			return appendUUID(dst, buf[spans[i].Lo:spans[i].Hi])
		})
	case c.out.text:
		return c.appendTexts(v, len(spans), func(dst []byte, i int) []byte {
			return appendBigDecimal(dst, buf[spans[i].Lo:spans[i].Hi], st.scale)
		})
	}
	scale := math.Pow10(st.scale)
	for i, s := range spans {
		x, ok := smallInt(buf[s.Lo:s.Hi])
		if !ok || x > maxExact || x < -maxExact {
			return fmt.Errorf("a value is beyond the range that its statistics state")
		}
		v.num[i] = float64(x) / scale
	}
	v.buf = nil
	return nil
}

// appendTexts makes a new buffer of n texts.
func (c *chunk) appendTexts(v *values, n int, text func(dst []byte, i int) []byte) error {
	var buf []byte
	for i := range n {
		from := len(buf)
		if buf = text(buf, i); len(buf) > ingest.MaxBuf {
			return errTooLarge
		}
		v.spans[i] = ingest.Span{Lo: uint32(from), Hi: uint32(len(buf))}
	}
	v.buf = buf
	return nil
}

const (
	dateLayout      = "2006-01-02"
	timeLayout      = "15:04:05.999999999"
	timestampLayout = dateLayout + " " + timeLayout
)

// appendInt appends the text of a value that the file holds as a whole number.
func (s storage) appendInt(dst []byte, x int64) []byte {
	switch s.base {
	case sUint:
		return strconv.AppendUint(dst, uint64(x), 10)
	case sDecimal:
		return appendPoint(dst, strconv.FormatInt(x, 10), s.scale)
	case sDate:
		return time.Unix(x*24*60*60, 0).UTC().AppendFormat(dst, dateLayout)
	case sTime:
		return s.time(x).AppendFormat(dst, timeLayout)
	case sTimestamp:
		dst = s.time(x).AppendFormat(dst, timestampLayout)
		if s.utc {
			dst = append(dst, 'Z')
		}
		return dst
	}
	return strconv.AppendInt(dst, x, 10)
}

// time returns the time of so many units since 1970.
func (s storage) time(x int64) time.Time {
	perSecond := int64(time.Second / s.unit)
	sec := floorDiv(x, perSecond)
	return time.Unix(sec, (x-sec*perSecond)*int64(s.unit)).UTC()
}

// appendPoint appends a whole number of 10^-scale.
func appendPoint(dst []byte, digits string, scale int) []byte {
	if digits[0] == '-' {
		dst, digits = append(dst, '-'), digits[1:]
	}
	if scale == 0 {
		return append(dst, digits...)
	}
	for len(digits) <= scale {
		digits = "0" + digits
	}
	point := len(digits) - scale
	dst = append(append(dst, digits[:point]...), '.')
	return append(dst, digits[point:]...)
}

// appendBigDecimal appends a decimal of any number of digits: big-endian, in
// two's complement.
func appendBigDecimal(dst, b []byte, scale int) []byte {
	x := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		x.Sub(x, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return appendPoint(dst, x.String(), scale)
}

// smallInt returns the number of big-endian bytes in two's complement; ok is
// false if it is longer than 64 bits.
func smallInt(b []byte) (x int64, ok bool) {
	if len(b) == 0 {
		return 0, true
	}
	sign := int64(int8(b[0]) >> 7)
	for ; len(b) > 8; b = b[1:] {
		if b[0] != byte(sign) || int8(b[1])>>7 != int8(sign) {
			return 0, false
		}
	}
	x = sign
	for _, c := range b {
		x = x<<8 | int64(c)
	}
	return x, true
}

func appendUUID(dst, b []byte) []byte {
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, []byte{c})
	}
	return dst
}
