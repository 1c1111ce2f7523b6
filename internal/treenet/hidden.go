package treenet

import (
	"slices"

	"github.com/seed-64d012fb/mimic/internal/simd"
	"github.com/seed-64d012fb/mimic/rng"
)

// hidden is a hidden Chow–Liu tree while it is fitted: each field j has a
// latent node z_j, the latent nodes form a tree, and a field depends on its own
// latent node alone,
//
//	p(x) = Σ_z p(z_root) ∏_j p(z_j given z_parent(j)) p(x_j given z_j).
//
// Reference: Liu & Van den Broeck (2021), Tractable regularization of
// probabilistic circuits, section 5.
type hidden struct {
	tree
	k        int         // states of a latent node
	strength float64     // of the smoothing, in rows a distribution
	move     [][]float32 // [fields][state of the parent × state]; [state] at a root
	turned   [][]float32 // [fields][state × state of the parent]; nil at a root
	emit     [][]float32 // [fields][codes × states]: p(code | state)
	base     [][]float32 // [fields][codes]: p(code)
}

// newHidden returns the tree from which EM starts: a row belongs to the nearest of
// some random rows, all latent nodes tend to agree on it, and a field's codes
// are those of the rows there, smoothed.
func (l *Learner) newHidden(t tree, k int, strength float64, key rng.Key) *hidden {
	const (
		stay   = 0.7 // probability with which neighbours agree
		smooth = 5   // rows of the marginal that are added to each cluster
		shrink = 0.2 // of what remains towards the marginal
	)
	var (
		d      = l.data
		fields = len(d.Codes)
		h      = &hidden{tree: t, k: k, strength: strength}
		at     = l.nearest(k, key.Child(0))
		rows   = make([]float64, k)
		prior  = make([]float32, k)
		total  = d.Total()
		u      = key.Child(1).Stream(0)
	)
	for i, c := range at {
		rows[c] += l.weight[i]
	}
	for s := range prior {
		prior[s] = float32((rows[s] + 1) / (total + float64(k)))
	}
	jitter := func() float32 { return float32(0.6 + 0.8*u.Float64()) }
	for j := range fields {
		marginal := l.marginal(j)
		base := make([]float32, len(marginal))
		for c, p := range marginal {
			base[c] = float32(p)
		}
		emit := make([]float32, len(base)*k)
		for i, c := range d.Codes[j] {
			emit[int(c)*k+at[i]] += float32(l.weight[i])
		}
		for c := range base {
			for s, n := range rows {
				x := &emit[c*k+s]
				p := (*x + smooth*base[c]) / (float32(n) + smooth)
				*x = ((1-shrink)*p + shrink*base[c]) * (0.75 + 0.25*jitter())
			}
		}
		normaliseColumns(emit, k)
		h.base, h.emit = append(h.base, base), append(h.emit, emit)

		var move, turned []float32
		if t.parent[j] < 0 {
			move = append(move, prior...)
		} else {
			move, turned = make([]float32, k*k), make([]float32, k*k)
			for from := range k {
				row := move[from*k : (from+1)*k]
				for to := range row {
					row[to] = (1 - stay) * prior[to] * jitter()
				}
				row[from] += stay
			}
			simd.NormaliseRows(make([]float32, k), move, k)
		}
		h.move, h.turned = append(h.move, move), append(h.turned, turned)
	}
	h.turn()
	return h
}

// turn brings turned up to date.
func (h *hidden) turn() {
	for j, turned := range h.turned {
		if turned == nil {
			continue
		}
		for from := range h.k {
			for to, p := range h.move[j][from*h.k : (from+1)*h.k] {
				turned[to*h.k+from] = p
			}
		}
	}
}

// normaliseColumns divides each column of m [rows × k] by its sum.
func normaliseColumns(m []float32, k int) {
	sum := make([]float32, k)
	for at := 0; at < len(m); at += k {
		simd.Add(sum, m[at:at+k])
	}
	for at := 0; at < len(m); at += k {
		simd.Div(m[at:at+k], m[at:at+k], sum)
	}
}

// copy returns a copy of the parameters.
func (h *hidden) copy() *hidden {
	c := *h
	c.move, c.emit = make([][]float32, len(h.move)), make([][]float32, len(h.emit))
	for j := range h.move {
		c.move[j], c.emit[j] = slices.Clone(h.move[j]), slices.Clone(h.emit[j])
	}
	return &c
}

// set sets the parameters of a copy to those of another.
func (h *hidden) set(to *hidden) {
	for j := range h.move {
		copy(h.move[j], to.move[j])
		copy(h.emit[j], to.emit[j])
	}
}

// net returns the tree as it is now.
func (h *hidden) net() (*Net, error) {
	var (
		k     = h.k
		nodes []Node
		at    = make([]int, len(h.order))
		codes = make([]int, len(h.order))
	)
	for _, j := range h.order {
		z := Node{Parent: -1, Field: Latent, States: k}
		if h.parent[j] >= 0 {
			z.Parent = at[h.parent[j]]
		}
		for row := h.move[j]; len(row) > 0; row = row[k:] {
			z.P = appendDistribution(z.P, row[:k])
		}
		at[j], codes[j] = len(nodes), len(h.base[j])
		x := Node{Parent: at[j], Field: j, States: codes[j]}
		row := make([]float32, codes[j])
		for s := range k {
			for c := range row {
				row[c] = h.emit[j][c*k+s]
			}
			x.P = appendDistribution(x.P, row)
		}
		nodes = append(nodes, z, x)
	}
	return New(codes, nodes)
}

// mixture returns the tree as a mixture of one.
func (h *hidden) mixture() (*Mixture, error) {
	net, err := h.net()
	if err != nil {
		return nil, err
	}
	return NewMixture([]float64{1}, []*Net{net})
}

// appendDistribution appends p, whose sum is nearly 1, so that it is 1.
func appendDistribution(dst []float64, p []float32) []float64 {
	sum := 0.0
	for _, x := range p {
		sum += float64(x)
	}
	for _, x := range p {
		dst = append(dst, float64(x)/sum)
	}
	return dst
}
