package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"math"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/table"
)

// Digest identifies the rows of t, whichever file or format they came from:
// "sha256:" and the hexadecimal SHA-256 of the SHA-256 digests of its columns,
// in order, and of the weights if there are any. A column's digest is that of
// these bytes, numbers being little-endian, and strings preceded by their
// length in 8 bytes:
//
//	name and kind of the field, number of rows in 8 bytes
//	coded:    number of levels in 8 bytes, the levels, codes in 4 bytes each
//	numeric:  IEEE 754 doubles; -0 is written as 0, missing as 7FF8000000000001
//	id:       strings; nothing where the column is not loaded
//
// It takes time in proportion to the data and runs on the context's workers.
func Digest(ctx context.Context, t *table.Table) (string, error) {
	b := t.All()
	columns := make([][sha256.Size]byte, len(b.Cols), len(b.Cols)+1)
	err := par.Do(ctx, len(b.Cols), func(j int) error {
		columns[j] = digestColumn(b, j)
		return nil
	})
	if err != nil {
		return "", err
	}
	if b.Weight != nil {
		w := newColumnHash()
		w.floats(b.Weight)
		columns = append(columns, w.sum())
	}
	all := sha256.New()
	for _, c := range columns {
		all.Write(c[:])
	}
	return "sha256:" + hex.EncodeToString(all.Sum(nil)), nil
}

func digestColumn(b *table.Batch, j int) [sha256.Size]byte {
	f, c := &b.Schema.Fields[j], b.Cols[j]
	h := newColumnHash()
	h.string(f.Name)
	h.string(f.Kind.String())
	h.uint64(uint64(b.N))
	switch {
	case f.Kind.Coded():
		h.uint64(uint64(len(f.Levels)))
		for _, l := range f.Levels {
			h.string(l)
		}
		h.codes(c.Code)
	case f.Kind.Numeric():
		h.floats(c.Num)
	default:
		for _, s := range c.Text {
			h.string(s)
		}
	}
	return h.sum()
}

// columnHash is a SHA-256 that is fed through a buffer.
type columnHash struct {
	hash hash.Hash
	buf  []byte
}

func newColumnHash() *columnHash {
	return &columnHash{sha256.New(), make([]byte, 0, 32<<10)}
}

// room makes sure that n bytes, a few at most, fit in the buffer.
func (h *columnHash) room(n int) {
	if len(h.buf)+n > cap(h.buf) {
		h.hash.Write(h.buf)
		h.buf = h.buf[:0]
	}
}

func (h *columnHash) uint64(v uint64) {
	h.room(8)
	h.buf = binary.LittleEndian.AppendUint64(h.buf, v)
}

func (h *columnHash) string(s string) {
	h.uint64(uint64(len(s)))
	for len(s) > 0 {
		h.room(1)
		n := min(len(s), cap(h.buf)-len(h.buf))
		h.buf = append(h.buf, s[:n]...)
		s = s[n:]
	}
}

func (h *columnHash) codes(v []int32) {
	for _, c := range v {
		h.room(4)
		h.buf = binary.LittleEndian.AppendUint32(h.buf, uint32(c))
	}
}

func (h *columnHash) floats(v []float64) {
	for _, x := range v {
		switch {
		case x == 0:
			x = 0 // -0 too
		case x != x:
			x = math.NaN()
		}
		h.uint64(math.Float64bits(x))
	}
}

func (h *columnHash) sum() (d [sha256.Size]byte) {
	h.hash.Write(h.buf)
	h.hash.Sum(d[:0])
	return d
}
