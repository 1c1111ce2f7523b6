package wire

import (
	"bytes"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

type leaf struct {
	Count int32     `cbor:"n"`
	P     []float64 `cbor:"p"`
}

type blob struct {
	Name  string  `cbor:"name"`
	On    bool    `cbor:"on,omitempty"`
	Root  float64 `cbor:"root"`
	Leafs []leaf  `cbor:"leafs"`
	Bits  []byte  `cbor:"bits"`
}

func draw() *rapid.Generator[blob] {
	number := rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
		0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(),
		math.SmallestNonzeroFloat64, math.MaxFloat64, math.MaxFloat32, 65504, 1.0 / 3,
	}))
	leafs := rapid.Custom(func(t *rapid.T) leaf {
		return leaf{rapid.Int32().Draw(t, "n"), rapid.SliceOf(number).Draw(t, "p")}
	})
	return rapid.Custom(func(t *rapid.T) blob {
		return blob{
			rapid.String().Draw(t, "name"), rapid.Bool().Draw(t, "on"), number.Draw(t, "root"),
			rapid.SliceOf(leafs).Draw(t, "leafs"), rapid.SliceOf(rapid.Byte()).Draw(t, "bits"),
		}
	})
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw().Draw(t, "blob")
		data, err := Append([]byte("before"), in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Append(nil, &in)
		if err != nil || !bytes.Equal(data, append([]byte("before"), again...)) {
			t.Fatalf("%x, then %x (%v)", data, again, err)
		}
		var out blob
		if err := Decode(again, &out); err != nil {
			t.Fatal(err)
		}
		// The sign of zero counts; which NaN does not.
		same := cmp.Comparer(func(a, b float64) bool {
			return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
		})
		if d := cmp.Diff(in, out, same, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestRefused(t *testing.T) {
	good, err := Append(nil, blob{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := Decode(good, new(blob)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, want string
		data       []byte
	}{
		{"nothing", "EOF", nil},
		{"cut short", "EOF", good[:len(good)-1]},
		{"bytes after", "extraneous", append(bytes.Clone(good), 0)},
		{"unknown field", "unknown field", []byte("\xa1\x63odd\x01")},
		{"field twice", "duplicate", []byte("\xa2\x64name\x61a\x64name\x61b")},
		{"wrong type", "type string", []byte("\xa1\x64name\x01")},
		{"number too large", "overflows int32", []byte("\xa1\x65leafs\x81\xa1\x61n\x1b\x00\x00\x00\x01\x00\x00\x00\x00")},
		{"unknown length", "indefinite-length", []byte("\xa1\x64bits\x5f\x41\x00\xff")},
		{"a tag", "tag", []byte("\xa1\x64root\xc1\xfb\x00\x00\x00\x00\x00\x00\x00\x00")},
		{"too deep", "nested level", []byte("\xa1\x65leafs" + strings.Repeat("\x81", 40) + "\x01")},
		{"a huge array", "EOF", []byte("\xa1\x65leafs\x9a\x7f\xff\xff\xff")},
		{"a huge string", "EOF", []byte("\xa1\x64name\x7a\x7f\xff\xff\xff")},
		{"a huge map", "EOF", []byte("\xba\x7f\xff\xff\xff")},
		{"lengths overflow", "too large", []byte("\xa1\x65leafs\x9b\xff\xff\xff\xff\xff\xff\xff\xff")},
	} {
		if err := Decode(c.data, new(blob)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.what, err, c.want)
		}
	}
}

// FuzzDecode looks for input that panics, or that allocates more than a
// multiple of its length: the largest element of blob takes 48 bytes in memory
// for one byte of input, and slices grow by doubling.
func FuzzDecode(f *testing.F) {
	good, err := Append(nil, blob{Name: "x", Root: .5, Leafs: []leaf{{1, []float64{1, 2}}, {2, nil}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("\xa1\x65leafs\x9a\x7f\xff\xff\xff"))
	f.Add([]byte("\xa1\x65leafs\x99\x01\x00" + strings.Repeat("\xa0", 256)))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := Decode(data, new(blob))
		runtime.ReadMemStats(&after)
		if took, limit := after.TotalAlloc-before.TotalAlloc, uint64(1<<20+200*len(data)); took > limit {
			t.Errorf("%d bytes of input (error %v) allocate %d", len(data), err, took)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	p := make([]float64, 100_000)
	for i := range p {
		p[i] = 1 / float64(i+1)
	}
	data, err := Append(nil, blob{Leafs: []leaf{{1, p}}})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := Decode(data, new(blob)); err != nil {
			b.Fatal(err)
		}
	}
}
