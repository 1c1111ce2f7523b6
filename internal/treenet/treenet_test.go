package treenet

import (
	"context"
	"math"
	"testing"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// random returns a net of four fields of 2, 3, 2 and 3 codes on a tree that has
// two latent nodes, one of them the root, and a node that groups its parent's
// states; the last field is a root of its own.
func random(k rng.Key) *Net {
	u := k.Stream(0)
	rows := func(rows, states int) []float64 {
		p := make([]float64, rows*states)
		for r := range rows {
			for s := range states {
				p[r*states+s] = 0.05 + u.Float64()
			}
			normalised(p[r*states:(r+1)*states], 0)
		}
		return p
	}
	net, err := New([]int{2, 3, 2, 3}, []Node{
		{Parent: -1, Field: Latent, States: 4, P: rows(1, 4)},
		{Parent: 0, Field: 1, States: 3, P: rows(4, 3)},
		{Parent: 1, Field: Latent, States: 3, Group: []uint16{1, 0, 1}, P: rows(2, 3)},
		{Parent: 2, Field: 0, States: 2, P: rows(3, 2)},
		{Parent: 0, Field: 2, States: 2, Group: []uint16{0, 1, 1, 0}, P: rows(2, 2)},
		{Parent: -1, Field: 3, States: 3, P: rows(1, 3)},
	})
	if err != nil {
		panic(err)
	}
	return net
}

var codes = []int{2, 3, 2, 3}

// joint sums the probability of a row over all states of the latent nodes, by
// the definition.
func joint(t *Net, row []uint16) float64 {
	states := make([]uint16, len(t.Nodes))
	var sum func(j int) float64
	sum = func(j int) float64 {
		if j == len(t.Nodes) {
			return 1
		}
		n := &t.Nodes[j]
		total := 0.0
		for s := range n.States {
			if n.Field != Latent && uint16(s) != row[n.Field] {
				continue
			}
			states[j] = uint16(s)
			at := 0
			if n.Parent >= 0 {
				at = n.row(states[n.Parent])
			}
			total += n.P[at*n.States+s] * sum(j+1)
		}
		return total
	}
	return sum(0)
}

// each calls f with every row of the fields.
func each(sizes []int, f func(row []uint16)) {
	row := make([]uint16, len(sizes))
	for {
		f(row)
		j := 0
		for ; j < len(row); j++ {
			if row[j]++; int(row[j]) < sizes[j] {
				break
			}
			row[j] = 0
		}
		if j == len(row) {
			return
		}
	}
}

func logProb(t *Net, row []uint16) float64 {
	columns := make([][]uint16, len(row))
	for j := range row {
		columns[j] = row[j : j+1]
	}
	dst := []float64{0}
	t.LogProb(dst, columns, new(Scratch))
	return dst[0]
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func TestLogProbSumsLatentStates(t *testing.T) {
	net := random(rng.New(1))
	total := 0.0
	each(codes, func(row []uint16) {
		want := joint(net, row)
		near(t, "p", math.Exp(logProb(net, row)), want)
		total += want
	})
	near(t, "sum of p", total, 1)
}

func TestConditionIsBayes(t *testing.T) {
	net := random(rng.New(2))
	share := [][]float64{{0.5, 1}, {0, 0.25, 1}, nil, {1, 0, 0}}
	weight := func(row []uint16) float64 {
		w := joint(net, row)
		for j, s := range share {
			if s != nil {
				w *= s[row[j]]
			}
		}
		return w
	}
	z := 0.0
	each(codes, func(row []uint16) { z += weight(row) })
	given, logZ := net.Condition(share)
	near(t, "log of the evidence", logZ, math.Log(z))
	each(codes, func(row []uint16) {
		near(t, "p given the evidence", math.Exp(logProb(given, row)), weight(row)/z)
	})
	if impossible, logZ := net.Condition([][]float64{{0, 0}, nil, nil, nil}); impossible != nil || !math.IsInf(logZ, -1) {
		t.Errorf("evidence that nothing satisfies has log-probability %v", logZ)
	}
}

func TestMarginalSumsFieldsOut(t *testing.T) {
	net := random(rng.New(3))
	keep := []int{3, 0}
	want := map[[2]uint16]float64{}
	each(codes, func(row []uint16) { want[[2]uint16{row[3], row[0]}] += joint(net, row) })
	m := net.Marginal(keep)
	each([]int{3, 2}, func(row []uint16) {
		near(t, "marginal p", math.Exp(logProb(m, row)), want[[2]uint16(row)])
	})
	for _, n := range m.Nodes {
		if n.Field == Latent && len(m.children[indexOf(m, &n)]) == 0 {
			t.Error("a latent node that nothing hangs on was kept")
		}
	}
}

func indexOf(t *Net, n *Node) int {
	for j := range t.Nodes {
		if &t.Nodes[j].P[0] == &n.P[0] {
			return j
		}
	}
	return -1
}

// TestNoUnderflow: the product of 3,000 probabilities of 0.01 is far below the
// smallest number, its logarithm is not.
func TestNoUnderflow(t *testing.T) {
	const fields = 3000
	nodes := []Node{{Parent: -1, Field: Latent, States: 2, P: []float64{0.5, 0.5}}}
	sizes, row := make([]int, fields), make([]uint16, fields)
	for f := range fields {
		nodes = append(nodes, Node{Parent: 0, Field: f, States: 2, P: []float64{0.01, 0.99, 0.01, 0.99}})
		sizes[f] = 2
	}
	net, err := New(sizes, nodes)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log p", logProb(net, row), fields*math.Log(0.01))
}

// data returns rows of five fields in which each copies another, now and then,
// so that the tree is x0 – x1 – x2, x1 – x3, and x4 alone.
func data(n int) *coded.Data {
	d := &coded.Data{Schema: new(space.Schema), N: n, Weight: make([]float64, n)}
	sizes := []int{2, 3, 3, 2, 2}
	for j, size := range sizes {
		f := space.Field{Kind: space.Category, Levels: make([]string, size)}
		book, err := dist.NewLevelBook(&f)
		if err != nil {
			panic(err)
		}
		d.Schema.Fields = append(d.Schema.Fields, f)
		d.Fields, d.Books = append(d.Fields, j), append(d.Books, book)
		d.Codes, d.Rows = append(d.Codes, make([]uint16, n)), append(d.Rows, make([]float64, size))
	}
	for i := range n {
		u := rng.New(7).Stream(int64(i))
		d.Weight[i] = float64(1 + i%3)
		for j, size := range sizes {
			x := uint16(u.Uint64() % uint64(size))
			if from := []int{-1, 0, 1, 1, -1}[j]; from >= 0 && u.Float64() < 0.6 {
				x = d.Codes[from][i] % uint16(size)
			}
			d.Codes[j][i] = x
			d.Rows[j][x] += d.Weight[i]
		}
	}
	return d
}

// TestPairsAreCounted compares counts by items with a count of each pair.
func TestPairsAreCounted(t *testing.T) {
	d := data(500)
	l, err := NewLearner(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Codes {
		for j := range d.Codes {
			if i == j {
				continue
			}
			gi, gj := l.it.count[i], l.it.count[j]
			want, got := make([]float64, gi*gj), make([]float64, gi*gj)
			for r := range d.N {
				a, b := l.it.groups[i][d.Codes[i][r]], l.it.groups[j][d.Codes[j][r]]
				want[int(a)*gj+int(b)] += d.Weight[r]
			}
			l.it.joint(got, &l.all, i, j)
			for c := range want {
				if got[c] != want[c] {
					t.Fatalf("fields %d, %d: counts %v, want %v", i, j, got, want)
				}
			}
		}
	}
}

// TestTreeIsTheBest compares the tree found with every forest over the fields:
// each choice of parents without a cycle.
func TestTreeIsTheBest(t *testing.T) {
	l, err := NewLearner(context.Background(), data(400))
	if err != nil {
		t.Fatal(err)
	}
	fields := len(l.it.count)
	worth := make([][]float64, fields)
	for i := range fields {
		worth[i] = make([]float64, fields)
		for j := range fields {
			if i != j {
				gi, gj := l.it.count[i], l.it.count[j]
				table := make([]float64, gi*gj)
				l.it.joint(table, &l.all, i, j)
				worth[i][j] = information(table, gi, gj, l.all.total) - float64((gi-1)*(gj-1))/l.all.total
			}
		}
	}
	value := func(parent []int) float64 {
		sum := 0.0
		for j, p := range parent {
			if p >= 0 {
				sum += worth[p][j]
			}
		}
		return sum
	}
	best := math.Inf(-1)
	choices := make([]int, fields)
	for j := range choices {
		choices[j] = fields + 1
	}
	each(choices, func(row []uint16) {
		parent := make([]int, fields)
		for j, p := range row {
			parent[j] = int(p) - 1
			if parent[j] == j {
				return
			}
		}
		for j := range parent {
			at := j
			for range fields {
				if at >= 0 {
					at = parent[at]
				}
			}
			if at >= 0 {
				return // a cycle
			}
		}
		best = max(best, value(parent))
	})
	parent, order := l.structure(&l.all, akaike)
	near(t, "value of the tree", value(parent), best)
	if len(order) != fields {
		t.Errorf("the order %v leaves fields out", order)
	}
	if parent[4] >= 0 {
		t.Errorf("a field that depends on none has parent %d", parent[4])
	}
}
