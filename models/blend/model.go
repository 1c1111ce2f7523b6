package blend

import (
	"fmt"
	"math"
	"strconv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a mixture of models of other rungs.
type Model struct {
	schema  *space.Schema
	parts   []part
	weights []float64 // [parts] sum 1
	logw    []float64 // [parts]
}

var (
	_ mimic.Density    = (*Model)(nil)
	_ mimic.Sampler    = (*Model)(nil)
	_ mimic.Classifier = (*Model)(nil)
	_ mimic.Describer  = (*Model)(nil)
)

// Kind returns "blend".
func (*Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Weights returns the weights of the constituents, which sum to 1.
func (m *Model) Weights() []float64 { return append([]float64(nil), m.weights...) }

// Parameters returns the number of free parameters, or -1 where a constituent
// does not say.
func (m *Model) Parameters() int64 {
	total := int64(len(m.parts) - 1)
	for _, p := range m.parts {
		n, ok := p.(interface{ Parameters() int64 })
		if !ok || n.Parameters() < 0 {
			return -1
		}
		total += n.Parameters()
	}
	return total
}

// chunk is how many rows are looked at at once.
const chunk = 1024

// LogProb implements mimic.Density.
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	if len(dst) != b.N {
		panic("blend: dst has the wrong length")
	}
	logp := make([]float64, len(m.parts)*min(b.N, chunk))
	for lo := 0; lo < b.N; lo += chunk {
		hi := min(lo+chunk, b.N)
		n := hi - lo
		for k, p := range m.parts {
			if err := p.LogProb(logp[k*n:(k+1)*n], b.Slice(lo, hi)); err != nil {
				return fmt.Errorf("%s: %w", p.Kind(), err)
			}
		}
		m.mix(dst[lo:hi], logp)
	}
	return nil
}

// mix sets dst [n rows] to log Σ w·exp(logp), where logp is [parts × n rows].
func (m *Model) mix(dst, logp []float64) {
	n := len(dst)
	for i := range dst {
		top := math.Inf(-1)
		for k, w := range m.logw {
			top = max(top, w+logp[k*n+i])
		}
		dst[i] = top
		if math.IsInf(top, -1) {
			continue
		}
		sum := 0.0
		for k, w := range m.logw {
			sum += math.Exp(w + logp[k*n+i] - top)
		}
		dst[i] += math.Log(sum)
	}
}

// LogJoint implements mimic.Classifier where all constituents do.
func (m *Model) LogJoint(dst [][]float64, b *table.Batch, field int) error {
	joint := make([][][]float64, len(m.parts)) // [parts][levels][n rows]
	for k, p := range m.parts {
		c, ok := p.(mimic.Classifier)
		if !ok {
			return fmt.Errorf("%s: %w", p.Kind(), mimic.ErrUnsupported)
		}
		for range dst {
			joint[k] = append(joint[k], make([]float64, b.N))
		}
		if err := c.LogJoint(joint[k], b, field); err != nil {
			return fmt.Errorf("%s: %w", p.Kind(), err)
		}
	}
	logp := make([]float64, 0, len(m.parts)*b.N)
	for y := range dst {
		logp = logp[:0]
		for k := range m.parts {
			logp = append(logp, joint[k][y]...)
		}
		m.mix(dst[y], logp)
	}
	return nil
}

// The purposes that draws of a row serve.
const (
	forPart = 0
	forRow  = 1
)

// Sample implements mimic.Sampler: each row is of one constituent.
func (m *Model) Sample(dst *table.Batch, k rng.Key) error {
	rows := k.Child(forRow)
	return m.each(dst, k, func(p, lo, hi int) error {
		return m.parts[p].Sample(dst.Slice(lo, hi), rows.Child(uint64(p)))
	})
}

// each draws the constituent of each row of dst, and calls do for each run of
// rows lo … hi-1 of one of them.
func (m *Model) each(dst *table.Batch, k rng.Key, do func(p, lo, hi int) error) error {
	u := make([]float64, dst.N)
	k.Child(forPart).Float64s(u, dst.First)
	for lo := 0; lo < dst.N; {
		p, hi := m.choose(u[lo]), lo+1
		for hi < dst.N && m.choose(u[hi]) == p {
			hi++
		}
		if err := do(p, lo, hi); err != nil {
			return fmt.Errorf("%s: %w", m.parts[p].Kind(), err)
		}
		lo = hi
	}
	return nil
}

// choose returns the part at which the running sum of the weights exceeds u.
func (m *Model) choose(u float64) int {
	for k, w := range m.weights {
		if u -= w; u < 0 {
			return k
		}
	}
	return len(m.weights) - 1
}

// Describe returns the weights.
func (m *Model) Describe() []mimic.Description {
	d := mimic.Description{Title: "Constituents", Head: []string{"model", "weight"}}
	for k, p := range m.parts {
		d.Rows = append(d.Rows, []string{p.Kind(), strconv.FormatFloat(m.weights[k], 'f', 4, 64)})
	}
	return []mimic.Description{d}
}

// wired is a Model as it is written.
type wired struct {
	Weights []float64   `cbor:"weights"`
	Parts   []wiredPart `cbor:"parts"`
}

type wiredPart struct {
	Kind string `cbor:"kind"`
	Blob []byte `cbor:"blob"`
}

// AppendBinary implements encoding.BinaryAppender.
func (m *Model) AppendBinary(dst []byte) ([]byte, error) {
	w := wired{Weights: m.weights}
	for _, p := range m.parts {
		blob, err := p.AppendBinary(nil)
		if err != nil {
			return dst, err
		}
		w.Parts = append(w.Parts, wiredPart{p.Kind(), blob})
	}
	return wire.Append(dst, w)
}

// mostParts bounds what a blob can ask for.
const mostParts = 64

// Decode reads what AppendBinary wrote. decode reads a constituent of a kind.
func Decode(s *space.Schema, blob []byte, decode func(kind string, s *space.Schema, blob []byte) (mimic.Model, error)) (mimic.Model, error) {
	var w wired
	if err := wire.Decode(blob, &w); err != nil {
		return nil, err
	}
	if len(w.Parts) != len(w.Weights) || len(w.Parts) > mostParts {
		return nil, fmt.Errorf("%d weights for %d constituents, of which %d are the limit", len(w.Weights), len(w.Parts), mostParts)
	}
	sum := 0.0
	for _, x := range w.Weights {
		if !(x > 0 && x <= 1) {
			return nil, fmt.Errorf("a weight of %v", x)
		}
		sum += x
	}
	if math.Abs(sum-1) > 1e-9 {
		return nil, fmt.Errorf("weights that sum to %v", sum)
	}
	models := make([]mimic.Model, len(w.Parts))
	for k, p := range w.Parts {
		var err error
		if models[k], err = decode(p.Kind, s, p.Blob); err != nil {
			return nil, fmt.Errorf("constituent %d, %s: %w", k, p.Kind, err)
		}
	}
	m, err := mixture(models, w.Weights)
	if err != nil {
		return nil, err
	}
	return m, nil
}
