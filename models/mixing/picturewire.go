package mixing

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

type pictureBlob struct {
	Labels []float64   `cbor:"labels,omitempty"` // log-probabilities
	Planes []planeBlob `cbor:"planes"`
	Known  []byte      `cbor:"known,omitempty"` // values of the first pixels
}

type planeBlob struct {
	Slots   [][]byte `cbor:"slots"`   // [contexts] check and state of each slot
	Logits  []byte   `cbor:"logits"`  // [contexts × states] int16, units of 1/fine
	Weights []byte   `cbor:"weights"` // int16, units of 1/fineWeight
}

// AppendBinary implements coded.Law.
func (m *picture) AppendBinary(dst []byte) ([]byte, error) {
	w := &pictureBlob{Labels: m.labels, Known: m.known}
	for _, p := range m.planes {
		var b planeBlob
		for c, slots := range p.slots {
			bytes := make([]byte, 0, 2*len(slots))
			for _, v := range slots {
				bytes = binary.LittleEndian.AppendUint16(bytes, v)
			}
			b.Slots = append(b.Slots, bytes)
			b.Logits = appendUnits(b.Logits, p.logits[c], fine)
		}
		for _, set := range p.weights() {
			b.Weights = appendUnits(b.Weights, set, fineWeight)
		}
		w.Planes = append(w.Planes, b)
	}
	return wire.Append(dst, blob{Picture: w})
}

// picture returns the model of a schema whose learned fields have so many codes.
func (b *pictureBlob) picture(s *space.Schema, codes []int) (*picture, error) {
	label, err := suits(s)
	if err != nil {
		return nil, err
	}
	m := &picture{geometry: newGeometry(s.Image), label: -1, labels: b.Labels, known: b.Known}
	for i, j := range s.Learned() {
		switch j {
		case s.Image.First:
			m.pixels = i
		case label:
			m.label = i
		}
	}
	if len(m.known) > m.width*m.height {
		return nil, fmt.Errorf("%d pixels are given of %d", len(m.known), m.width*m.height)
	}
	for _, v := range m.known {
		if int(v) >= m.levels {
			return nil, fmt.Errorf("a pixel is given the value %d of %d", v, m.levels)
		}
	}
	contexts := withoutLabel
	if m.label >= 0 {
		contexts = withLabel
		if len(b.Labels) != codes[m.label] || len(b.Labels) > mostCodes {
			return nil, fmt.Errorf("%d labels of %d", len(b.Labels), codes[m.label])
		}
		sum := 0.0
		for _, l := range b.Labels {
			sum += math.Exp(l)
		}
		if len(b.Labels) > 0 && !(math.Abs(sum-1) < 1e-6) {
			return nil, fmt.Errorf("the probabilities of labels sum to %v", sum)
		}
	} else if len(b.Labels) > 0 {
		return nil, fmt.Errorf("%d labels of none", len(b.Labels))
	}
	if len(b.Planes) != planesOf(m.levels) {
		return nil, fmt.Errorf("%d planes for %d levels", len(b.Planes), m.levels)
	}
	for depth := range b.Planes {
		p, err := b.Planes[depth].plane(&m.geometry, depth, contexts)
		if err != nil {
			return nil, fmt.Errorf("plane %d: %w", depth, err)
		}
		m.planes = append(m.planes, p)
	}
	return m, nil
}

func (b *planeBlob) plane(g *geometry, depth, contexts int) (*plane, error) {
	if len(b.Slots) != contexts || len(b.Logits) != 2*contexts*states {
		return nil, fmt.Errorf("%d contexts and %d bytes of logits for %d contexts", len(b.Slots), len(b.Logits), contexts)
	}
	n := len(b.Slots[0]) / 2
	if n < 2 || n&(n-1) != 0 {
		return nil, fmt.Errorf("%d slots, which is no power of two", n)
	}
	p := &plane{depth: depth, shift: uint(64 - bits.TrailingZeros(uint(n)))}
	for c, bytes := range b.Slots {
		if len(bytes) != 2*n {
			return nil, fmt.Errorf("context %d: %d bytes for %d slots", c, len(bytes), n)
		}
		slots := make([]uint16, n)
		for i := range slots {
			slots[i] = binary.LittleEndian.Uint16(bytes[2*i:])
		}
		logits, rest, err := takeUnits(b.Logits, states, fine)
		if err != nil {
			return nil, err
		}
		b.Logits = rest
		p.slots, p.logits = append(p.slots, slots), append(p.logits, logits)
	}
	units, last := g.sizes(depth)
	var err error
	p.mixer, err = takeMixer(b.Weights, planeWidth(contexts), units, last)
	return p, err
}
