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

// mixed returns n rows of fields with that many codes, of three kinds: a field
// takes one of its codes for most rows of a kind.
func mixed(n int, sizes ...int) *coded.Data {
	d := &coded.Data{Schema: new(space.Schema), N: n, Weight: make([]float64, n)}
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
		u := rng.New(17).Stream(int64(i))
		d.Weight[i] = 1 + float64(i%2)/2
		kind := u.Uint64() % 3
		for j, size := range sizes {
			x := uint16(u.Uint64() % uint64(size))
			if u.Float64() < 0.8 {
				x = uint16((kind*uint64(7+j) + uint64(j)) % uint64(size))
			}
			d.Codes[j][i] = x
			d.Rows[j][x] += d.Weight[i]
		}
	}
	return d
}

func learner(t *testing.T, d *coded.Data) *Learner {
	t.Helper()
	l, err := NewLearner(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// prior is strength · Σ_k E_q log p_k(x) + Σ_k log w_k, by the definition of q
// and the pairs of codes.
func (t *trees) logPrior(m *Mixture) float64 {
	sum := 0.0
	for k, net := range m.Nets {
		sum += math.Log(m.Weight[k])
		for _, n := range net.Nodes {
			own := t.marginal(n.Field)
			if n.Parent < 0 {
				for c, p := range own {
					q := (1-independent)*t.data.Rows[n.Field][c]/t.all.total + independent*p
					sum += t.strength * q * n.logP[c]
				}
				continue
			}
			from := net.Nodes[n.Parent]
			parent := t.marginal(from.Field)
			pair := make([]float64, from.States*n.States)
			for i, w := range t.weight {
				pair[int(t.data.Codes[from.Field][i])*n.States+int(t.data.Codes[n.Field][i])] += w / t.all.total
			}
			for a := range from.States {
				for b := range n.States {
					q := (1-independent)*pair[a*n.States+b] + independent*parent[a]*own[b]
					sum += t.strength * q * n.logP[n.row(uint16(a))*n.States+b]
				}
			}
		}
	}
	return sum
}

// TestEMOfTreesNeverLowers follows what EM is to raise. The last field has more
// codes than groups.
func TestEMOfTreesNeverLowers(t *testing.T) {
	for _, strength := range []float64{0.5, 8, 128} {
		l := learner(t, mixed(400, 2, 3, 4, 2, 5, 2, 90))
		em := l.newTrees(4, strength)
		em.begin(rng.New(3))
		last, first := math.Inf(-1), 0.0
		for step := range 40 {
			m, err := em.maximise(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			logP, err := em.expect(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			now := logP + em.logPrior(m)
			if step == 0 {
				first = now
			}
			if now < last-1e-7*math.Abs(last) {
				t.Fatalf("strength %v, step %d: from %.9f to %.9f", strength, step, last, now)
			}
			last = now
		}
		if last < first+1 {
			t.Errorf("strength %v: EM has raised %.3f to %.3f only", strength, first, last)
		}
	}
}

// TestTreeWithoutRows: a tree that no row belongs to is that of the prior.
func TestTreeWithoutRows(t *testing.T) {
	em := learner(t, mixed(50, 2, 3, 40)).newTrees(3, 2)
	em.begin(rng.New(3))
	clear(em.post[1])
	m, err := em.maximise(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Weight[1]; !(w > 0) || w > 0.05 {
		t.Errorf("the tree has weight %v", w)
	}
	if logP, err := em.expect(t.Context(), m); err != nil || math.IsNaN(logP) || math.IsInf(logP, 0) {
		t.Errorf("log-likelihood %v, %v", logP, err)
	}
}

// all returns the rows of d in one batch.
func all(t *testing.T, h *hidden, d *coded.Data) []*patterns {
	t.Helper()
	b, err := h.batches(context.Background(), d, 1, h.k, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	return b[0]
}

// logPrior is Σ strength · Σ base(s) log p(s) over all distributions.
func (h *hidden) logPrior() float64 {
	sum := 0.0
	for j := range h.order {
		for _, p := range h.move[j] {
			sum += h.strength / float64(h.k) * math.Log(float64(p))
		}
		for at, p := range h.emit[j] {
			sum += h.strength * float64(h.base[j][at/h.k]) * math.Log(float64(p))
		}
	}
	return sum
}

// TestEMOfHiddenTreeNeverLowers does so with steps of EM over all rows; steps on
// mini-batches promise no such thing.
func TestEMOfHiddenTreeNeverLowers(t *testing.T) {
	d := mixed(600, 2, 3, 4, 2, 5, 2, 30)
	l := learner(t, d)
	for _, strength := range []float64{0.1, 1, 20} {
		h := l.newHidden(newTree(l.structure(&l.all, 0)), 16, strength, rng.New(4))
		rows := all(t, h, d)
		p := newPass(h)
		last, first := math.Inf(-1), 0.0
		for step := range 60 {
			if err := p.expect(t.Context(), rows); err != nil {
				t.Fatal(err)
			}
			now := p.total().logP + h.logPrior()
			if step == 0 {
				first = now
			}
			if now < last-1e-6*math.Abs(last) { // sums of float32
				t.Fatalf("strength %v, step %d: from %.6f to %.6f", strength, step, last, now)
			}
			last = now
			h.maximise(p.total(), 1, 1)
		}
		if last < first+1 {
			t.Errorf("strength %v: EM has raised %.3f to %.3f only", strength, first, last)
		}
	}
}

// TestMessagesByDefinition compares the likelihood with that of the net, which
// is computed row by row in float64, and the expected counts with its
// derivatives: that of the log-likelihood by the logarithm of a probability is
// the expected number of times that it is used.
func TestMessagesByDefinition(t *testing.T) {
	d := mixed(300, 2, 3, 4, 2, 5)
	l := learner(t, d)
	// A chain with a branch, and a root of its own.
	h := l.newHidden(newTree([]int{-1, 0, 1, 1, -1}, []int{0, 1, 2, 3, 4}), 16, 1, rng.New(4))
	p := newPass(h)
	for range 3 {
		if err := p.expect(t.Context(), all(t, h, d)); err != nil {
			t.Fatal(err)
		}
		h.maximise(p.total(), 1, 1)
	}
	if err := p.expect(t.Context(), all(t, h, d)); err != nil {
		t.Fatal(err)
	}
	net, err := h.net()
	if err != nil {
		t.Fatal(err)
	}
	total := func() float64 {
		dst := make([]float64, d.N)
		net.LogProb(dst, d.Codes, new(Scratch))
		sum := 0.0
		for i, x := range dst {
			sum += d.Weight[i] * x
		}
		return sum
	}
	within := func(what string, got, want, tol float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol*(1+math.Abs(want))) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	want := total()
	within("log-likelihood", p.total().logP, want, 1e-5)
	for z := 0; z < len(net.Nodes); z += 2 { // a latent node, and then its field
		for _, j := range []int{z, z + 1} {
			n := &net.Nodes[j]
			for at := range n.P {
				const step = 1e-6
				was := n.P[at]
				move := func(by float64) float64 {
					n.P[at] = was * (1 + by)
					return total()
				}
				want := (move(step) - move(-step)) / (2 * step)
				n.P[at] = was
				var got float64
				field := net.Nodes[z+1].Field
				switch {
				case j == z+1:
					got = float64(p.total().emit[field][at%n.States*h.k+at/n.States])
				case n.Parent < 0:
					got = float64(p.total().move[field][at])
				default:
					got = float64(p.total().move[field][at] * h.move[field][at])
				}
				within("an expected count", got, want, 1e-3)
			}
		}
	}
}

// TestHiddenTreeOfManyFields: no message comes to nothing with 1,556 fields in
// one subtree, neither in a chain nor around a hub.
func TestHiddenTreeOfManyFields(t *testing.T) {
	const fields = 1556
	sizes := make([]int, fields)
	for j := range sizes {
		sizes[j] = 2
	}
	d := mixed(40, sizes...)
	l := learner(t, d)
	for name, parentOf := range map[string]func(j int) int{
		"chain": func(j int) int { return j - 1 },
		"hub":   func(j int) int { return min(j-1, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			parent, order := make([]int, fields), make([]int, fields)
			for j := range fields {
				parent[j], order[j] = parentOf(j), j
			}
			h := l.newHidden(newTree(parent, order), 16, 1, rng.New(5))
			p := newPass(h)
			rows := all(t, h, d)
			for range 4 {
				if err := p.expect(t.Context(), rows); err != nil {
					t.Fatal(err)
				}
				h.maximise(p.total(), 1, 1)
			}
			got, err := p.mean(t.Context(), rows)
			if err != nil {
				t.Fatal(err)
			}
			net, err := h.net() // an error if any parameter is not a number
			if err != nil {
				t.Fatal(err)
			}
			m, err := NewMixture([]float64{1}, []*Net{net})
			if err != nil {
				t.Fatal(err)
			}
			want, err := m.MeanLogProb(t.Context(), d)
			if err != nil || !(math.Abs(got-want) < 1e-4*math.Abs(want)) || !(want > -fields*math.Ln2) {
				t.Errorf("%v nats a row, the net says %v (%v); even bits have %v", got, want, err, -fields*math.Ln2)
			}
		})
	}
}

// TestPatternsAreTheRows walks from each root down and finds the rows again,
// with their weights.
func TestPatternsAreTheRows(t *testing.T) {
	d := mixed(500, 2, 3, 2, 2, 5)
	tr := newTree([]int{-1, 0, 0, 2, -1}, []int{0, 2, 3, 1, 4})
	blocks, err := tr.batches(t.Context(), d, 3, 16, rng.New(2))
	if err != nil {
		t.Fatal(err)
	}
	got, want := map[[4]int32]float64{}, map[[4]int32]float64{} // of the first tree
	for i := range d.N {
		want[[4]int32{int32(d.Codes[0][i]), int32(d.Codes[1][i]), int32(d.Codes[2][i]), int32(d.Codes[3][i])}] += d.Weight[i]
	}
	total := 0.0
	for _, batch := range blocks {
		for _, b := range batch {
			var row [4]int32
			var walk func(j int, x int32)
			walk = func(j int, x int32) {
				row[j] = b.at[j].code[x]
				for e, c := range tr.children[j] {
					walk(c, b.at[j].child[e][x])
				}
			}
			for x := range b.at[0].n {
				walk(0, int32(x))
				got[row] += float64(b.roots[x])
			}
			for _, w := range b.roots[b.at[0].n:] {
				total += float64(w)
			}
		}
	}
	for row, w := range want {
		if math.Abs(got[row]-w) > 1e-4*w {
			t.Errorf("row %v has weight %v, want %v", row, got[row], w)
		}
	}
	if len(got) != len(want) || math.Abs(total-d.Total()) > 1e-3 {
		t.Errorf("%d kinds of row, want %d; the other root has weight %v, want %v", len(got), len(want), total, d.Total())
	}
}

// TestWeights: EM over weights comes to those that the rows were drawn with.
func TestWeights(t *testing.T) {
	const n = 4000
	d := mixed(n, 2)
	d.Weight = nil
	for i := range n {
		d.Codes[0][i] = 0
		if i%10 == 0 { // 0.3 of p1 and 0.7 of p2
			d.Codes[0][i] = 1
		}
	}
	var of []*Mixture
	for _, p := range []float64{0.24, 0.04} {
		net, err := New([]int{2}, []Node{{Parent: -1, Field: 0, States: 2, P: []float64{1 - p, p}}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewMixture([]float64{1}, []*Net{net})
		if err != nil {
			t.Fatal(err)
		}
		of = append(of, m)
	}
	pool, err := NewPool(t.Context(), d, &Fitted{Mixture: of[0]})
	if err != nil {
		t.Fatal(err)
	}
	if gained, err := pool.Add(t.Context(), &Fitted{Mixture: of[1]}); err != nil || !(gained > 0.01) {
		t.Errorf("the second member gains %v nats a row (%v)", gained, err)
	}
	m, err := pool.Mixture()
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(m.Weight[0]-0.3) > 0.01 {
		t.Errorf("weights %v, want 0.3 and 0.7", m.Weight)
	}
}

// TestImpossibleRow: a row that no member explains says nothing of the weights.
func TestImpossibleRow(t *testing.T) {
	d := mixed(100, 2)
	d.Weight = nil
	var pool *Pool
	for i := range d.N {
		d.Codes[0][i] = uint16(i % 2)
	}
	for _, p := range [][]float64{{.5, .5, 0}, {.9, .1, 0}} {
		net, err := New([]int{3}, []Node{{Parent: -1, Field: 0, States: 3, P: p}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := NewMixture([]float64{1}, []*Net{net})
		if err != nil {
			t.Fatal(err)
		}
		if pool == nil {
			d.Codes[0][7] = 2
			pool, err = NewPool(t.Context(), d, &Fitted{Mixture: m})
		} else if gained, err := pool.Add(t.Context(), &Fitted{Mixture: m}); err != nil || gained != 0 {
			t.Errorf("the second member gains %v (%v)", gained, err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	m, err := pool.Mixture()
	if err != nil || !(m.Weight[0] > .8) {
		t.Errorf("%+v, %v: the first member explains the other rows", m, err)
	}
}
