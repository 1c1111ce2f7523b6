package naivebayes

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// rowSet is rows of codes, as EM reads them.
type rowSet struct {
	d      int
	codes  []uint16  // [n × d]
	weight []float64 // [n]
}

func (s *rowSet) n() int { return len(s.weight) }

// mixture is a latent class model in the making, over codes alone:
//
//	p(c) = Σ_y π_y ∏_j θ_{j,c_j,y}.
//
// EM maximises the log-likelihood of the rows plus a log-prior, that of a_j rows
// of the code distribution q_j in each class and of one row spread over the
// classes: the sum F never falls.
//
//	F = Σ_rows w·log p(c) + Σ_j Σ_y Σ_k a_j·q_jk·log θ_jky + Σ_y 1/K·log π_y
type mixture struct {
	coded    *coded
	classes  int
	offset   []int     // [fields] codes before the field's
	strength []float64 // [fields] a_j
	prior    []float64 // [classes] log π
	logp     []float64 // [codes × classes] log θ, at (offset_j + k)·classes + y
}

// firstStrength is a_j until EM has run with it for a while.
const firstStrength = 5

// newMixture returns the mixture of one class: independent fields.
func newMixture(c *coded) *mixture {
	m := &mixture{coded: c, classes: 1, prior: []float64{0}}
	for _, q := range c.p {
		m.offset = append(m.offset, len(m.logp))
		m.strength = append(m.strength, firstStrength)
		for _, p := range q {
			m.logp = append(m.logp, math.Log(p))
		}
	}
	return m
}

// spread is the standard deviation of the log of the factor by which the codes'
// probabilities differ between the halves of a class that is split.
const spread = 0.3

// grown returns a mixture of n classes, at most twice as many as m has: the most
// probable classes are split in two halves that differ at random.
func (m *mixture) grown(n int, key rng.Key) *mixture {
	order := byProbability(m.prior)
	split := order[:n-m.classes]
	from := make([]int, 0, n) // class of m that each class comes from
	sign := make([]float64, n)
	prior := make([]float64, 0, n)
	for y := range m.classes {
		from = append(from, y)
		prior = append(prior, m.prior[y])
	}
	for _, y := range split {
		sign[y], sign[len(from)] = 1, -1
		prior[y] -= math.Ln2
		prior = append(prior, prior[y])
		from = append(from, y)
	}
	g := &mixture{
		coded: m.coded, classes: n, offset: m.offset, prior: prior,
		strength: slices.Clone(m.strength),
		logp:     make([]float64, len(m.logp)/m.classes*n),
	}
	u := make([]float64, len(m.logp))
	key.Float64s(u, 0)
	for cell := range len(m.logp) / m.classes {
		for y, old := range from {
			at := cell*m.classes + old
			g.logp[cell*n+y] = m.logp[at] + sign[y]*spread*dist.NormalQuantile(u[at])
		}
	}
	scores := make([]float64, 0, 64)
	for j := range g.offset {
		for y := range n {
			scores = scores[:0]
			for k := range g.coded.p[j] {
				scores = append(scores, g.logp[g.at(j, k)+y])
			}
			norm := logsum.Of(scores)
			for k := range g.coded.p[j] {
				g.logp[g.at(j, k)+y] -= norm
			}
		}
	}
	return g
}

// at returns where in logp the classes of code k of field j start.
func (m *mixture) at(j, k int) int { return (m.offset[j] + k) * m.classes }

const (
	settleIterations = 5
	maxIterations    = 200
)

// fit runs EM until an iteration gains less than gain nats per row, or the time
// has come to end. After a few
// iterations it takes stock of how much the classes differ in each field, and
// sets the strengths of smoothing by it, once: from there on F rises again.
func (m *mixture) fit(ctx context.Context, rows *rowSet, gain float64) error {
	last := math.Inf(-1)
	for i := 0; i < maxIterations && rows.n() > 0; i++ {
		e, err := m.expect(ctx, rows, true)
		if err != nil {
			return err
		}
		f := (e.logProb + m.logPrior()) / e.rows
		switch {
		case i < settleIterations:
		case i == settleIterations:
			m.strengthen(e)
			f = math.Inf(-1)
		case f-last < gain:
			return nil
		}
		last = f
		m.maximise(e)
		if pace.Past(ctx) {
			return nil
		}
	}
	return nil
}

// logPrior returns F without the rows.
func (m *mixture) logPrior() (l float64) {
	for j, q := range m.coded.p {
		for k, v := range q {
			l += m.strength[j] * v * sum(m.logp[m.at(j, k):][:m.classes])
		}
	}
	return l + sum(m.prior)/float64(m.classes)
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

// expected is what the E-step gives.
type expected struct {
	rows    float64   // weight of all rows
	logProb float64   // Σ w·log p(c)
	class   []float64 // [classes] expected rows
	code    []float64 // [codes × classes] expected rows, as logp
}

// expect runs the E-step over rows: a fixed number of parts of them in parallel,
// summed in order, so that the bits do not depend on the workers. Without
// collect only logProb is found.
func (m *mixture) expect(ctx context.Context, rows *rowSet, collect bool) (*expected, error) {
	const parts = 16
	all := make([]expected, parts)
	err := par.Do(ctx, parts, func(p int) error {
		e := &all[p]
		e.class = make([]float64, m.classes)
		if collect {
			e.code = make([]float64, len(m.logp))
		}
		n := rows.n()
		m.expectRows(e, rows, p*n/parts, (p+1)*n/parts)
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := &all[0]
	for p := 1; p < parts; p++ {
		e := &all[p]
		total.rows += e.rows
		total.logProb += e.logProb
		addTo(total.class, e.class)
		addTo(total.code, e.code)
	}
	return total, nil
}

// unlikely is the log of the share of a row below which EM gives it to no class.
const unlikely = -20

// expectRows adds rows [lo, hi) to e.
func (m *mixture) expectRows(e *expected, rows *rowSet, lo, hi int) {
	n, d := m.classes, rows.d
	share := make([]float64, n)
	active := make([]int, 0, n)
	for i := lo; i < hi; i++ {
		row := rows.codes[i*d : (i+1)*d]
		copy(share, m.prior)
		j := 0
		for ; j+4 <= d; j += 4 {
			addFour(share,
				m.logp[m.at(j, int(row[j])):], m.logp[m.at(j+1, int(row[j+1])):],
				m.logp[m.at(j+2, int(row[j+2])):], m.logp[m.at(j+3, int(row[j+3])):])
		}
		for ; j < d; j++ {
			addTo(share, m.logp[m.at(j, int(row[j])):])
		}
		top := share[0]
		for _, v := range share[1:] {
			if v > top {
				top = v
			}
		}
		var sum float64
		active = active[:0]
		for y, v := range share {
			if v -= top; v > unlikely {
				share[y] = math.Exp(v)
				sum += share[y]
				active = append(active, y)
			}
		}
		w := rows.weight[i]
		e.rows += w
		e.logProb += w * (top + math.Log(sum))
		if e.code == nil {
			continue
		}
		for _, y := range active {
			r := share[y] * w / sum
			share[y] = r
			e.class[y] += r
		}
		for j, code := range row {
			cell := e.code[m.at(j, int(code)):][:n]
			for _, y := range active {
				cell[y] += share[y]
			}
		}
	}
}

// addFour adds the first len(dst) values of four slices to dst.
func addFour(dst, a, b, c, d []float64) {
	n := len(dst)
	a, b, c, d = a[:n], b[:n], c[:n], d[:n]
	for i := range dst {
		dst[i] += (a[i] + b[i]) + (c[i] + d[i])
	}
}

// maximise is the M-step.
func (m *mixture) maximise(e *expected) {
	for y, n := range e.class {
		m.prior[y] = math.Log((n + 1/float64(m.classes)) / (e.rows + 1))
	}
	for j, q := range m.coded.p {
		a := m.strength[j]
		for k, v := range q {
			at := m.at(j, k)
			for y, n := range e.class {
				m.logp[at+y] = math.Log((e.code[at+y] + a*v) / (n + a))
			}
		}
	}
}

// strengthen sets the strength of smoothing of each field to what leave-one-out
// likelihood would choose if the expected rows of each class were rows.
func (m *mixture) strengthen(e *expected) {
	for j, q := range m.coded.p {
		classes := make([][]float64, m.classes)
		for y := range classes {
			classes[y] = make([]float64, len(q))
			for k := range q {
				classes[y][k] = e.code[m.at(j, k)+y]
			}
		}
		m.strength[j] = dist.Strength(classes, q)
	}
}

// meanLogProb returns the mean of log p(c) over rows.
func (m *mixture) meanLogProb(ctx context.Context, rows *rowSet) (float64, error) {
	e, err := m.expect(ctx, rows, false)
	if err != nil {
		return 0, err
	}
	return e.logProb / e.rows, nil
}

// model returns the mixture as a Model.
func (m *mixture) model(s *space.Schema) (r *Model, err error) {
	r = &Model{schema: s, label: -1}
	prior := make([]float64, m.classes)
	for y, l := range m.prior {
		prior[y] = math.Exp(l)
	}
	if r.prior, err = dist.NewCategorical(prior); err != nil {
		return nil, err
	}
	for j, field := range m.coded.fields {
		given := make([]*dist.Categorical, m.classes)
		for y := range given {
			p := make([]float64, len(m.coded.p[j]))
			for k := range p {
				p[k] = math.Exp(m.logp[m.at(j, k)+y])
			}
			if given[y], err = dist.NewCategorical(p); err != nil {
				return nil, err
			}
		}
		r.features = append(r.features, newFeature(field, m.coded.books[j], given))
	}
	return r, nil
}
