package pixelnet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

// lawWire is a law as AppendBinary writes it.
type lawWire struct {
	Paper   uint16    `cbor:"paper"`
	Classes int       `cbor:"classes"`
	Hidden  int       `cbor:"hidden"`
	Second  int       `cbor:"second"`
	Weights [][]byte  `cbor:"weights"` // [tensors] float32, the lowest byte first
	Prior   []float64 `cbor:"prior"`
	Known   []bool    `cbor:"known"`           // whether the first pixels have ink
	Tones   []byte    `cbor:"tones,omitempty"` // and their tones, where ink has several shades
}

// AppendBinary implements coded.Distribution.
func (l *law) AppendBinary(dst []byte) ([]byte, error) {
	w := lawWire{Paper: l.paper, Classes: l.net.classes, Hidden: l.net.hidden, Second: l.net.second, Prior: l.prior}
	if l.known != nil {
		w.Known = make([]bool, len(l.known))
	}
	for j, tone := range l.known {
		w.Known[j] = tone > 0
	}
	if l.shades() > 0 {
		w.Tones = l.known
	}
	for _, tensor := range l.net.w[:max(tint, l.net.used())] {
		b := make([]byte, 0, 4*len(tensor))
		for _, x := range tensor {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		w.Weights = append(w.Weights, b)
	}
	return wire.Append(dst, w)
}

// Bounds of a blob: with sizes and weights within them, no sum overflows.
const (
	mostHidden = 1 << 12
	mostWeight = 1 << 12
)

// decodeLaw reads what AppendBinary wrote.
func decodeLaw(s *space.Schema, data []byte) (coded.Distribution, error) {
	form, err := formOf(s, "")
	if err != nil {
		return nil, err
	}
	var w lawWire
	if err := wire.Decode(data, &w); err != nil {
		return nil, err
	}
	l := &law{form: form, prior: w.Prior}
	l.paper = w.Paper
	l.net = &net{raster: form.raster, classes: w.Classes, hidden: w.Hidden, second: w.Second}
	switch {
	case int(w.Paper) >= l.levels || w.Hidden < 1 || w.Hidden > mostHidden || w.Second < 1 || w.Second > mostHidden:
		return nil, errors.New("the network's sizes are damaged")
	case w.Classes < 0 || w.Classes > mostClasses || l.label >= 0 && w.Classes != l.classes:
		return nil, fmt.Errorf("a network of %d labels for %d", w.Classes, l.classes)
	case len(w.Prior) != w.Classes || len(w.Known) > l.pixels() || len(w.Weights) != max(tint, l.net.used()):
		return nil, errors.New("the network is damaged")
	}
	for i, s := range l.net.shapes() {
		if i == len(w.Weights) {
			break
		}
		if l.net.w[i], err = weightsOf(w.Weights[i], s.rows*s.width); err != nil {
			return nil, err
		}
	}
	if l.known, err = tonesOf(w.Known, w.Tones, l.levels); err != nil {
		return nil, err
	}
	if w.Classes == 0 {
		l.prior = nil
		return l, nil
	}
	for _, logp := range l.prior {
		if !(logp <= 1e-9) {
			return nil, fmt.Errorf("a label has the log-probability %v", logp)
		}
	}
	if sum := logSum(l.prior); !(math.Abs(sum) < 1e-9) {
		return nil, fmt.Errorf("the probabilities of the labels sum to %v", math.Exp(sum))
	}
	return l, nil
}

// tonesOf reads the tones of pixels of which it is known whether they have ink.
func tonesOf(known []bool, tones []byte, levels int) ([]uint8, error) {
	if levels > 2 && len(tones) != len(known) || levels <= 2 && len(tones) > 0 {
		return nil, fmt.Errorf("%d tones of %d pixels", len(tones), len(known))
	}
	if known == nil {
		return nil, nil
	}
	all := make([]uint8, len(known))
	for j, ink := range known {
		if ink {
			all[j] = 1
		}
		if levels > 2 {
			if tones[j] > 0 != ink || int(tones[j]) >= levels {
				return nil, fmt.Errorf("a pixel of tone %d", tones[j])
			}
			all[j] = tones[j]
		}
	}
	return all, nil
}

// weightsOf reads n weights.
func weightsOf(b []byte, n int) ([]float32, error) {
	if len(b) != 4*n {
		return nil, fmt.Errorf("%d bytes of weights, want %d", len(b), 4*n)
	}
	w := make([]float32, n)
	for i := range w {
		w[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
		if !(w[i] <= mostWeight && w[i] >= -mostWeight) {
			return nil, fmt.Errorf("a weight of %v", w[i])
		}
	}
	return w, nil
}
