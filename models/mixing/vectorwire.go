package mixing

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/wire"
)

type vectorBlob struct {
	Fields []fieldBlob `cbor:"fields"`
	Chains []chainBlob `cbor:"chains"`
}

type fieldBlob struct {
	Usual uint16   `cbor:"usual"`
	Group []uint16 `cbor:"group,omitempty"` // none where each code is its own
}

type chainBlob struct {
	Order   []uint16          `cbor:"order"`
	Prior   []float32         `cbor:"prior"`
	Classes []float32         `cbor:"classes"` // [items × classes]
	Fields  [][]predictorBlob `cbor:"fields"`
}

type predictorBlob struct {
	Question  [3]uint16     `cbor:"question"` // lo, cut, hi
	Contexts  []contextBlob `cbor:"contexts,omitempty"`
	Inputs    []uint16      `cbor:"inputs,omitempty"`
	Gate      []uint16      `cbor:"gate,omitempty"`
	Classless bool          `cbor:"classless,omitempty"`
	Logits    []byte        `cbor:"logits"`  // [cells] int16, units of 1/fine
	Weights   []byte        `cbor:"weights"` // those of each unit, then the last's, int16, units of 1/fineWeight
}

type contextBlob struct {
	Features []uint16 `cbor:"features,omitempty"`
	Back     int16    `cbor:"back"`
}

// AppendBinary implements coded.Law.
func (v *vector) AppendBinary(dst []byte) ([]byte, error) {
	w := new(vectorBlob)
	for _, f := range v.fields {
		b := fieldBlob{Usual: f.usual}
		if len(f.group) > mostGroups {
			b.Group = f.group
		}
		w.Fields = append(w.Fields, b)
	}
	for _, c := range v.chains {
		b := chainBlob{Order: narrow(c.order), Prior: c.classes.prior, Classes: c.classes.p}
		for _, ps := range c.predictors {
			list := []predictorBlob{}
			for _, p := range ps {
				list = append(list, p.blob())
			}
			b.Fields = append(b.Fields, list)
		}
		w.Chains = append(w.Chains, b)
	}
	return wire.Append(dst, blob{Vector: w})
}

func (p *predictor) blob() predictorBlob {
	b := predictorBlob{
		Question: [3]uint16{p.lo, p.cut, p.hi}, Inputs: narrow(p.inputs), Gate: narrow(p.gate), Classless: p.classless,
		Logits: appendUnits(nil, p.logits, fine),
	}
	for _, c := range p.contexts {
		b.Contexts = append(b.Contexts, contextBlob{narrow(c.features), int16(c.back)})
	}
	for _, set := range p.weights() {
		b.Weights = appendUnits(b.Weights, set, fineWeight)
	}
	return b
}

func narrow(list []int) (n []uint16) {
	for _, v := range list {
		n = append(n, uint16(v))
	}
	return n
}

func widened(list []uint16) (n []int) {
	for _, v := range list {
		n = append(n, int(v))
	}
	return n
}

// appendUnits appends numbers as whole numbers of 1/unit, of two bytes each.
func appendUnits(dst []byte, x []float32, unit float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(quantise(v, unit)))
	}
	return dst
}

// takeUnits reads n such numbers and returns the bytes that follow.
func takeUnits(data []byte, n int, unit float32) (x []float32, rest []byte, err error) {
	if n > len(data)/2 {
		return nil, nil, fmt.Errorf("%d bytes for %d numbers", len(data), n)
	}
	x = make([]float32, n)
	for i := range x {
		x[i] = float32(int16(binary.LittleEndian.Uint16(data[2*i:]))) / unit
	}
	return x, data[2*n:], nil
}

// vector returns the model of fields of so many codes.
func (b *vectorBlob) vector(codes []int) (*vector, error) {
	if len(b.Fields) != len(codes) {
		return nil, fmt.Errorf("%d fields for %d", len(b.Fields), len(codes))
	}
	if len(b.Chains) == 0 || len(b.Chains) > mostOrders {
		return nil, fmt.Errorf("%d orders", len(b.Chains))
	}
	v := new(vector)
	for j, n := range codes {
		f, err := b.Fields[j].field(n)
		if err != nil {
			return nil, fmt.Errorf("field %d: %w", j, err)
		}
		v.fields = append(v.fields, f)
	}
	for i := range b.Chains {
		c, err := b.Chains[i].chain(v)
		if err != nil {
			return nil, fmt.Errorf("order %d: %w", i, err)
		}
		v.chains = append(v.chains, c)
	}
	return v, nil
}

func (b *fieldBlob) field(codes int) (field, error) {
	f := newField(make([]float64, codes))
	f.usual = b.Usual
	switch {
	case codes > mostCodes || int(b.Usual) >= max(codes, 1):
		return f, fmt.Errorf("code %d of %d", b.Usual, codes)
	case codes > mostGroups != (b.Group != nil):
		return f, errors.New("groups of few codes, or none of many")
	case b.Group == nil:
		return f, nil
	case len(b.Group) != codes:
		return f, fmt.Errorf("%d groups for %d codes", len(b.Group), codes)
	}
	f.group = b.Group
	for _, g := range f.group {
		if g >= mostGroups {
			return f, fmt.Errorf("group %d of %d", g, mostGroups)
		}
	}
	return f, nil
}

func (b *chainBlob) chain(v *vector) (*chain, error) {
	fields, items := len(v.fields), 0
	c := &chain{order: widened(b.Order), classes: &classes{n: len(b.Prior), prior: b.Prior, p: b.Classes}}
	for _, f := range v.fields {
		c.classes.first = append(c.classes.first, items)
		items += len(f.group)
	}
	switch {
	case len(b.Order) != fields || len(b.Fields) != fields:
		return nil, fmt.Errorf("an order of %d of %d fields", len(b.Order), fields)
	case c.classes.n == 0 || c.classes.n > mostClasses || len(b.Classes) != items*c.classes.n:
		return nil, fmt.Errorf("%d probabilities of %d codes in %d classes", len(b.Classes), items, c.classes.n)
	}
	for _, p := range slices.Concat(b.Prior, b.Classes) {
		if !(p >= 0 && p <= 1) {
			return nil, fmt.Errorf("probability %v", p)
		}
	}
	place := make([]int, fields)
	for at, j := range c.order {
		if j >= fields || place[j] != 0 {
			return nil, errors.New("the order is none")
		}
		place[j] = at + 1
	}
	codes := make([]int, 0, fields+summaries)
	for _, f := range v.fields {
		codes = append(codes, f.groups)
	}
	codes = append(codes, c.classes.n, len(tallySteps)+1)
	c.predictors = make([][]*predictor, fields)
	for j, list := range b.Fields {
		var questions []question
		for i := range list {
			p, err := list[i].predictor(codes, func(f int) bool { return f >= fields || place[f] < place[j] })
			if err != nil {
				return nil, fmt.Errorf("field %d: question %d: %w", j, i, err)
			}
			c.predictors[j] = append(c.predictors[j], p)
			questions = append(questions, p.question)
		}
		if rest, ok := tree(questions, 0, uint16(len(v.fields[j].group))); !ok || len(rest) > 0 {
			return nil, fmt.Errorf("field %d: the questions do not tell its codes apart", j)
		}
	}
	return c, nil
}

// predictor returns the predictor, of features of so many codes each, of which
// those are known that known says.
func (b *predictorBlob) predictor(codes []int, known func(feature int) bool) (*predictor, error) {
	p := &predictor{
		question: question{b.Question[0], b.Question[1], b.Question[2]},
		inputs:   widened(b.Inputs), gate: widened(b.Gate), classless: b.Classless,
	}
	fields := len(codes) - summaries
	for _, f := range slices.Concat(p.inputs, p.gate) {
		if f >= fields || !known(f) {
			return nil, fmt.Errorf("field %d is not known yet", f)
		}
	}
	if len(p.inputs) > inputMost || len(p.gate) > gateMost {
		return nil, fmt.Errorf("%d inputs, %d fields of the gate", len(p.inputs), len(p.gate))
	}
	cells := 0
	for at, c := range b.Contexts {
		own := backed{widened(c.Features), int(c.Back), cells, 1}
		if own.back < -1 || own.back >= at || len(own.features) > contextMost {
			return nil, fmt.Errorf("context %d: %d features, falling back on %d", at, len(own.features), own.back)
		}
		if own.back >= 0 {
			if b := p.contexts[own.back]; len(b.features) > len(own.features) || !slices.Equal(b.features, own.features[:len(b.features)]) {
				return nil, fmt.Errorf("context %d does not begin with what it falls back on", at)
			}
		}
		for _, f := range own.features {
			if f >= len(codes) || !known(f) {
				return nil, fmt.Errorf("context %d: feature %d is not known yet", at, f)
			}
			own.cells *= codes[f]
			if own.cells > cellsMost {
				return nil, fmt.Errorf("context %d has too many cells", at)
			}
		}
		cells += own.cells
		p.contexts = append(p.contexts, own)
	}
	if len(b.Logits) != 2*cells {
		return nil, fmt.Errorf("%d bytes of logits for %d cells", len(b.Logits), cells)
	}
	p.logits, _, _ = takeUnits(b.Logits, cells, fine)
	gates, classes := 1, codes[fields+likelyClass]
	for _, f := range p.gate {
		gates *= codes[f]
	}
	if p.classless {
		classes = 1
	}
	var err error
	p.mixer, err = takeMixer(b.Weights, p.width(), []int{1, gates, classes}, []int{1})
	return p, err
}

// takeMixer reads the weights of a mixer, which take all of data.
func takeMixer(data []byte, inputs int, sizes, lastSizes []int) (*mixer, error) {
	m := &mixer{inputs: inputs}
	for _, n := range sizes {
		set, rest, err := takeUnits(data, n*inputs, fineWeight)
		if err != nil {
			return nil, fmt.Errorf("weights: %w", err)
		}
		m.sets, data = append(m.sets, set), rest
	}
	for _, n := range lastSizes {
		set, rest, err := takeUnits(data, n*len(sizes), fineWeight)
		if err != nil {
			return nil, fmt.Errorf("weights: %w", err)
		}
		m.last, data = append(m.last, set), rest
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("%d bytes of weights too many", len(data))
	}
	return m, nil
}
