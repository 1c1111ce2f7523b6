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

	logP []float64 // logarithms of P
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
		if err := n.prepare(); err != nil {
			return nil, fmt.Errorf("node %d: %w", j, err)
		}
	}
	if f := slices.Index(t.show, -1); f >= 0 {
		return nil, fmt.Errorf("no node shows field %d", f)
	}
	return t, nil
}

// prepare checks P and derives what evaluation and sampling need.
func (n *Node) prepare() error {
	if n.logP != nil {
		return nil // of another net
	}
	n.logP = make([]float64, len(n.P))
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
			n.logP[at+s] = math.Log(p)
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

// Scratch is memory for the messages of latent nodes.
type Scratch struct {
	message map[int][]float64 // [latent node][rows × states]
}

// chunk is the number of rows whose messages are passed at once: few enough to
// stay in the cache.
const chunk = 64

// factors is how many probabilities are multiplied before a message is scaled.
// Sixteen of the smallest that a fit leaves, 1e-18, are still far from
// underflow.
const factors = 16

// sumLatents adds the part of the log-probability in which latent nodes take
// part: messages go up from the leaves, scaled so that nothing underflows. If
// node 0 is free, it takes no part: free gets the messages of the latent nodes
// that hang on it, from row lo on.
func (t *Net) sumLatents(dst []float64, codes [][]uint16, own *Scratch, free func(n *Node, lo int, up []float64)) {
	if own.message == nil {
		own.message = make(map[int][]float64)
	}
	for _, j := range t.latents {
		if size := chunk * t.Nodes[j].States; len(own.message[j]) < size {
			own.message[j] = make([]float64, size)
		}
	}
	for lo := 0; lo < len(dst); lo += chunk {
		hi := min(lo+chunk, len(dst))
		t.sumLatentsOf(dst[lo:hi], codes, lo, own, free)
	}
}

func (t *Net) sumLatentsOf(dst []float64, codes [][]uint16, lo int, own *Scratch, free func(n *Node, lo int, up []float64)) {
	rows := len(dst)
	for l := len(t.latents) - 1; l >= 0; l-- {
		j := t.latents[l]
		n := &t.Nodes[j]
		up := own.message[j][:rows*n.States]
		for i := range up {
			up[i] = 1
		}
		for k, c := range t.children[j] {
			child := &t.Nodes[c]
			if child.Field != Latent {
				child.multiplyShown(up, codes[child.Field][lo:lo+rows], n.States)
			} else {
				child.multiplyLatent(up, own.message[c][:rows*child.States], n.States)
			}
			if (k+1)%factors == 0 {
				rescale(up, n.States, dst)
			}
		}
		rescale(up, n.States, dst)
		switch {
		case n.Parent == 0 && free != nil:
			free(n, lo, up)
		case n.Parent < 0:
			for i := range dst {
				dst[i] += math.Log(dot(n.P, up[i*n.States:]))
			}
		case t.Nodes[n.Parent].Field != Latent:
			parent := codes[t.Nodes[n.Parent].Field][lo : lo+rows]
			for i := range dst {
				dst[i] += math.Log(dot(n.P[n.row(parent[i])*n.States:][:n.States], up[i*n.States:]))
			}
		}
	}
}

// multiplyShown multiplies the message up [rows × states] of the parent by
// p(code given state).
func (n *Node) multiplyShown(up []float64, code []uint16, states int) {
	for i, c := range code {
		row := up[i*states : (i+1)*states]
		for s := range row {
			row[s] *= n.P[n.row(uint16(s))*n.States+int(c)]
		}
	}
}

// multiplyLatent multiplies the message up [rows × states] of the parent by the
// sum over n's states of p(state of n given state)·own.
func (n *Node) multiplyLatent(up, own []float64, states int) {
	for i := range len(up) / states {
		from := own[i*n.States : (i+1)*n.States]
		row := up[i*states : (i+1)*states]
		for s := range row {
			row[s] *= dot(n.P[n.row(uint16(s))*n.States:][:n.States], from)
		}
	}
}

// rescale divides each row of the message by its largest entry and adds the
// entry's logarithm to dst. A row of zeros gives -Inf.
func rescale(message []float64, states int, dst []float64) {
	for i := range dst {
		row := message[i*states : (i+1)*states]
		if m := slices.Max(row); m > 0 {
			for s := range row {
				row[s] /= m
			}
			dst[i] += math.Log(m)
		} else {
			dst[i] = math.Inf(-1)
			row[0] = 1 // keeps the sums above it finite
		}
	}
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}
