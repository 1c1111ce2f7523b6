package treenet

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/logsum"
)

// rooted returns the same net with the node of a field as the root of its tree,
// the first of all nodes: an edge that has to be turned follows Bayes' rule,
// p(parent given child) = p(child given parent)·p(parent) / p(child).
func (t *Net) rooted(field int) *Net {
	var path []int // from the field's node up
	for j := t.show[field]; j >= 0; j = t.Nodes[j].Parent {
		path = append(path, j)
	}
	turned := make(map[int]Node, len(path))
	marginal := t.Nodes[path[len(path)-1]].P
	for at := len(path) - 2; at >= 0; at-- {
		var (
			child = &t.Nodes[path[at]]
			n     = t.Nodes[path[at+1]] // to hang on child
			below = make([]float64, child.States)
			p     = make([]float64, child.States*n.States)
		)
		for a, pa := range marginal {
			for c, pc := range child.P[child.row(uint16(a))*child.States:][:child.States] {
				p[c*n.States+a] = pa * pc
				below[c] += pa * pc
			}
		}
		for c, sum := range below {
			row := p[c*n.States:][:n.States]
			if sum > 0 {
				normalised(row, 0)
			} else {
				copy(row, marginal) // a state that does not occur
			}
		}
		n.Parent, n.Group, n.P = path[at], nil, p
		n.logP, n.cum = nil, nil
		turned[path[at+1]] = n
		marginal = below
	}
	root := t.Nodes[path[0]]
	root.Parent, root.Group, root.P = -1, nil, slices.Clone(marginal)
	root.logP, root.cum = nil, nil
	normalised(root.P, 0)
	turned[path[0]] = root

	// Parents first: the turned nodes, then all others in their order.
	order := slices.Clone(path)
	for j := range t.Nodes {
		if _, ok := turned[j]; !ok {
			order = append(order, j)
		}
	}
	at := make([]int, len(t.Nodes))
	for to, from := range order {
		at[from] = to
	}
	nodes := make([]Node, len(order))
	for to, from := range order {
		n, ok := turned[from]
		if !ok {
			n = t.Nodes[from]
		}
		if n.Parent >= 0 {
			n.Parent = at[n.Parent]
		}
		nodes[to] = n
	}
	return t.with(nodes, len(t.show))
}

// logJoint adds to dst [codes of the field][n rows] the log-probability of the
// rows with each code of a field in turn. The field's own codes are not read.
func (t *Net) logJoint(dst [][]float64, codes [][]uint16, field int, own *Scratch) {
	var (
		r    = t.rooted(field)
		root = &r.Nodes[0]
		n    = len(dst[0])
		rest = make([]float64, n) // what does not depend on the field
	)
	for j := range r.Nodes {
		node := &r.Nodes[j]
		if node.Field == Latent || j == 0 {
			continue
		}
		switch p := node.Parent; {
		case p < 0:
			node.addRoot(rest, codes[node.Field])
		case p == 0:
			for c := range dst {
				row := node.logP[node.row(uint16(c))*node.States:][:node.States]
				for i, x := range codes[node.Field] {
					dst[c][i] += row[x]
				}
			}
		case r.Nodes[p].Field != Latent:
			node.addGiven(rest, codes[node.Field], codes[r.Nodes[p].Field])
		}
	}
	r.sumLatents(rest, codes, own, func(z *Node, lo int, m *message) {
		for c := range dst {
			row := z.P[z.row(uint16(c))*z.States:][:z.States]
			for i, p := range m.of {
				dst[c][lo+i] += math.Log(dot(row, m.up[int(p)*z.States:]))
			}
		}
	})
	for c := range dst {
		for i, x := range rest {
			dst[c][i] += x + root.logP[c]
		}
	}
}

var _ coded.JointLaw = (*Mixture)(nil)

// LogJoint implements coded.JointLaw.
func (m *Mixture) LogJoint(dst [][]float64, codes [][]uint16, field int) error {
	if field < 0 || field >= len(codes) || len(dst) > m.Nets[0].Nodes[m.Nets[0].show[field]].States {
		return fmt.Errorf("field %d of %d with %d codes", field, len(codes), len(dst))
	}
	own := mixPool.Get().(*mixScratch)
	defer mixPool.Put(own)
	n := len(dst[0])
	logs := make([][][]float64, len(dst)) // [codes][nets][rows]
	for k, net := range m.Nets {
		of := make([][]float64, len(dst))
		for c := range of {
			of[c] = make([]float64, n)
			for i := range of[c] {
				of[c][i] = m.logWeight[k]
			}
			logs[c] = append(logs[c], of[c])
		}
		net.logJoint(of, codes, field, &own.Scratch)
	}
	for c := range dst {
		logsum.Columns(dst[c], logs[c])
	}
	return nil
}
