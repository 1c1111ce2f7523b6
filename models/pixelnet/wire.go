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
	Weights netWire   `cbor:"weights"`
	More    []netWire `cbor:"more,omitempty"` // weights of the networks after the first
	Prior   []float64 `cbor:"prior"`
	Known   []bool    `cbor:"known"`           // whether the first pixels have ink
	Tones   []byte    `cbor:"tones,omitempty"` // and their tones, where ink has several shades
}

// netWire are the weights of a network: [tensors] float32, the lowest byte first.
type netWire [][]byte

// wire returns the weights.
func (n *net) wire() (w netWire) {
	for _, tensor := range n.w[:max(tint, n.used())] {
		b := make([]byte, 0, 4*len(tensor))
		for _, x := range tensor {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
		w = append(w, b)
	}
	return w
}

// usedBefore returns the number of tensors in older files of networks with labels,
// which have no classScale.
func (n *net) usedBefore() int {
	if n.shades() > 0 {
		return classScale
	}
	return tint
}

// ones returns what classScale starts with.
func ones(n int) []float32 {
	w := make([]float32, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// take sets the weights to those that wire wrote.
func (n *net) take(w netWire) (err error) {
	if len(w) != max(tint, n.used()) && (n.classes == 0 || len(w) != n.usedBefore()) {
		return fmt.Errorf("a network of %d tensors", len(w))
	}
	for i, s := range n.shapes() {
		if i == len(w) {
			break
		}
		if n.w[i], err = weightsOf(w[i], s.rows*s.width); err != nil {
			return err
		}
	}
	if n.classes > 0 && len(w) <= classScale {
		n.w[classScale] = ones(n.classes * n.hidden)
	}
	return nil
}

// AppendBinary implements coded.Distribution.
func (l *law) AppendBinary(dst []byte) ([]byte, error) {
	n := l.nets[0]
	w := lawWire{Paper: l.paper, Classes: n.classes, Hidden: n.hidden, Second: n.second, Weights: n.wire(), Prior: l.prior}
	for _, n := range l.nets[1:] {
		w.More = append(w.More, n.wire())
	}
	if l.known != nil {
		w.Known = make([]bool, len(l.known))
	}
	for j, tone := range l.known {
		w.Known[j] = tone > 0
	}
	if l.shades() > 0 {
		w.Tones = l.known
	}
	return wire.Append(dst, w)
}

// Bounds of a blob: with sizes and weights within them, no sum overflows.
const (
	mostHidden = 1 << 12
	mostWeight = 1 << 12
	mostNets   = 1 << 6
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
	switch {
	case int(w.Paper) >= l.levels || w.Hidden < 1 || w.Hidden > mostHidden || w.Second < 1 || w.Second > mostHidden:
		return nil, errors.New("the network's sizes are damaged")
	case w.Classes < 0 || w.Classes > mostClasses || l.label >= 0 && w.Classes != l.classes:
		return nil, fmt.Errorf("a network of %d labels for %d", w.Classes, l.classes)
	case len(w.Prior) != w.Classes || len(w.Known) > l.pixels():
		return nil, errors.New("the network is damaged")
	case len(w.More) >= mostNets:
		return nil, fmt.Errorf("%d networks, more than %d", 1+len(w.More), mostNets)
	}
	var nets []*net
	for _, weights := range append([]netWire{w.Weights}, w.More...) {
		n := &net{raster: form.raster, classes: w.Classes, hidden: w.Hidden, second: w.Second}
		if err := n.take(weights); err != nil {
			return nil, err
		}
		nets = append(nets, n)
	}
	l.ensemble = newEnsemble(nets...)
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
