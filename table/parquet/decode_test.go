package parquet

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/table/ingest"
)

// What parquet-go encodes, the decoders decode.

func check(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHybrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 31).Draw(t, "width")
		// Long runs and short ones.
		var want []uint32
		for range rapid.IntRange(1, 8).Draw(t, "runs") {
			v := uint32(rapid.Uint64Range(0, 1<<width-1).Draw(t, "value"))
			want = append(want, slices.Repeat([]uint32{v}, rapid.IntRange(1, 40).Draw(t, "length"))...)
		}
		signed := make([]int32, len(want))
		for i, v := range want {
			signed[i] = int32(v)
		}
		enc := rle.Encoding{BitWidth: width}
		text, err := enc.EncodeInt32(nil, signed)
		check(t, err)
		got := make([]uint32, len(want))
		check(t, hybrid(got, text, width))
		if !slices.Equal(got, want) {
			t.Fatalf("%d, want %d", got, want)
		}
		if err := hybrid(make([]uint32, len(want)+8), text, width); err == nil {
			t.Fatal("more values than there are were read")
		}
	})
}

func TestDeltas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.SliceOf(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-9, 9))).Draw(t, "wide")
		narrow := rapid.SliceOf(rapid.OneOf(rapid.Int32(), rapid.Int32Range(-9, 9))).Draw(t, "narrow")

		text, err := pq.DeltaBinaryPacked.EncodeInt64(nil, wide)
		check(t, err)
		got := make([]int64, len(wide))
		rest, err := deltas(got, append(text, "rest"...))
		check(t, err)
		if !slices.Equal(got, wide) || string(rest) != "rest" {
			t.Fatalf("%d, want %d; rest %q", got, wide, rest)
		}

		text, err = pq.DeltaBinaryPacked.EncodeInt32(nil, narrow)
		check(t, err)
		got = make([]int64, len(narrow))
		_, err = deltas(got, text)
		check(t, err)
		for i, x := range got {
			if int32(x) != narrow[i] {
				t.Fatalf("value %d: %d, want %d", i, int32(x), narrow[i])
			}
		}
	})
}

func TestTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.StringMatching(`(prefix){0,3}[a-c]{0,5}`)).Draw(t, "texts")
		var all []byte
		offsets := []uint32{0}
		for _, s := range want {
			all = append(all, s...)
			offsets = append(offsets, uint32(len(all)))
		}
		spans := make([]ingest.Span, len(want))
		same := func(name string, buf []byte, err error) {
			t.Helper()
			check(t, err)
			for i, s := range spans {
				if got := string(buf[s.Lo:s.Hi]); got != want[i] {
					t.Fatalf("%s %d: %q, want %q", name, i, got, want[i])
				}
			}
		}
		text, err := pq.Plain.EncodeByteArray(nil, all, offsets)
		check(t, err)
		same("plain", text, plainTexts(spans, text))
		text, err = pq.DeltaLengthByteArray.EncodeByteArray(nil, all, offsets)
		check(t, err)
		same("delta length", text, deltaLengthTexts(spans, text))
		text, err = pq.DeltaByteArray.EncodeByteArray(nil, all, offsets)
		check(t, err)
		buf, err := deltaTexts(spans, text, len(all))
		same("delta", buf, err)
		if len(all) > 0 {
			if _, err := deltaTexts(spans, text, len(all)-1); err != errTooLarge {
				t.Fatalf("beyond the limit: %v", err)
			}
		}
	})
}

func TestUnsplit(t *testing.T) {
	want := []float64{0, 1.5, -math.Pi, math.Inf(1), 1e-300}
	text, err := pq.ByteStreamSplit.EncodeDouble(nil, want)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := unsplit(text, len(want), 8)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, len(want))
	if err := floats64(got, plain); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v (%v), want %v", got, err, want)
	}
	if _, err := unsplit(text, len(want)+1, 8); err == nil {
		t.Fatal("more values than there are were read")
	}
}

// A 32-bit float is read as the number that somebody wrote, and is written as
// the float that it was.
func TestShortest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.IntRange(-1e6, 1e6).Draw(t, "cents")
		want := float64(cents) / 100
		if got := shortest(float32(want)); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
		x := rapid.Float32().Draw(t, "any")
		if got := float32(shortest(x)); got != x {
			t.Fatalf("%v became %v", x, got)
		}
	})
}

// Every decoder fails, and does not panic, on any bytes; and none makes room
// for more than it was asked for.
func FuzzDecoders(f *testing.F) {
	f.Add([]byte{3, 0xff, 1}, 8, 1)
	long, _ := pq.DeltaBinaryPacked.EncodeInt64(nil, []int64{1, 2, 1 << 40})
	f.Add(long, 3, 64)
	texts, _ := pq.DeltaByteArray.EncodeByteArray(nil, []byte("aab"), []uint32{0, 1, 3})
	f.Add(texts, 2, 3)
	f.Fuzz(func(t *testing.T, src []byte, n, width int) {
		n &= 0xfff
		width &= 0x1f
		spans := make([]ingest.Span, n)
		inside := func(buf []byte, err error) {
			for _, s := range spans {
				if err == nil && (s.Lo > s.Hi || int(s.Hi) > len(buf)) {
					t.Fatalf("span %v of %d bytes", s, len(buf))
				}
			}
		}
		hybrid(make([]uint32, n), src, width)
		hybrid(make([]uint8, n), src, 1)
		deltas(make([]int64, n), src)
		inside(src, plainTexts(spans, src))
		inside(src, deltaLengthTexts(spans, src))
		buf, err := deltaTexts(spans, src, 1<<16)
		inside(buf, err)
		if width > 0 {
			unsplit(src, n, width)
			inside(src, fixedTexts(spans, src, width))
		}
		ints32(make([]int64, n), src)
		ints64(make([]int64, n), src)
		ints96(make([]int64, n), src)
		floats32(make([]float64, n), src)
	})
}

// The naive reading of packed bits, one by one.
func TestUnpack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(0, 64).Draw(t, "width")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		src := rapid.SliceOfN(rapid.Byte(), (n*width+7)/8, (n*width+7)/8+9).Draw(t, "bits")
		got := make([]uint64, n)
		unpack(got, src, width)
		for i := range n {
			var want uint64
			for k := range width {
				bit := i*width + k
				want |= uint64(src[bit/8]>>(bit%8)&1) << k
			}
			if got[i] != want {
				t.Fatalf("value %d of %d bits: %x, want %x", i, width, got[i], want)
			}
		}
	})
}

func TestSmallInt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64().Draw(t, "x")
		b := binary.BigEndian.AppendUint64(nil, uint64(want))
		pad := byte(want >> 63)
		b = append(bytes.Repeat([]byte{pad}, rapid.IntRange(0, 9).Draw(t, "pad")), b...)
		if got, ok := smallInt(b); !ok || got != want {
			t.Fatalf("%d, %v; want %d", got, ok, want)
		}
		if got := string(appendBigDecimal(nil, b, 0)); got != string(storage{base: sInt, bits: 64}.appendInt(nil, want)) {
			t.Fatalf("%s, want %d", got, want)
		}
	})
	if _, ok := smallInt([]byte{0, 0xff, 0, 0, 0, 0, 0, 0, 0}); ok {
		t.Error("2^63 and more fits no int64")
	}
}
