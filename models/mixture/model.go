package mixture

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/logsum"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a mixture of K components.
type Model struct {
	schema *space.Schema
	fields normal.Fields
	shape  Shape
	weight *dist.Categorical // π [K]
	levels []levels          // of the coded fields

	// Of the d numeric fields, in steps of their grids:
	mean    [][]float64    // μ_c [K][d]
	cov     [][]float64    // Σ_c [K][d × d], or [K][d] where diagonal
	missing [][]float64    // [K][d] probability of a missing value
	order   []int          // of the chain: known values, ranges, free reals, free grids
	known   []normal.Known // [d] what evidence says

	// What Describe reports: the rows of each component, and Λ.
	rows   []float64 // [K]
	spread []float64 // [d]

	chains   []*normal.Chain // [K] of all fields
	evidence [][]float64     // [K][d] log-probability of what is known of the field
}

// levels is the distribution of one coded field given the component.
type levels struct {
	book  *dist.Codebook
	given []*dist.Categorical // [K] p(code | c)
}

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
	_ mimic.Classifier   = (*Model)(nil)
	_ mimic.FieldDensity = (*Model)(nil)
)

// newModel returns the model of a fit, in positions. Of the variance on a grid
// the part that EM added for the cell is taken off again, for a mass has its own;
// what is left is widened by what few rows leave open.
func newModel(f *mixtureFit, t *theta) (m *Model, err error) {
	m = &Model{schema: f.schema, fields: f.fields, shape: t.shape, order: f.fields.Order(), known: make([]normal.Known, t.d), rows: t.rows}
	if m.weight, err = dist.NewCategorical(t.weight); err != nil {
		return nil, err
	}
	for e, p := range t.levels {
		l := levels{book: f.books[e]}
		for c := range t.k {
			own := make([]float64, len(p)/t.k)
			for code := range own {
				own[code] = p[code*t.k+c]
			}
			given, err := dist.NewCategorical(own)
			if err != nil {
				return nil, err
			}
			l.given = append(l.given, given)
		}
		m.levels = append(m.levels, l)
	}
	scale := t.base.scale
	for j := range t.d {
		m.spread = append(m.spread, t.spread(j)*scale[j]*scale[j])
	}
	for c := range t.k {
		mean, cov := slices.Clone(t.mean[c*t.d:(c+1)*t.d]), slices.Clone(t.cov[c])
		wide := t.widening(c)
		for j := range mean {
			mean[j] = t.base.center[j] + scale[j]*mean[j]
			cov[t.diagonal(j)] -= t.base.cell[j]
		}
		for i := range cov {
			if t.shape.diagonal() {
				cov[i] *= scale[i] * scale[i] * wide
			} else {
				cov[i] *= scale[i/t.d] * scale[i%t.d] * wide
			}
		}
		m.mean, m.cov = append(m.mean, mean), append(m.cov, cov)
		m.missing = append(m.missing, slices.Clone(t.missing[c*t.d:(c+1)*t.d]))
		m.regularise(c)
	}
	m.index()
	return m, nil
}

// variances returns the variances [d] of component c.
func (m *Model) variances(c int) []float64 {
	if m.shape.diagonal() {
		return m.cov[c]
	}
	return normal.Diagonal(m.cov[c], len(m.known))
}

// chain returns the chain of some fields in component c, whose variances are
// raised to least.
func (m *Model) chain(c int, order []int, least, raise []float64) *normal.Chain {
	if m.shape.diagonal() {
		return normal.NewDiagonal(order, m.cov[c], least, raise)
	}
	return normal.NewChain(order, m.cov[c], least, raise)
}

// regularise raises the variances of component c until each is at its floor given
// the fields before it in the chain.
func (m *Model) regularise(c int) {
	raise := make([]float64, len(m.order))
	own := slices.Clone(m.variances(c))
	for j := range own {
		own[j] = max(own[j], 0)
	}
	m.chain(c, m.order, m.fields.Floors(m.schema, own), raise)
	for i, k := range m.order {
		if m.shape.diagonal() {
			m.cov[c][k] += raise[i]
		} else {
			m.cov[c][k*len(m.order)+k] += raise[i]
		}
	}
}

// rounding returns floors for component c far below those that θ keeps, against
// rounding alone.
func (m *Model) rounding(c int) []float64 {
	least := m.fields.Floors(m.schema, m.variances(c))
	for k := range least {
		least[k] *= 1e-3
	}
	return least
}

// index prepares what is computed from θ.
func (m *Model) index() {
	m.chains, m.evidence = nil, nil
	for c := range m.mean {
		m.chains = append(m.chains, m.chain(c, m.order, m.rounding(c), nil))
		m.evidence = append(m.evidence, nil)
		m.evidence[c] = m.law(c).LogEvidence(m.chains[c])
	}
}

// Kind returns "mixture".
func (m *Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Components returns K.
func (m *Model) Components() int { return len(m.mean) }

// Covariance returns the shape of the covariances.
func (m *Model) Covariance() Shape { return m.shape }

// Parameters returns the number of free parameters.
func (m *Model) Parameters() int64 {
	k, d := int64(len(m.mean)), int64(len(m.known))
	n := k - 1 + k*d
	switch m.shape {
	case Full:
		n += k * d * (d + 1) / 2
	case Tied:
		n += d * (d + 1) / 2
	case Diag:
		n += k * d
	case Spherical:
		n += k
	}
	for _, missing := range m.missing {
		for _, p := range missing {
			if p > 0 {
				n++
			}
		}
	}
	for _, l := range m.levels {
		n += k * int64(l.book.Codes()-1)
	}
	return n
}

// rowsAtOnce is the number of rows that are scored or sampled at a time.
const rowsAtOnce = 512

// LogProb sets dst [n rows] to log p(x).
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	w := newWorkspace(m, b.N)
	for lo := 0; lo < b.N; lo += rowsAtOnce {
		n := min(rowsAtOnce, b.N-lo)
		m.joint(w, b, lo, n, -1)
		logsum.Columns(dst[lo:lo+n], w.score)
		for i, odd := range w.impossible[:n] {
			if odd {
				dst[lo+i] = math.Inf(-1)
			}
		}
	}
	return nil
}

// joint sets the scores of the workspace to log π_c·p(x | c) of rows lo … lo+n-1
// of b, leaving coded field but out, and marks rows outside the sample space.
func (m *Model) joint(w *workspace, b *table.Batch, lo, n, but int) {
	m.begin(w, n)
	for e, j := range m.fields.Coded {
		if j != but {
			m.addLevels(w, b, lo, n, e)
		}
	}
	if len(m.known) == 0 {
		return
	}
	for k := range m.known {
		m.logPresence(w.score, w, b, lo, n, k)
	}
	w.patterns.Group(w.x, n, func(pattern int, rows []int) {
		for c := range m.mean {
			m.law(c).LogDensity(w.score[c], w.chainOf(c, pattern, rows[0]), w.x, rows, &w.scratch)
		}
	})
}

// begin sets the scores of n rows to log π_c; none of them is impossible so far.
func (m *Model) begin(w *workspace, n int) {
	clear(w.impossible[:n])
	for c, l := range m.weight.LogP() {
		score := w.score[c][:n]
		for i := range score {
			score[i] = l
		}
	}
}

// addLevels adds the log-probability of coded field e to the scores.
func (m *Model) addLevels(w *workspace, b *table.Batch, lo, n, e int) {
	codes := w.codes[:n]
	m.levels[e].book.Encode(codes, b.Cols[m.fields.Coded[e]].Slice(lo, lo+n))
	for i, code := range codes {
		if code == dist.Outside {
			w.impossible[i], codes[i] = true, 0
		}
	}
	for c, given := range m.levels[e].given {
		score, logp := w.score[c][:n], given.LogP()
		for i, code := range codes {
			score[i] += logp[code]
		}
	}
}

// logPresence reads the positions of number k and adds to dst [K][rows] the
// log-probability that it is there, or is missing. A number that the field cannot take
// marks its row, and is moved to a mean.
func (m *Model) logPresence(dst [][]float64, w *workspace, b *table.Batch, lo, n, k int) {
	positions, numbers := w.x[k][:n], b.Cols[m.fields.Numeric[k]].Num[lo:lo+n]
	m.fields.Positions(positions, b, k, lo)
	g, known := m.fields.Grids[k], &m.known[k]
	for i, p := range positions {
		if p == p && (math.IsInf(p, 0) || g.Value(p) != numbers[i] || !known.Admits(p)) {
			w.impossible[i] = true
			positions[i] = m.mean[0][k]
		}
	}
	for c := range m.mean {
		score := dst[c]
		there, missing := math.Log1p(-m.missing[c][k]), math.Log(m.missing[c][k])
		for i, p := range positions {
			if p != p {
				score[i] += missing
			} else {
				score[i] += there
			}
		}
	}
}

// law returns component c of the numbers.
func (m *Model) law(c int) *normal.Law {
	return &normal.Law{Grids: m.fields.Grids, Mean: m.mean[c], Known: m.known, Evidence: m.evidence[c]}
}

// workspace is what some rows are worked on with.
type workspace struct {
	model      *Model
	score      [][]float64 // [K][rows]
	impossible []bool
	codes      []uint16
	x          [][]float64 // [d][rows] positions, or draws; NaN where missing
	scratch    normal.Scratch
	patterns   normal.Patterns
	chains     []map[int]*normal.Chain // [K] of a pattern
}

func newWorkspace(m *Model, rows int) *workspace {
	n := min(rows, rowsAtOnce)
	w := &workspace{
		model: m, impossible: make([]bool, n), codes: make([]uint16, n),
		score: columns(len(m.mean), n), x: columns(len(m.known), n),
		scratch: normal.Scratch{Z: columns(len(m.known), n), Mean: make([]float64, n)},
		chains:  make([]map[int]*normal.Chain, len(m.mean)),
	}
	for c := range w.chains {
		w.chains[c] = map[int]*normal.Chain{}
	}
	return w
}

// columns returns d columns of n numbers.
func columns(d, n int) [][]float64 {
	flat := make([]float64, d*n)
	cols := make([][]float64, d)
	for j := range cols {
		cols[j] = flat[j*n : (j+1)*n : (j+1)*n]
	}
	return cols
}

// chainOf returns the chain of component c for the numbers that row i has, which
// are those of a pattern.
func (w *workspace) chainOf(c, pattern, i int) *normal.Chain {
	m := w.model
	chain := w.chains[c][pattern]
	if chain == nil {
		order := slices.DeleteFunc(slices.Clone(m.order), func(k int) bool { return w.x[k][i] != w.x[k][i] })
		chain = m.chains[c]
		if len(order) < len(m.order) {
			chain = m.chain(c, order, m.rounding(c), nil)
		}
		w.chains[c][pattern] = chain
	}
	return chain
}
