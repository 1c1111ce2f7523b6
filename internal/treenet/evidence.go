package treenet

import (
	"math"
	"slices"
)

// Condition returns the net that is proportional to p(x)·∏ share[f][code of
// field f], and the logarithm of the sum of that product; -Inf, and no net,
// where it is zero. A nil share leaves its field free.
//
// Messages go up from the leaves: λ_j(s) = share_j(s)·∏_children m_c(s) and
// m_j(r) = Σ_s p(s given row r)·λ_j(s); then p'(s given r) = p(s given
// r)·λ_j(s) / m_j(r). The tree stays as it is.
func (t *Net) Condition(share [][]float64) (*Net, float64) {
	nodes := slices.Clone(t.Nodes)
	lambda := make([][]float64, len(nodes))
	logZ := 0.0
	for j := len(nodes) - 1; j >= 0; j-- {
		n := &nodes[j]
		own := lambda[j]
		if own == nil {
			own = ones(n.States)
		}
		if n.Field != Latent && share[n.Field] != nil {
			for s, w := range share[n.Field] {
				own[s] *= w
			}
		}
		top := slices.Max(own)
		if !(top > 0) {
			return nil, math.Inf(-1)
		}
		p := make([]float64, len(n.P))
		message := make([]float64, n.rows())
		for r := range message {
			at := r * n.States
			for s := range own {
				p[at+s] = n.P[at+s] * (own[s] / top)
				message[r] += p[at+s]
			}
			if message[r] == 0 {
				copy(p[at:at+n.States], n.P[at:]) // a row that nothing leads to any more
				continue
			}
			for s := range own {
				p[at+s] /= message[r]
			}
		}
		n.P, n.logP, n.cum = p, nil, nil
		logZ += math.Log(top)
		if n.Parent < 0 {
			logZ += math.Log(message[0])
			continue
		}
		up := lambda[n.Parent]
		if up == nil {
			up = ones(nodes[n.Parent].States)
			lambda[n.Parent] = up
		}
		for s := range up {
			up[s] *= message[n.row(uint16(s))]
		}
		if m := slices.Max(up); m > 0 {
			for s := range up {
				up[s] /= m
			}
			logZ += math.Log(m)
		}
	}
	if math.IsInf(logZ, -1) || math.IsNaN(logZ) {
		return nil, math.Inf(-1)
	}
	return t.with(nodes, len(t.show)), logZ
}

// Marginal returns the net of some of the fields, in that order: the others
// become latent, and those that nothing hangs on are left out.
func (t *Net) Marginal(fields []int) *Net {
	show := make(map[int]int, len(fields))
	for to, from := range fields {
		show[from] = to
	}
	kept := make([]bool, len(t.Nodes))
	for j := len(t.Nodes) - 1; j >= 0; j-- {
		n := &t.Nodes[j]
		if _, ok := show[n.Field]; ok && n.Field != Latent {
			kept[j] = true
		}
		if kept[j] && n.Parent >= 0 {
			kept[n.Parent] = true
		}
	}
	var nodes []Node
	at := make([]int, len(t.Nodes))
	for j, n := range t.Nodes {
		if !kept[j] {
			continue
		}
		at[j] = len(nodes)
		if n.Parent >= 0 {
			n.Parent = at[n.Parent]
		}
		field, ok := show[n.Field]
		if n.Field == Latent || !ok {
			field = Latent
		}
		n.Field = field
		nodes = append(nodes, n)
	}
	return t.with(nodes, len(fields))
}

// with returns the net of nodes that are known to be sound.
func (t *Net) with(nodes []Node, fields int) *Net {
	codes := make([]int, fields)
	for _, n := range nodes {
		if n.Field != Latent {
			codes[n.Field] = n.States
		}
	}
	net, err := New(codes, nodes)
	if err != nil {
		panic("treenet: " + err.Error())
	}
	return net
}

func ones(n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = 1
	}
	return v
}
