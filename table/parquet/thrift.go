package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// Metadata is Thrift. The decoder believes the lengths that it reads and
// allocates for them, so a list of two thousand million elements in a file of a
// hundred bytes would end the program. What a stranger wrote is therefore
// measured first: every element that is announced must be there.

var errMetadata = errors.New("its metadata are damaged")

// maxNesting is deeper than any metadata of Parquet.
const maxNesting = 32

// unmarshal decodes the struct at the start of b and returns its length.
func unmarshal(b []byte, v any) (n int, err error) {
	if n, err = skipStruct(b, maxNesting); err != nil {
		return 0, err
	}
	var protocol thrift.CompactProtocol
	if err := thrift.Unmarshal(&protocol, b[:n], v); err != nil {
		return 0, fmt.Errorf("%w: %w", errMetadata, err)
	}
	return n, nil
}

// skipStruct returns the length of the struct at the start of b.
//
// Reference: Apache Thrift (2024), Thrift compact protocol encoding.
func skipStruct(b []byte, nesting int) (int, error) {
	at := 0
	for {
		if at >= len(b) {
			return 0, errMetadata
		}
		header := b[at]
		at++
		kind := thrift.Type(header & 0xf)
		if kind == thrift.STOP {
			return at, nil
		}
		if header>>4 == 0 { // the field's number follows
			n, err := skipVarint(b[at:])
			if err != nil {
				return 0, err
			}
			at += n
		}
		if kind == thrift.TRUE || kind == thrift.FALSE {
			continue // the value is in the header
		}
		n, err := skipValue(b[at:], kind, nesting)
		if err != nil {
			return 0, err
		}
		at += n
	}
}

func skipValue(b []byte, kind thrift.Type, nesting int) (int, error) {
	if nesting == 0 {
		return 0, errMetadata
	}
	n := 0
	switch kind {
	case thrift.TRUE, thrift.FALSE, thrift.I8:
		n = 1
	case thrift.I16, thrift.I32, thrift.I64:
		return skipVarint(b)
	case thrift.DOUBLE:
		n = 8
	case thrift.BINARY:
		size, k := binary.Uvarint(b)
		if k <= 0 || size > uint64(len(b)-k) {
			return 0, errMetadata
		}
		n = k + int(size)
	case thrift.LIST, thrift.SET:
		return skipList(b, nesting-1)
	case thrift.STRUCT:
		return skipStruct(b, nesting-1)
	default: // Parquet has no maps
		return 0, errMetadata
	}
	if n > len(b) {
		return 0, errMetadata
	}
	return n, nil
}

func skipList(b []byte, nesting int) (int, error) {
	if len(b) == 0 {
		return 0, errMetadata
	}
	at, size, kind := 1, uint64(b[0]>>4), thrift.Type(b[0]&0xf)
	if size == 0xf {
		k := 0
		if size, k = binary.Uvarint(b[1:]); k <= 0 {
			return 0, errMetadata
		}
		at += k
	}
	for range size {
		n, err := skipValue(b[at:], kind, nesting)
		if err != nil {
			return 0, err
		}
		// An element of nothing costs the file one byte and the decoder hundreds.
		if kind == thrift.STRUCT && n == 1 {
			return 0, errMetadata
		}
		at += n
	}
	return at, nil
}

func skipVarint(b []byte) (int, error) {
	if _, k := binary.Uvarint(b); k > 0 {
		return k, nil
	}
	return 0, errMetadata
}
