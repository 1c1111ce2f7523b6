package treenet

import (
	"fmt"
	"math"
	"sort"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
)

// Mixture is a weighted sum of nets over the same fields: p(x) = Σ_k w_k
// p_k(x). One net is a mixture too.
type Mixture struct {
	Weight []float64 // [nets], they sum to 1
	Nets   []*Net

	logWeight, cum []float64
}

var _ coded.Distribution = (*Mixture)(nil)

// NewMixture returns the mixture of nets over the same fields; the weights need
// not sum to 1.
func NewMixture(weight []float64, nets []*Net) (*Mixture, error) {
	m := &Mixture{Weight: make([]float64, len(nets)), Nets: nets,
		logWeight: make([]float64, len(nets)), cum: make([]float64, len(nets))}
	sum := 0.0
	for _, w := range weight {
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("a net of weight %v", w)
		}
		sum += w
	}
	if len(nets) == 0 || len(weight) != len(nets) || !(sum > 0) {
		return nil, fmt.Errorf("%d weights that sum to %v for %d nets", len(weight), sum, len(nets))
	}
	if math.Abs(sum-1) < 1e-12 {
		sum = 1 // the weights of a mixture that was written are read bit for bit
	}
	cum := 0.0
	for k, w := range weight {
		cum += w / sum
		m.Weight[k], m.logWeight[k], m.cum[k] = w/sum, math.Log(w/sum), cum
	}
	return m, nil
}

// rows of a mixture are evaluated in chunks of this many, for all nets.
const mixChunk = 1024

type mixScratch struct {
	Scratch
	logs [][]float64 // [nets][rows]
	view [][]uint16
}

var mixPool = sync.Pool{New: func() any { return new(mixScratch) }}

// LogProb implements coded.Distribution.
func (m *Mixture) LogProb(dst []float64, codes [][]uint16) {
	own := mixPool.Get().(*mixScratch)
	defer mixPool.Put(own)
	m.each(len(dst), codes, own, func(lo int, logs [][]float64) {
		logsum.Columns(dst[lo:lo+len(logs[0])], logs)
	})
}

// each calls f for each chunk of rows with logs [nets][rows], log w_k p_k(row).
func (m *Mixture) each(rows int, codes [][]uint16, own *mixScratch, f func(lo int, logs [][]float64)) {
	for len(own.logs) < len(m.Nets) {
		own.logs = append(own.logs, make([]float64, mixChunk))
	}
	if len(own.view) < len(codes) {
		own.view = make([][]uint16, len(codes))
	}
	view, logs := own.view[:len(codes)], make([][]float64, len(m.Nets))
	for lo := 0; lo < rows; lo += mixChunk {
		hi := min(lo+mixChunk, rows)
		for j := range codes {
			view[j] = codes[j][lo:hi]
		}
		for k, net := range m.Nets {
			logs[k] = own.logs[k][:hi-lo]
			for i := range logs[k] {
				logs[k][i] = m.logWeight[k]
			}
			net.LogProb(logs[k], view, &own.Scratch)
		}
		f(lo, logs)
	}
}

// Sample implements coded.Distribution. A row's draws belong to its fields, so
// that all nets share them.
func (m *Mixture) Sample(codes [][]uint16, first int64, k rng.Key) {
	if len(codes) == 0 {
		return
	}
	n := len(codes[0])
	columns := len(codes)
	for _, net := range m.Nets {
		columns = max(columns, len(codes)+len(net.latents))
	}
	var (
		net  = make([]float64, mixChunk)
		u    = make([][]float64, columns)
		rows = make([][]int, len(m.Nets))
		view = make([][]uint16, len(codes))
	)
	for c := range u {
		u[c] = make([]float64, mixChunk)
	}
	for lo := 0; lo < n; lo += mixChunk {
		hi := min(lo+mixChunk, n)
		for j := range codes {
			view[j] = codes[j][lo:hi]
		}
		for c := range u {
			k.Child(uint64(c)+1).Float64s(u[c][:hi-lo], first+int64(lo))
		}
		k.Child(0).Float64s(net[:hi-lo], first+int64(lo))
		for c := range rows {
			rows[c] = rows[c][:0]
		}
		for i, x := range net[:hi-lo] {
			c := sort.Search(len(m.cum)-1, func(c int) bool { return x < m.cum[c] })
			rows[c] = append(rows[c], i)
		}
		for c, own := range rows {
			if len(own) > 0 {
				m.Nets[c].Sample(view, own, u)
			}
		}
	}
}

// Condition implements coded.Distribution. It is exact.
func (m *Mixture) Condition(share [][]float64) (coded.Distribution, float64, error) {
	var (
		logs []float64
		nets []*Net
		top  = math.Inf(-1)
	)
	for k, net := range m.Nets {
		c, logZ := net.Condition(share)
		if c == nil || m.Weight[k] == 0 {
			continue
		}
		logs, nets = append(logs, m.logWeight[k]+logZ), append(nets, c)
		top = max(top, m.logWeight[k]+logZ)
	}
	if math.IsInf(top, -1) {
		return nil, top, mimic.ErrImpossible
	}
	weight := make([]float64, len(nets))
	sum := 0.0
	for k, l := range logs {
		weight[k] = math.Exp(l - top)
		sum += weight[k]
	}
	c, err := NewMixture(weight, nets)
	return c, top + math.Log(sum), err
}

// Marginal implements coded.Distribution. It is exact.
func (m *Mixture) Marginal(fields []int) (coded.Distribution, error) {
	nets := make([]*Net, len(m.Nets))
	for k, net := range m.Nets {
		nets[k] = net.Marginal(fields)
	}
	return NewMixture(m.Weight, nets)
}

// Parameters implements coded.Distribution.
func (m *Mixture) Parameters() int64 {
	sum := int64(len(m.Nets) - 1)
	for _, net := range m.Nets {
		sum += net.Parameters()
	}
	return sum
}

type mixtureBlob struct {
	Weight []float64 `cbor:"weight"`
	Nets   [][]Node  `cbor:"nets"`
}

// AppendBinary implements coded.Distribution.
func (m *Mixture) AppendBinary(dst []byte) ([]byte, error) {
	b := mixtureBlob{Weight: m.Weight}
	for _, net := range m.Nets {
		b.Nets = append(b.Nets, net.Nodes)
	}
	return wire.Append(dst, b)
}

// DecodeMixture reads what AppendBinary wrote, over fields of that many codes.
func DecodeMixture(codes []int, data []byte) (coded.Distribution, error) {
	var b mixtureBlob
	if err := wire.Decode(data, &b); err != nil {
		return nil, err
	}
	nets := make([]*Net, len(b.Nets))
	for k, nodes := range b.Nets {
		var err error
		if nets[k], err = New(codes, nodes); err != nil {
			return nil, fmt.Errorf("net %d: %w", k, err)
		}
	}
	return NewMixture(b.Weight, nets)
}
