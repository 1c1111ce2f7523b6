package treenet

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/coded"
)

// Learner finds trees of fields in one dataset.
type Learner struct {
	data   *coded.Data
	it     *items
	weight []float64 // [rows]
	all    counts
}

// NewLearner counts the pairs of the dataset.
func NewLearner(ctx context.Context, d *coded.Data) (*Learner, error) {
	l := &Learner{data: d, it: newItems(d), weight: make([]float64, d.N)}
	for i := range l.weight {
		l.weight[i] = d.WeightOf(i)
	}
	return l, l.it.countPairs(ctx, &l.all, l.weight, parts)
}

// Rows returns the sum of the weights of the learner's rows.
func (l *Learner) Rows() float64 { return l.all.total }

// structure returns the parent of each field (-1 for roots) and the fields in
// an order that puts parents first: the forest that maximises the sum over its
// edges of the mutual information in the counts, less price nats of all rows
// together for each free parameter of an edge. An edge that does not gain that
// is left out.
//
// Reference: Chow & Liu (1968), Approximating discrete probability
// distributions with dependence trees, theorem 1; Prim (1957) for the search.
func (l *Learner) structure(c *counts, price float64) (parent, order []int) {
	var (
		d     = len(l.it.count)
		most  = slices.Max(append([]int{1}, l.it.count...))
		score = make([]float64, d) // of the best edge into the tree so far
		table = make([]float64, most*most)
		in    = make([]bool, d)
	)
	parent = make([]int, d)
	for j := range parent {
		parent[j], score[j] = -1, 0
	}
	cost := func(i, j int) float64 {
		return price * float64((l.it.count[i]-1)*(l.it.count[j]-1)) / c.total
	}
	for at := 0; at >= 0 && at < d; {
		in[at] = true
		order = append(order, at)
		for j := range d {
			if in[j] {
				continue
			}
			l.it.joint(table, c, at, j)
			if s := information(table, l.it.count[at], l.it.count[j], c.total) - cost(at, j); s > score[j] {
				score[j], parent[j] = s, at
			}
		}
		at = -1
		for j := range d {
			if !in[j] && (at < 0 || score[j] > score[at]) {
				at = j
			}
		}
	}
	return parent, order
}

// information returns the mutual information, in nats, of a table of counts
// [gi × gj] that sum to total.
func information(table []float64, gi, gj int, total float64) float64 {
	var (
		sum     float64
		columns [64]float64
	)
	cols := columns[:0]
	if gj > len(columns) {
		cols = make([]float64, 0, gj)
	}
	cols = cols[:gj]
	for a := range gi {
		row := 0.0
		for b, n := range table[a*gj : (a+1)*gj] {
			sum += xlogx(n)
			row += n
			cols[b] += n
		}
		sum -= xlogx(row)
	}
	for _, n := range cols {
		sum -= xlogx(n)
	}
	return (sum + xlogx(total)) / total
}

func xlogx(x float64) float64 {
	if x <= 0 {
		return 0
	}
	return x * math.Log(x)
}

// akaike is the price of a parameter, in nats of all rows together.
//
// Reference: Akaike (1974), A new look at the statistical model identification.
const akaike = 1

// ChowLiu returns the tree of greatest likelihood that is worth its
// parameters, and its distributions smoothed as estimate says.
func (l *Learner) ChowLiu() (*Net, error) {
	parent, order := l.structure(&l.all, akaike)
	return l.net(parent, order, l.estimate)
}

// Tree returns the Chow–Liu tree as a mixture of one.
func (l *Learner) Tree() (*Fitted, error) {
	m, err := l.tree()
	return &Fitted{m, func(_ context.Context, all *Learner) (*Mixture, error) { return all.tree() }}, err
}

func (l *Learner) tree() (*Mixture, error) {
	net, err := l.ChowLiu()
	if err != nil {
		return nil, err
	}
	return NewMixture([]float64{1}, []*Net{net})
}

// net returns the tree with the distributions p(code of j given group of its
// parent p) that given returns, [groups of p × codes], or [codes] if p < 0.
func (l *Learner) net(parent, order []int, given func(j, p int) []float64) (*Net, error) {
	var (
		nodes = make([]Node, 0, len(order))
		at    = make([]int, len(order))
		codes = make([]int, len(order))
	)
	for _, j := range order {
		n := Node{Parent: -1, Field: j, States: l.data.Books[j].Codes(), P: given(j, parent[j])}
		if parent[j] >= 0 {
			n.Parent = at[parent[j]]
			n.Group = l.it.groups[parent[j]]
		}
		at[j], codes[j] = len(nodes), n.States
		nodes = append(nodes, n)
	}
	return New(codes, nodes)
}

// rowsOf counts the rows of each code of field j in each group of parent p, by
// weight [rows]: [groups × codes], or [codes] if p < 0.
func (l *Learner) rowsOf(j, p int, weight []float64) []float64 {
	states := l.data.Books[j].Codes()
	if p < 0 {
		n := make([]float64, states)
		for i, c := range l.data.Codes[j] {
			n[c] += weight[i]
		}
		return n
	}
	n := make([]float64, l.it.count[p]*states)
	group, given := l.it.groups[p], l.data.Codes[p]
	for i, c := range l.data.Codes[j] {
		n[int(group[given[i]])*states+int(c)] += weight[i]
	}
	return n
}

// marginal returns p(code of j) over all rows, with half a row more for each code.
func (l *Learner) marginal(j int) []float64 { return normalised(l.rowsOf(j, -1, l.weight), 0.5) }

// strengths are what estimate chooses from, in rows.
var strengths = []float64{0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256}

// estimate returns p(code of j given group of p), from counts in two steps. The
// group g of a code and then the code within it are each smoothed towards what
// they are over all rows:
//
//	p(g | r) = (n_rg + α p(g)) / (n_r + α)
//	p(c | g, r) = (n_rc + β p(c | g)) / (n_rg + β)
//
// α and β, one of each an edge, are those that make each row most likely given
// all other rows, which is a closed form of the counts. The marginal p(c) of a
// root has half a row for each code.
func (l *Learner) estimate(j, p int) []float64 {
	marginal := l.marginal(j)
	if p < 0 {
		return marginal
	}
	var (
		states = len(marginal)
		n      = l.rowsOf(j, p, l.weight)
		group  = l.it.groups[j]
		groups = l.it.count[j]
		rows   = len(n) / states
		ng     = make([]float64, rows*groups)
		pg     = make([]float64, groups)
		within = make([]float64, states) // p(c | g)
		nr     = make([]float64, rows)
		gOf    = make([]int, rows*states)
		rOf    = make([]int, rows*groups)
		baseC  = make([]float64, rows*states)
		baseG  = make([]float64, rows*groups)
	)
	for c, x := range marginal {
		pg[group[c]] += x
	}
	for c, x := range marginal {
		within[c] = x / pg[group[c]]
	}
	for r := range rows {
		for c := range states {
			at := r*groups + int(group[c])
			ng[at] += n[r*states+c]
			nr[r] += n[r*states+c]
			gOf[r*states+c] = at
			baseC[r*states+c] = within[c]
		}
		for g := range groups {
			rOf[r*groups+g] = r
			baseG[r*groups+g] = pg[g]
		}
	}
	alpha := strongest(ng, nr, rOf, baseG)
	beta := strongest(n, ng, gOf, baseC)
	for at := range n {
		g := gOf[at]
		n[at] = (n[at] + beta*baseC[at]) / (ng[g] + beta) *
			(ng[g] + alpha*baseG[g]) / (nr[rOf[g]] + alpha)
	}
	return n
}

// strongest returns the strength of smoothing under which each row is most
// likely given the others: Σ n·log((n − 1 + s·base) / (total − 1 + s)).
//
// Reference: Stone (1974), Cross-validatory choice and assessment of
// statistical predictions; for counts, Jelinek & Mercer's deleted estimation.
func strongest(n, total []float64, of []int, base []float64) float64 {
	best, at := math.Inf(-1), strengths[0]
	for _, s := range strengths {
		sum := 0.0
		for i, x := range n {
			if x > 0 {
				sum += x * math.Log((max(x-1, 0)+s*base[i])/(max(total[of[i]]-1, 0)+s))
			}
		}
		if sum > best {
			best, at = sum, s
		}
	}
	return at
}

// normalised returns n with extra rows for each entry, divided by its sum.
func normalised(n []float64, extra float64) []float64 {
	sum := 0.0
	for i := range n {
		n[i] += extra
		sum += n[i]
	}
	for i := range n {
		n[i] /= sum
	}
	return n
}
