// Package wire is the one encoding of every model blob: CBOR of a plain struct,
// written deterministically (the same struct gives the same bytes) and read
// with bounds (what decoding allocates is bounded by a small multiple of the
// input's length, so that a hostile blob gives an error and nothing worse).
//
// Decoding checks the form alone. What the numbers mean, every index, length
// and probability, is for the caller to check afterwards.
//
// Reference: RFC 8949 (2020), Concise Binary Object Representation, section
// 4.2.1, core deterministic encoding.
package wire

import (
	"bytes"
	"math"

	"github.com/fxamacker/cbor/v2"
)

// nesting bounds the depth of a blob: structs of slices of structs need few
// levels, and a deeper one is no model.
const nesting = 16

var (
	encoder = must(cbor.CoreDetEncOptions().UserBufferEncMode())
	decoder = must(cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:   nesting,
		MaxArrayElements:  math.MaxInt32, // an element takes at least a byte of the input
		MaxMapPairs:       math.MaxInt32,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
	}.DecMode())
)

func must[M any](mode M, err error) M {
	if err != nil {
		panic(err) // the options above are wrong, whatever the data
	}
	return mode
}

// Append appends the encoding of v to dst: a struct, or a pointer to one, of
// booleans, integers, floats, strings, slices and such structs. Give its fields
// short names by `cbor:"name"`; `cbor:"name,omitempty"` leaves out zero values.
func Append(dst []byte, v any) ([]byte, error) {
	w := bytes.NewBuffer(dst)
	if err := encoder.MarshalToBuffer(v, w); err != nil {
		return dst, err
	}
	return w.Bytes(), nil
}

// Decode reads one value, which data hold to the last byte, into v, a pointer
// to a struct. An unknown or repeated field is an error.
func Decode(data []byte, v any) error { return decoder.Unmarshal(data, v) }
