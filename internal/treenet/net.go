// Package treenet is a distribution over discrete nodes that are joined in a
// tree (or several): every node has at most one parent,
//
//	p(x) = ∏_j p(x_j given x_parent(j)).
//
// A node shows a field of codes, or is latent: summed out. Because the graph is
// a tree, sums over latent nodes, evidence on any fields and marginals of any
// fields are exact, by passing messages from the leaves up.
//
// Reference: Pearl (1988), Probabilistic Reasoning in Intelligent Systems,
// section 4.2 (belief propagation in trees); Chow & Liu (1968), Approximating
// discrete probability distributions with dependence trees.
package treenet

import (
	"fmt"
	"math"
	"slices"
)

// Latent is the Field of a node that shows none.
const Latent = -1

// Node is one variable, with its distribution given its parent.
type Node struct {
	Parent int `cbor:"parent"` // an earlier node, or -1
	Field  int `cbor:"field"`  // the field whose codes the node shows, or Latent
	States int `cbor:"states"`
	// Group [states of the parent] is the row of P for each of them: states
	// that predict alike share a row. Nil means a row for each state. A root
	// has one row.
	Group []uint16 `cbor:"group,omitempty"`
	// P [rows × States] holds p(state given row).
	P []float64 `cbor:"p"`

	logP []float64 // logarithms of P, where no sum over states needs P itself
	cum  []float64 // [rows × States] cumulative sums of P, the last of each row 1
}

// rows returns the number of distributions that the node chooses among.
func (n *Node) rows() int { return len(n.P) / n.States }

// row returns the row for a state of the parent.
func (n *Node) row(parent uint16) int {
	if n.Group == nil {
		return int(parent)
	}
	return int(n.Group[parent])
}

// Net is a forest of nodes, parents before children.
type Net struct {
	Nodes []Node `cbor:"nodes"`

	show     []int // [fields], the node that shows the field
	children [][]int
	latents  []int // latent nodes, parents first
}

// New checks the nodes and returns their net. Each of the fields 0 …
// len(codes)-1 is shown by one node with that many states.
func New(codes []int, nodes []Node) (*Net, error) {
	t := &Net{Nodes: nodes, show: make([]int, len(codes)), children: make([][]int, len(nodes))}
	for f := range t.show {
		t.show[f] = -1
	}
	for j := range nodes {
		n := &nodes[j]
		if n.States < 1 || n.States > math.MaxUint16 {
			return nil, fmt.Errorf("node %d has %d states", j, n.States)
		}
		rows := 1
		switch {
		case n.Parent < -1 || n.Parent >= j:
			return nil, fmt.Errorf("node %d has parent %d, which does not come before it", j, n.Parent)
		case n.Parent >= 0 && n.Group == nil:
			rows = nodes[n.Parent].States
		case n.Parent >= 0:
			if len(n.Group) != nodes[n.Parent].States {
				return nil, fmt.Errorf("node %d groups %d states of a parent of %d", j, len(n.Group), nodes[n.Parent].States)
			}
			rows = int(slices.Max(n.Group)) + 1
		}
		if len(n.P) != rows*n.States {
			return nil, fmt.Errorf("node %d has %d probabilities for %d rows of %d", j, len(n.P), rows, n.States)
		}
		switch {
		case n.Field == Latent:
			t.latents = append(t.latents, j)
		case n.Field < 0 || n.Field >= len(codes) || t.show[n.Field] >= 0:
			return nil, fmt.Errorf("node %d shows field %d, which there is not or which another shows", j, n.Field)
		case codes[n.Field] != n.States:
			return nil, fmt.Errorf("node %d has %d states for %d codes", j, n.States, codes[n.Field])
		default:
			t.show[n.Field] = j
		}
		if n.Parent >= 0 {
			t.children[n.Parent] = append(t.children[n.Parent], j)
		}
		if err := n.prepare(n.Field != Latent && (n.Parent < 0 || nodes[n.Parent].Field != Latent)); err != nil {
			return nil, fmt.Errorf("node %d: %w", j, err)
		}
	}
	if f := slices.Index(t.show, -1); f >= 0 {
		return nil, fmt.Errorf("no node shows field %d", f)
	}
	return t, nil
}

// prepare checks P and derives what sampling and, with logs, evaluation needs.
func (n *Node) prepare(logs bool) error {
	if logs && n.logP == nil {
		n.logP = make([]float64, len(n.P))
		for i, p := range n.P {
			n.logP[i] = math.Log(p)
		}
	}
	if n.cum != nil {
		return nil // of another net
	}
	n.cum = make([]float64, len(n.P))
	for r := range n.rows() {
		at := r * n.States
		sum := 0.0
		last := at
		for s, p := range n.P[at : at+n.States] {
			if !(p >= 0 && p <= 1+1e-9) {
				return fmt.Errorf("probability %v", p)
			}
			if p > 0 {
				last = at + s
			}
			sum += p
			n.cum[at+s] = sum
		}
		if math.Abs(sum-1) > 1e-6 {
			return fmt.Errorf("the probabilities of row %d sum to %v", r, sum)
		}
		for s := last; s < at+n.States; s++ {
			n.cum[s] = 1 // rounding leaves no gap, and falls to no state of probability 0
		}
	}
	return nil
}

// Parameters returns the number of free parameters.
func (t *Net) Parameters() int64 {
	var sum int64
	for j := range t.Nodes {
		sum += int64(t.Nodes[j].rows()) * int64(t.Nodes[j].States-1)
	}
	return sum
}

// LogProb adds the log-probability of each row to dst [n rows]; codes [fields][n
// rows]. own is scratch memory, which belongs to one goroutine.
func (t *Net) LogProb(dst []float64, codes [][]uint16, own *Scratch) {
	for j := range t.Nodes {
		n := &t.Nodes[j]
		switch {
		case n.Field == Latent:
		case n.Parent < 0:
			n.addRoot(dst, codes[n.Field])
		case t.Nodes[n.Parent].Field != Latent:
			n.addGiven(dst, codes[n.Field], codes[t.Nodes[n.Parent].Field])
		}
	}
	t.sumLatents(dst, codes, own, nil)
}

// addRoot adds log p(code) to dst [n rows].
func (n *Node) addRoot(dst []float64, code []uint16) {
	for i, c := range code {
		dst[i] += n.logP[c]
	}
}

// addGiven adds log p(code given parent) to dst [n rows].
func (n *Node) addGiven(dst []float64, code, parent []uint16) {
	if n.Group == nil {
		for i, c := range code {
			dst[i] += n.logP[int(parent[i])*n.States+int(c)]
		}
		return
	}
	for i, c := range code {
		dst[i] += n.logP[int(n.Group[parent[i]])*n.States+int(c)]
	}
}
