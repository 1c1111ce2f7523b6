package gaussian

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Model is a normal distribution of the numbers and independent levels.
type Model struct {
	schema *space.Schema
	fields normal.Fields
	levels []dist.Column // of the coded fields

	// Of the d numeric fields, in steps of their grids:
	mean    []float64      // μ [d]
	cov     []float64      // Σ [d × d], in full
	missing []float64      // probability of a missing value [d]
	order   []int          // of the chain: known fields, free reals, free grids
	known   []normal.Known // [d] what evidence says: a value, or nothing

	all *normal.Chain // of all fields
}

var (
	_ mimic.Density      = (*Model)(nil)
	_ mimic.Sampler      = (*Model)(nil)
	_ mimic.Conditioner  = (*Model)(nil)
	_ mimic.Marginalizer = (*Model)(nil)
	_ mimic.Describer    = (*Model)(nil)
	_ mimic.FieldDensity = (*Model)(nil)
)

// regularise raises variances until each is at its floor given the fields before
// it in the chain.
func (m *Model) regularise() {
	d := len(m.mean)
	raise := make([]float64, d)
	normal.NewChain(m.order, m.cov, m.fields.Floors(m.schema, normal.Diagonal(m.cov, len(m.mean))), raise)
	for i, k := range m.order {
		m.cov[k*d+k] += raise[i]
	}
}

// index prepares what is computed from θ.
func (m *Model) index() { m.all = m.chainOf(m.order) }

// chainOf returns the chain of some fields.
func (m *Model) chainOf(order []int) *normal.Chain {
	return normal.NewChain(order, m.cov, m.rounding(), nil)
}

// rounding returns floors far below those that θ keeps, against rounding alone.
func (m *Model) rounding() []float64 {
	least := m.fields.Floors(m.schema, normal.Diagonal(m.cov, len(m.mean)))
	for k := range least {
		least[k] *= 1e-3
	}
	return least
}

// Kind returns "gaussian".
func (m *Model) Kind() string { return Kind }

// Schema returns the sample space.
func (m *Model) Schema() *space.Schema { return m.schema }

// Mean returns μ [d] of the numeric fields, each in its own unit.
func (m *Model) Mean() []float64 {
	mean := make([]float64, len(m.mean))
	for k, g := range m.fields.Grids {
		mean[k] = g.Value(m.mean[k])
	}
	return mean
}

// Covariance returns Σ [d × d] of the numeric fields, each in its own unit.
func (m *Model) Covariance() []float64 {
	d := len(m.mean)
	cov := make([]float64, d*d)
	for i, g := range m.fields.Grids {
		for k, h := range m.fields.Grids {
			cov[i*d+k] = h.Value(g.Value(m.cov[i*d+k]))
		}
	}
	return cov
}

// Parameters returns the number of free parameters.
func (m *Model) Parameters() int64 {
	d := int64(len(m.mean))
	n := d + d*(d+1)/2
	for _, p := range m.missing {
		if p > 0 {
			n++
		}
	}
	for _, c := range m.levels {
		n += int64(c.Book.Codes()) - 1
	}
	return n
}

// chunk is the number of rows that are worked on at a time.
const chunk = 512

// LogProb sets dst [n rows] to log p(x).
func (m *Model) LogProb(dst []float64, b *table.Batch) error {
	clear(dst)
	for i, j := range m.fields.Coded {
		m.levels[i].LogProb(dst, b.Cols[j])
	}
	if len(m.mean) == 0 {
		return nil
	}
	w := newWorkspace(m, b.N)
	for lo := 0; lo < b.N; lo += chunk {
		n := min(chunk, b.N-lo)
		for k := range m.mean {
			col := w.x[k][:n]
			m.fields.Positions(col, b, k, lo)
			m.logPresence(dst[lo:lo+n], col, b.Cols[m.fields.Numeric[k]].Num[lo:lo+n], k)
		}
		w.group(n, func(_ int, c *normal.Chain, rows []int) {
			m.law().LogDensity(dst[lo:lo+n], c, w.x, rows, &w.scratch)
		})
	}
	return nil
}

// LogProbFields sets dst [fields][n rows] to what each field adds to LogProb: log p of a
// level, and of a number given those before it in the chain.
func (m *Model) LogProbFields(dst [][]float64, b *table.Batch) error {
	if len(dst) != len(m.schema.Fields) || len(b.Cols) != len(dst) {
		return fmt.Errorf("%d columns and a batch of %d for %d fields", len(dst), len(b.Cols), len(m.schema.Fields))
	}
	for j := range dst {
		clear(dst[j][:b.N])
	}
	for i, j := range m.fields.Coded {
		m.levels[i].LogProb(dst[j][:b.N], b.Cols[j])
	}
	w, parts := newWorkspace(m, b.N), make([][]float64, len(m.mean))
	for lo := 0; lo < b.N; lo += chunk {
		n := min(chunk, b.N-lo)
		for k, j := range m.fields.Numeric {
			parts[k] = dst[j][lo : lo+n]
			m.fields.Positions(w.x[k][:n], b, k, lo)
			m.logPresence(parts[k], w.x[k][:n], b.Cols[j].Num[lo:lo+n], k)
		}
		w.group(n, func(_ int, c *normal.Chain, rows []int) {
			m.law().LogDensities(parts, c, w.x, rows, &w.scratch)
		})
	}
	return nil
}

// logPresence adds the log-probability that numeric field k is there, or is
// missing. A number that the field cannot take has none; to keep it from
// spoiling others it is moved to the mean.
func (m *Model) logPresence(dst, positions, numbers []float64, k int) {
	there, missing := math.Log1p(-m.missing[k]), math.Log(m.missing[k])
	g := m.fields.Grids[k]
	for i, p := range positions {
		switch {
		case p != p:
			dst[i] += missing
		case math.IsInf(p, 0) || g.Value(p) != numbers[i] || !m.known[k].Admits(p):
			dst[i] = math.Inf(-1)
			positions[i] = m.mean[k]
		default:
			dst[i] += there
		}
	}
}

// law returns the law of the numbers.
func (m *Model) law() *normal.Law {
	return &normal.Law{Grids: m.fields.Grids, Mean: m.mean, Known: m.known}
}

// Sample draws the number of field j in row r from word r of child j of the key:
// whether it is missing, then where it lies.
func (m *Model) Sample(dst *table.Batch, key rng.Key) error {
	m.draw(dst, key, nil)
	return nil
}

// draw is Sample. If weights is not nil, it draws the numbers instead, and weighs them.
func (m *Model) draw(dst *table.Batch, key rng.Key, weights *weights) {
	var u [chunk]float64
	for i, j := range m.fields.Coded {
		child := key.Child(uint64(j))
		for lo := 0; lo < dst.N; lo += chunk {
			hi := min(lo+chunk, dst.N)
			child.Float64s(u[:hi-lo], dst.First+int64(lo))
			col := dst.Cols[j].Slice(lo, hi)
			m.levels[i].Sample(&col, u[:hi-lo])
		}
	}
	if len(m.mean) == 0 {
		return
	}
	w := newWorkspace(m, dst.N)
	for lo := 0; lo < dst.N; lo += chunk {
		n := min(chunk, dst.N-lo)
		for k, j := range m.fields.Numeric {
			key.Child(uint64(j)).Float64s(w.x[k][:n], dst.First+int64(lo))
			presence(w.x[k][:n], m.missing[k])
		}
		w.group(n, func(pattern int, c *normal.Chain, rows []int) {
			if weights == nil {
				m.law().Draw(w.x, c, rows, &w.scratch, nil)
			} else {
				weights.numbers(w, pattern, c, rows, lo)
			}
		})
		for k, j := range m.fields.Numeric {
			g := m.fields.Grids[k]
			col := dst.Cols[j].Num[lo : lo+n]
			for i, p := range w.x[k][:n] {
				col[i] = g.Value(p) + 0 // a NaN stays one, -0 does not
			}
		}
	}
}

// presence turns uniform draws into NaN with the probability missing, and into others
// from (0, 1) else.
func presence(u []float64, missing float64) {
	for i, v := range u {
		if v < missing {
			u[i] = table.NoNumber
		} else {
			u[i] = min(max((v-missing)/(1-missing), 1e-300), 1-1.0/(1<<53))
		}
	}
}

// Describe returns the mean and the standard deviation of each number, and the
// correlations between them.
func (m *Model) Describe() []mimic.Description {
	d := len(m.mean)
	if d == 0 {
		return nil
	}
	const most = 12 // fields whose correlations fit on a page
	mean := mimic.Description{Title: "The normal distribution", Head: []string{"field", "mean", "standard deviation"}}
	correlation := mimic.Description{Title: "Correlations", Head: []string{""}}
	means, cov := m.Mean(), m.Covariance()
	for k, j := range m.fields.Numeric {
		f, at := &m.schema.Fields[j], strconv.FormatFloat(means[k], 'g', 5, 64)
		if f.Kind == space.Datetime || f.Kind == space.Duration {
			at = string(f.AppendNum(nil, math.Round(means[k])))
		}
		mean.Rows = append(mean.Rows, []string{f.Name, at, strconv.FormatFloat(math.Sqrt(cov[k*d+k]), 'g', 4, 64)})
		if k >= most {
			continue
		}
		correlation.Head = append(correlation.Head, f.Name)
		row := []string{f.Name}
		for i := range min(d, most) {
			row = append(row, strconv.FormatFloat(cov[k*d+i]/math.Sqrt(cov[k*d+k]*cov[i*d+i]), 'f', 2, 64))
		}
		correlation.Rows = append(correlation.Rows, row)
	}
	return []mimic.Description{mean, correlation}
}

// workspace is what a chunk of rows is worked on with.
type workspace struct {
	model   *Model
	x       [][]float64 // [d][chunk] positions, or draws; NaN where missing
	scratch normal.Scratch

	patterns normal.Patterns
	chains   map[int]*normal.Chain // of a pattern
}

func newWorkspace(m *Model, rows int) *workspace {
	d, n := len(m.mean), min(rows, chunk)
	w := &workspace{model: m, scratch: normal.Scratch{Mean: make([]float64, n)}, chains: map[int]*normal.Chain{}}
	flat := make([]float64, 2*d*n)
	for range d {
		w.x = append(w.x, flat[:n:n])
		w.scratch.Z = append(w.scratch.Z, flat[n:2*n:2*n])
		flat = flat[2*n:]
	}
	return w
}

// group calls do for each pattern of missing numbers among the first n rows,
// with its chain, which is made once, and its rows.
func (w *workspace) group(n int, do func(pattern int, c *normal.Chain, rows []int)) {
	w.patterns.Group(w.x, n, func(pattern int, rows []int) { do(pattern, w.chainOf(pattern, rows[0]), rows) })
}

// chainOf returns the chain of the numbers that row i has, which are those of a
// pattern.
func (w *workspace) chainOf(pattern, i int) *normal.Chain {
	c := w.chains[pattern]
	if c == nil {
		m := w.model
		order := slices.DeleteFunc(slices.Clone(m.order), func(k int) bool { return w.x[k][i] != w.x[k][i] })
		c = m.all
		if len(order) < len(m.order) {
			c = m.chainOf(order)
		}
		w.chains[pattern] = c
	}
	return c
}
