package gaussian

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// gaussFit is one pass for the levels, the missing and the moments, and as many
// passes of EM as rows with missing numbers ask for.
type gaussFit struct {
	schema *space.Schema
	rows   int64
	fields normal.Fields

	model      *Model  // after the first pass
	done       bool    // θ is final
	iterations int     // of EM so far
	last       float64 // log-likelihood per row before the latest M-step
}

const (
	maxIterations = 200
	emGain        = 1e-7 // nats per row and iteration at which EM stops
)

func (f *gaussFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, !f.done }

func (f *gaussFit) NewStats() mimic.Stats {
	if f.model == nil {
		return newFirstStats(f)
	}
	d := len(f.fields.Numeric)
	return &emStats{model: f.model, first: make([]float64, d), second: make([]float64, d*d)}
}

func (f *gaussFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *gaussFit) Step(_ context.Context, total mimic.Stats) error {
	if f.model == nil {
		return f.start(total.(*firstStats))
	}
	e := total.(*emStats)
	likelihood := e.logProb / e.rows
	if f.iterations > 0 && likelihood-f.last < emGain || f.iterations == maxIterations {
		f.finish()
		return nil
	}
	f.last = likelihood
	f.iterations++
	f.model.maximise(e)
	return nil
}

// start makes a model of the first pass: the maximum of the likelihood if no
// number is missing, else where EM starts.
func (f *gaussFit) start(s *firstStats) error {
	d := len(f.fields.Numeric)
	m := &Model{
		schema: f.schema, fields: f.fields,
		mean: make([]float64, d), cov: make([]float64, d*d), missing: make([]float64, d),
		order: f.fields.Order(), known: make([]normal.Known, d),
	}
	for i, j := range f.fields.Coded {
		book, counts, err := s.levels[i].Codebook()
		if err != nil {
			return err
		}
		even := dist.Uniform(len(counts))
		dist.Smooth(counts, counts, even, dist.Strength([][]float64{counts}, even))
		codes, err := dist.NewCategorical(counts)
		if err != nil {
			return fmt.Errorf("field %q: %w", f.schema.Fields[j].Name, err)
		}
		m.levels = append(m.levels, dist.Column{Book: book, Codes: codes})
	}
	for k, j := range f.fields.Numeric {
		field, g := &f.schema.Fields[j], f.fields.Grids[k]
		one := s.each[k]
		if field.Optional() {
			rate := []float64{0, 0}
			dist.Smooth(rate, []float64{one.n, s.rows - one.n}, []float64{0.5, 0.5}, 1)
			m.missing[k] = rate[1]
		}
		if one.n > 0 {
			m.mean[k], m.cov[k*d+k] = one.mean[0], one.co[0]/one.n
			continue
		}
		// No number was seen: as wide as the domain.
		lo, _ := g.Pos(field.Min)
		hi, _ := g.Pos(field.Max)
		m.mean[k] = lo/2 + hi/2
		m.cov[k*d+k] = (hi - lo) * (hi - lo) / 12
	}
	f.model = m
	if s.complete.n == s.rows && s.rows > 0 {
		for i := range d {
			for k := i; k < d; k++ {
				m.cov[i*d+k] = s.complete.co[i*d+k] / s.rows
				m.cov[k*d+i] = m.cov[i*d+k]
			}
		}
		copy(m.mean, s.complete.mean)
		f.finish()
		return nil
	}
	if s.rows == 0 {
		f.finish()
		return nil
	}
	m.regularise()
	m.index()
	return nil
}

func (f *gaussFit) finish() {
	f.model.regularise()
	f.model.index()
	f.done = true
}

// firstStats are the statistics of the first pass.
type firstStats struct {
	fields   normal.Fields
	schema   *space.Schema
	rows     float64
	levels   []*dist.Summary // of the coded fields
	each     []*moments      // of each number, where it is there
	complete *moments        // of the rows that have all numbers
}

func newFirstStats(f *gaussFit) *firstStats {
	s := &firstStats{fields: f.fields, schema: f.schema, complete: newMoments(len(f.fields.Numeric))}
	for _, j := range f.fields.Coded {
		s.levels = append(s.levels, dist.NewSummary(&f.schema.Fields[j]))
	}
	for range f.fields.Numeric {
		s.each = append(s.each, newMoments(1))
	}
	return s
}

func (s *firstStats) Add(b *table.Batch) error {
	for i, j := range s.fields.Coded {
		if err := s.levels[i].Add(b.Cols[j], b.Weight); err != nil {
			return dist.InRow(err, b.First)
		}
	}
	weight := slices.Clone(b.Weight)
	if weight == nil {
		weight = make([]float64, b.N)
		for i := range weight {
			weight[i] = 1
		}
	}
	s.rows += floats.Sum(weight)
	x, err := s.fields.Columns(b)
	if err != nil {
		return err
	}
	complete := make([]bool, b.N)
	for i := range complete {
		complete[i] = weight[i] != 0
	}
	for k, col := range x {
		field := &s.schema.Fields[s.fields.Numeric[k]]
		for i, p := range col {
			if p != p {
				if weight[i] != 0 && !field.Optional() {
					return fmt.Errorf("row %d: field %q: missing, which the schema does not allow; add a marker to its missing list", b.First+int64(i), field.Name)
				}
				complete[i] = false
			}
		}
		present := func(i int) bool { return weight[i] != 0 && col[i] == col[i] }
		s.each[k].add([][]float64{pick(col, present)}, pick(weight, present))
	}
	isComplete := func(i int) bool { return complete[i] }
	for k := range x {
		x[k] = pick(x[k], isComplete)
	}
	s.complete.add(x, pick(weight, isComplete))
	return nil
}

// pick returns the elements of which keep says so.
func pick(x []float64, keep func(i int) bool) []float64 {
	kept := make([]float64, 0, len(x))
	for i, v := range x {
		if keep(i) {
			kept = append(kept, v)
		}
	}
	return kept
}

func (s *firstStats) Merge(later mimic.Stats) error {
	l := later.(*firstStats)
	s.rows += l.rows
	for i := range s.levels {
		s.levels[i].Merge(l.levels[i])
	}
	for k := range s.each {
		s.each[k].merge(l.each[k])
	}
	s.complete.merge(l.complete)
	return nil
}

// emStats is the E-step under a model: sums over rows of what is expected of
// x - μ given what the row has.
type emStats struct {
	model   *Model
	rows    float64
	logProb float64   // Σ w·log N(x_there; μ, Σ)
	first   []float64 // Σ w·E[x - μ] [d]
	second  []float64 // Σ w·E[(x - μ)(x - μ)ᵀ] [d × d]
}

func (e *emStats) Add(b *table.Batch) error {
	m := e.model
	d := len(m.mean)
	w := newWorkspace(m, b.N)
	for lo := 0; lo < b.N; lo += chunk {
		n := min(chunk, b.N-lo)
		for k := range m.mean {
			m.fields.Positions(w.x[k][:n], b, k, lo)
		}
		w.group(n, func(_ int, c *normal.Chain, rows []int) {
			weight := make([]float64, len(rows))
			for i, row := range rows {
				weight[i] = b.WeightOf(lo + row)
			}
			total := floats.Sum(weight)
			e.rows += total
			gone := normal.Absent(d, c.Order)
			fill := normal.Regress(m.cov, d, c, gone)
			e.expect(w, c, gone, fill, rows, weight)
			for i, a := range gone {
				for k, b := range gone {
					e.second[a*d+b] += total * fill.Rest[i*len(gone)+k]
				}
			}
		})
	}
	return nil
}

// expect adds rows of one pattern: what they have, and the regression of what
// they have not.
func (e *emStats) expect(w *workspace, c *normal.Chain, gone []int, fill normal.Regression, rows []int, weight []float64) {
	m := e.model
	d := len(m.mean)
	dev := make([][]float64, d) // E[x - μ] of the rows
	for i, k := range c.Order {
		mean, z := w.scratch.Mean[:len(rows)], w.scratch.Z[i][:len(rows)]
		c.Means(mean, i, m.mean[k], w.scratch.Z)
		_, s := c.Coefficients(i)
		dev[k] = make([]float64, len(rows))
		for r, row := range rows {
			dev[k][r] = w.x[k][row] - m.mean[k]
			z[r] = (w.x[k][row] - mean[r]) / s
			e.logProb += weight[r] * (dist.NormalLogDensity(z[r]) - math.Log(s))
		}
	}
	for i, k := range gone {
		dev[k] = make([]float64, len(rows))
		for r, a := range c.Order {
			floats.AddScaled(dev[k], fill.Beta[i*len(c.Order)+r], dev[a])
		}
	}
	weighted := make([]float64, len(rows))
	for a := range d {
		floats.MulTo(weighted, weight, dev[a])
		e.first[a] += floats.Sum(weighted)
		for b := a; b < d; b++ {
			v := floats.Dot(weighted, dev[b])
			e.second[a*d+b] += v
			if a != b {
				e.second[b*d+a] += v
			}
		}
	}
}

func (e *emStats) Merge(later mimic.Stats) error {
	l := later.(*emStats)
	e.rows += l.rows
	e.logProb += l.logProb
	floats.Add(e.first, l.first)
	floats.Add(e.second, l.second)
	return nil
}

// maximise is the M-step. Moments are taken about the old mean, which is near
// the new one, so that nothing cancels.
func (m *Model) maximise(e *emStats) {
	d := len(m.mean)
	shift := make([]float64, d)
	for k := range shift {
		shift[k] = e.first[k] / e.rows
		m.mean[k] += shift[k]
	}
	for i := range d {
		for k := range d {
			m.cov[i*d+k] = e.second[i*d+k]/e.rows - shift[i]*shift[k]
		}
	}
	m.regularise()
	m.index()
}
