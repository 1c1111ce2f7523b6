package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// The encodings of Parquet, decoded in plain Go that checks every length, since
// files come from strangers. A decoder fills dst [n values], or fails where src
// does not hold n values; what it allocates is bounded by what it is given.
//
// Reference: Apache Parquet format 2.12, Encodings.md.

var errShort = errors.New("the page ends before its values do")

// unpack sets dst to consecutive little-endian values of width bits. src has at
// least len(dst)·width bits; width is at most 64.
func unpack[T uint8 | uint32 | uint64](dst []T, src []byte, width int) {
	mask := uint64(1)<<width - 1
	for i, bit := 0, 0; i < len(dst); i, bit = i+1, bit+width {
		at, shift := bit>>3, bit&7
		var word uint64
		if at+8 <= len(src) {
			word = binary.LittleEndian.Uint64(src[at:])
		} else {
			for k, b := range src[min(at, len(src)):] {
				word |= uint64(b) << (8 * k)
			}
		}
		v := word >> shift
		if shift+width > 64 {
			v |= uint64(src[at+8]) << (64 - shift)
		}
		dst[i] = T(v & mask)
	}
}

// hybrid decodes runs of one value and runs of bit-packed groups of eight.
func hybrid[T uint8 | uint32](dst []T, src []byte, width int) error {
	for len(dst) > 0 {
		header, k := binary.Uvarint(src)
		if k <= 0 || header < 2 {
			return errShort
		}
		src = src[k:]
		if header&1 == 0 {
			n := (width + 7) / 8
			if len(src) < n {
				return errShort
			}
			var v uint64
			for i, b := range src[:n] {
				v |= uint64(b) << (8 * i)
			}
			src = src[n:]
			run := dst[:min(header>>1, uint64(len(dst)))]
			for i := range run {
				run[i] = T(v)
			}
			dst = dst[len(run):]
			continue
		}
		// The last group may be cut off after the last value.
		groups := min(header>>1, uint64(len(dst)/8+1))
		run := dst[:min(int(groups)*8, len(dst))]
		if len(src)*8 < len(run)*width {
			return errShort
		}
		unpack(run, src, width)
		dst = dst[len(run):]
		src = src[min(int(groups)*width, len(src)):]
	}
	return nil
}

// deltas decodes DELTA_BINARY_PACKED numbers and returns what follows them.
// Sums wrap around, as they do in the type of the column: 32-bit values are the
// low half of the result.
func deltas(dst []int64, src []byte) (rest []byte, err error) {
	var header [3]uint64 // values in a block, mini-blocks in a block, values
	for i := range header {
		k := 0
		if header[i], k = binary.Uvarint(src); k <= 0 {
			return nil, errShort
		}
		src = src[k:]
	}
	value, k := binary.Varint(src)
	if k <= 0 {
		return nil, errShort
	}
	src = src[k:]
	block, minis := header[0], header[1]
	switch {
	case header[2] != uint64(len(dst)):
		return nil, fmt.Errorf("%d values where %d were announced", header[2], len(dst))
	case block == 0 || block > 1<<20 || minis == 0 || minis > block || block%minis != 0 || block/minis%32 != 0:
		return nil, fmt.Errorf("blocks of %d values in %d parts", block, minis)
	case len(dst) == 0:
		return src, nil
	}
	dst[0], dst = value, dst[1:]
	for len(dst) > 0 {
		least, k := binary.Varint(src)
		if k <= 0 || uint64(len(src)-k) < minis {
			return nil, errShort
		}
		widths := src[k : k+int(minis)]
		src = src[k+int(minis):]
		for _, width := range widths {
			if len(dst) == 0 {
				break // of the last block the mini-blocks that are not needed are left out
			}
			if width > 64 {
				return nil, fmt.Errorf("deltas of %d bits", width)
			}
			bytes := int(block/minis) / 8 * int(width)
			if bytes > len(src) {
				return nil, errShort
			}
			mini := dst[:min(int(block/minis), len(dst))]
			for from, packed := 0, src; from < len(mini); from += 32 {
				var delta [32]uint64
				unpack(delta[:], packed[:4*int(width)], int(width))
				packed = packed[4*int(width):]
				for i := range mini[from:min(from+32, len(mini))] {
					value += least + int64(delta[i])
					mini[from+i] = value
				}
			}
			src = src[bytes:]
			dst = dst[len(mini):]
		}
	}
	return src, nil
}

// plainTexts finds n texts, each behind its length, and leaves them where they
// are.
func plainTexts(dst []ingest.Span, src []byte) error {
	at := 0
	for i := range dst {
		if len(src)-at < 4 {
			return errShort
		}
		n := binary.LittleEndian.Uint32(src[at:])
		at += 4
		if uint64(n) > uint64(len(src)-at) {
			return errShort
		}
		dst[i] = ingest.Span{Lo: uint32(at), Hi: uint32(at + int(n))}
		at += int(n)
	}
	return nil
}

// deltaLengthTexts decodes DELTA_LENGTH_BYTE_ARRAY: all lengths, then all
// texts, which are left where they are in src.
func deltaLengthTexts(dst []ingest.Span, src []byte) error {
	lengths := make([]int64, len(dst))
	rest, err := deltas(lengths, src)
	if err != nil {
		return err
	}
	at := len(src) - len(rest)
	for i, n := range lengths {
		if n < 0 || n > int64(len(src)-at) {
			return errShort
		}
		dst[i] = ingest.Span{Lo: uint32(at), Hi: uint32(at + int(n))}
		at += int(n)
	}
	return nil
}

// deltaTexts decodes DELTA_BYTE_ARRAY, where a text starts with as much of the
// one before it as its prefix length says, into a buffer of at most limit
// bytes.
func deltaTexts(dst []ingest.Span, src []byte, limit int) ([]byte, error) {
	prefixes := make([]int64, len(dst))
	rest, err := deltas(prefixes, src)
	if err != nil {
		return nil, err
	}
	if err := deltaLengthTexts(dst, rest); err != nil {
		return nil, err
	}
	var buf []byte
	last := ingest.Span{}
	for i, suffix := range dst {
		n := prefixes[i]
		if n < 0 || n > int64(last.Hi-last.Lo) {
			return nil, errors.New("a text shares more with the one before it than that is long")
		}
		if len(buf)+int(n)+int(suffix.Hi-suffix.Lo) > limit {
			return nil, errTooLarge
		}
		from := uint32(len(buf))
		buf = append(buf, buf[last.Lo:last.Lo+uint32(n)]...)
		buf = append(buf, rest[suffix.Lo:suffix.Hi]...)
		last = ingest.Span{Lo: from, Hi: uint32(len(buf))}
		dst[i] = last
	}
	return buf, nil
}

// unsplit undoes BYTE_STREAM_SPLIT, where the first bytes of all n values come
// first, then all second bytes, and so on.
func unsplit(src []byte, n, width int) ([]byte, error) {
	if len(src)/width < n {
		return nil, errShort
	}
	out := make([]byte, n*width)
	for k := range width {
		for i, b := range src[k*n : (k+1)*n] {
			out[i*width+k] = b
		}
	}
	return out, nil
}

// fixedTexts are n texts of equal length.
func fixedTexts(dst []ingest.Span, src []byte, length int) error {
	if len(src)/length < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = ingest.Span{Lo: uint32(i * length), Hi: uint32((i + 1) * length)}
	}
	return nil
}

func ints32(dst []int64, src []byte) error {
	if len(src)/4 < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = int64(int32(binary.LittleEndian.Uint32(src[4*i:])))
	}
	return nil
}

func ints64(dst []int64, src []byte) error {
	if len(src)/8 < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = int64(binary.LittleEndian.Uint64(src[8*i:]))
	}
	return nil
}

// ints96 decodes timestamps of 12 bytes, nanoseconds of a Julian day, as
// nanoseconds since 1970.
func ints96(dst []int64, src []byte) error {
	const (
		epoch = 2440588 // 1970-01-01 as a Julian day
		day   = 24 * 60 * 60 * 1_000_000_000
		reach = math.MaxInt64/day - 1
	)
	if len(src)/12 < len(dst) {
		return errShort
	}
	for i := range dst {
		ns := int64(binary.LittleEndian.Uint64(src[12*i:]))
		days := int64(binary.LittleEndian.Uint32(src[12*i+8:])) - epoch
		if days > reach || days < -reach || ns < 0 || ns > day {
			return fmt.Errorf("the timestamp of Julian day %d is beyond the years 1678 to 2262 that nanoseconds reach", days+epoch)
		}
		dst[i] = days*day + ns
	}
	return nil
}

func floats32(dst []float64, src []byte) error {
	if len(src)/4 < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = shortest(math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:])))
	}
	return nil
}

func floats64(dst []float64, src []byte) error {
	if len(src)/8 < len(dst) {
		return errShort
	}
	for i := range dst {
		dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:]))
	}
	return nil
}

// shortest returns the float64 of the shortest decimal number that reads as x
// in 32 bits: 0.1, and not 0.10000000149011612, which nobody wrote. It becomes
// x again when it is rounded to 32 bits.
func shortest(x float32) float64 {
	wide := float64(x)
	if wide == math.Trunc(wide) {
		return wide
	}
	for _, scale := range [...]float64{1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9} {
		if y := math.Round(wide*scale) / scale; float32(y) == x {
			return y
		}
	}
	return wide // NaN, and what is tiny
}
