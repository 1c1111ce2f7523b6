package treenet

import (
	"math"
	"slices"
)

// Scratch is memory for the messages of latent nodes. It belongs to one goroutine.
type Scratch struct {
	interner
	shown []int32 // [rows] numbers of the codes of a node
	rows  [blockRows]int
	said  []float64        // [patterns × rows of a node]
	at    map[int]*message // of each latent node
}

// message is what the subtree of a latent node says of its state. It is the same
// for all rows of a block that agree on what the subtree shows: a pattern.
type message struct {
	of    []int32   // [rows] the row's pattern
	up    []float64 // [patterns × states] ∝ p(what the subtree shows | state)
	scale []float64 // [patterns] logarithm of what up has been divided by
}

// factors is how many probabilities are multiplied before a message is scaled.
// Sixteen of the smallest that a fit leaves, 1e-18, are still far from
// underflow.
const factors = 16

// sumLatents adds the part of the log-probability in which latent nodes take
// part: messages go up from the leaves, scaled so that nothing underflows. If
// free is not nil, node 0 takes no part: free gets the messages of the latent
// nodes that hang on it, for the rows from lo on.
func (t *Net) sumLatents(dst []float64, codes [][]uint16, own *Scratch, free func(n *Node, lo int, m *message)) {
	if len(t.latents) == 0 {
		return
	}
	if own.at == nil {
		own.at = make(map[int]*message)
	}
	for _, j := range t.latents {
		if own.at[j] == nil {
			own.at[j] = new(message)
		}
	}
	states := 0
	for _, j := range t.latents {
		states = max(states, t.Nodes[j].States)
	}
	block := blockOf(len(t.latents), states)
	for lo := 0; lo < len(dst); lo += block {
		hi := min(lo+block, len(dst))
		t.sumLatentsOf(dst[lo:hi], codes, lo, own, free)
	}
}

func (t *Net) sumLatentsOf(dst []float64, codes [][]uint16, lo int, own *Scratch, free func(n *Node, lo int, m *message)) {
	for l := len(t.latents) - 1; l >= 0; l-- {
		j := t.latents[l]
		n := &t.Nodes[j]
		m := t.gather(j, codes, lo, len(dst), own)
		switch {
		case n.Parent == 0 && free != nil:
			free(n, lo, m)
		case n.Parent < 0:
			for p := range m.scale {
				m.scale[p] += math.Log(dot(n.P, m.up[p*n.States:]))
			}
		case t.Nodes[n.Parent].Field != Latent:
			parent := codes[t.Nodes[n.Parent].Field][lo : lo+len(dst)]
			for i, p := range m.of {
				dst[i] += math.Log(dot(n.P[n.row(parent[i])*n.States:][:n.States], m.up[int(p)*n.States:]))
			}
		default:
			continue // the parent has its scale
		}
		for i, p := range m.of {
			dst[i] += m.scale[p]
		}
	}
}

// gather multiplies what the children of a latent node say into its message.
func (t *Net) gather(j int, codes [][]uint16, lo, rows int, own *Scratch) *message {
	var (
		n        = &t.Nodes[j]
		children = t.children[j]
		m        = own.at[j]
		patterns = min(rows, 1)
	)
	m.of = slices.Grow(m.of[:0], rows)[:rows]
	clear(m.of)
	for _, c := range children {
		if child := &t.Nodes[c]; child.Field == Latent {
			patterns = own.pairs(m.of, own.at[c].of)
		} else {
			own.shown = slices.Grow(own.shown[:0], rows)[:rows]
			own.codes(own.shown, codes[child.Field][lo:lo+rows])
			patterns = own.pairs(m.of, own.shown)
		}
	}
	first := own.rows[:patterns] // a row of each pattern
	for i := rows - 1; i >= 0; i-- {
		first[m.of[i]] = i
	}
	m.up = slices.Grow(m.up[:0], patterns*n.States)[:patterns*n.States]
	m.scale = slices.Grow(m.scale[:0], patterns)[:patterns]
	for i := range m.up {
		m.up[i] = 1
	}
	clear(m.scale)
	for k, c := range children {
		child := &t.Nodes[c]
		if child.Field == Latent {
			from := own.at[c]
			said := child.say(own, from)
			for p, i := range first {
				q := int(from.of[i])
				m.scale[p] += from.scale[q]
				row := m.up[p*n.States:][:n.States]
				for s := range row {
					row[s] *= said[q*child.rows()+child.row(uint16(s))]
				}
			}
		} else {
			code := codes[child.Field][lo:]
			for p, i := range first {
				row := m.up[p*n.States:][:n.States]
				for s := range row {
					row[s] *= child.P[child.row(uint16(s))*child.States+int(code[i])]
				}
			}
		}
		if (k+1)%factors == 0 {
			m.rescale(n.States)
		}
	}
	m.rescale(n.States)
	return m
}

// say returns what a message of n's subtree says of each row of n's distribution:
// the sum over n's states of p(state given row)·up [patterns × rows].
func (n *Node) say(own *Scratch, m *message) []float64 {
	rows := n.rows()
	own.said = slices.Grow(own.said[:0], len(m.scale)*rows)[:len(m.scale)*rows]
	said := own.said
	for p := range m.scale {
		up := m.up[p*n.States:][:n.States]
		for r := range rows {
			said[p*rows+r] = dot(n.P[r*n.States:][:n.States], up)
		}
	}
	return said
}

// rescale divides each pattern's row by its largest entry and adds the entry's
// logarithm to its scale, which is -Inf for a row of zeros.
func (m *message) rescale(states int) {
	for p := range m.scale {
		row := m.up[p*states:][:states]
		if top := slices.Max(row); top > 0 {
			for s := range row {
				row[s] /= top
			}
			m.scale[p] += math.Log(top)
		} else {
			m.scale[p] = math.Inf(-1)
			row[0] = 1 // keeps the sums above it finite
		}
	}
}

// dot returns the sum of a[i]·b[i], in four partial sums.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	for len(a) >= 4 && len(b) >= 4 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		a, b = a[4:], b[4:]
	}
	for i, x := range a {
		s0 += x * b[i]
	}
	return (s0 + s1) + (s2 + s3)
}
