package nade

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

// wired is a network as it is written: floats are four bytes each, little
// endian.
type wired struct {
	Order  []int  `cbor:"order"` // [positions] field
	Base   []int  `cbor:"base"`  // [positions] code
	Hidden int    `cbor:"hidden"`
	W      []byte `cbor:"w"` // [units × hidden]
	V      []byte `cbor:"v"` // [units × hidden]
	B      []byte `cbor:"b"` // [units]
	C      []byte `cbor:"c"` // [hidden]

	Share [][]float64 `cbor:"share,omitempty"` // [fields][codes], where the law is given these
}

// AppendBinary implements coded.Law.
func (n *network) AppendBinary(dst []byte) ([]byte, error) { return wire.Append(dst, n.wire()) }

// AppendBinary implements coded.Law.
func (g *given) AppendBinary(dst []byte) ([]byte, error) {
	w := g.wire()
	w.Share = g.share
	return wire.Append(dst, w)
}

func (n *network) wire() wired {
	return wired{
		Order: n.order, Base: n.base, Hidden: n.hidden,
		W: bytesOf(n.w), V: bytesOf(n.v), B: bytesOf(n.b), C: bytesOf(n.c),
	}
}

func bytesOf(x []float32) []byte {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// floatsOf reads n numbers that are not so large that their products overflow.
func floatsOf(b []byte, n int) ([]float32, error) {
	if len(b) != 4*n {
		return nil, fmt.Errorf("%d bytes for %d numbers", len(b), n)
	}
	x := make([]float32, n)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		if !(x[i] > -largest && x[i] < largest) {
			return nil, fmt.Errorf("a parameter of %v", x[i])
		}
	}
	return x, nil
}

// largest bounds a parameter: with at most mostHidden hidden units and mostUnits
// units no sum of products of them leaves float32.
const largest = 1e12

// Decode reads what Model.AppendBinary wrote.
func Decode(s *space.Schema, data []byte) (mimic.Model, error) {
	m, err := coded.DecodeChain(Kind, s, data, func(codes []int, data []byte) (coded.ChainLaw, error) {
		var w wired
		if err := wire.Decode(data, &w); err != nil {
			return nil, err
		}
		n, err := w.network(codes)
		if err != nil || w.Share == nil {
			return n, err
		}
		if err := w.checkShare(codes); err != nil {
			return nil, err
		}
		return n.given(w.Share)
	})
	if err != nil {
		return nil, err
	}
	return &Model{m}, nil
}

func (w *wired) checkShare(codes []int) error {
	if len(w.Share) != len(codes) {
		return fmt.Errorf("shares of %d fields, there are %d", len(w.Share), len(codes))
	}
	for j, share := range w.Share {
		if share != nil && len(share) != codes[j] {
			return fmt.Errorf("shares of %d codes, there are %d", len(share), codes[j])
		}
		for _, x := range share {
			if !(x >= 0 && x <= 1) {
				return fmt.Errorf("a share of %v", x)
			}
		}
	}
	return nil
}

func (w *wired) network(codes []int) (*network, error) {
	if len(w.Order) != len(codes) || len(w.Base) != len(codes) {
		return nil, fmt.Errorf("an order of %d fields and %d bases for %d fields", len(w.Order), len(w.Base), len(codes))
	}
	if w.Hidden < 1 || w.Hidden > mostHidden {
		return nil, fmt.Errorf("%d hidden units: want 1 to %d", w.Hidden, mostHidden)
	}
	base, met := make([]int, len(codes)), make([]bool, len(codes))
	for q, j := range w.Order {
		if j < 0 || j >= len(codes) || met[j] {
			return nil, errors.New("the order is no order of the fields")
		}
		met[j] = true
		if base[j] = w.Base[q]; base[j] < 0 || base[j] >= max(1, codes[j]) {
			return nil, fmt.Errorf("base code %d of %d", base[j], codes[j])
		}
	}
	n := layOut(codes, base, w.Order, w.Hidden)
	if n.units() > mostUnits {
		return nil, fmt.Errorf("%d units: at most %d", n.units(), mostUnits)
	}
	var errs [4]error
	n.w, errs[0] = floatsOf(w.W, n.units()*n.hidden)
	n.v, errs[1] = floatsOf(w.V, n.units()*n.hidden)
	n.b, errs[2] = floatsOf(w.B, n.units())
	n.c, errs[3] = floatsOf(w.C, n.hidden)
	return n, errors.Join(errs[:]...)
}
