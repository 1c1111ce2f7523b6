// Package predict answers p(y | x) from a generative model, by Bayes' rule over
// the levels of the label y,
//
//	p(y | x) = p(x, y) / Σ_y' p(x, y'),
//
// and measures such answers beside what a constant would do. Any coded field of
// any rung with a density can be the label, not only the one named at the fit.
//
// The levels are those of the field: a missing label is one to be predicted, and
// p(y | x) is given that there is a label. A missing feature is a value like
// any other where its field is Optional. Features that are not known at all are
// summed out, which is exact: columns that the rows do not have, missing cells
// of a field that is never missing, and values outside the sample space.
//
// Cost: rows × levels evaluations of the density, or one where the model is a
// mimic.Classifier.
package predict

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Options of Run.
type Options struct {
	Label string // the field to predict

	// Progress, if set, is told how many rows are predicted. Calls come one at a
	// time.
	Progress func(stage string, done, total int64)
}

// Prediction is p(y | x) of rows.
type Prediction struct {
	Label *space.Field
	// LogP [levels][n rows] holds log p(y | x) in nats; NaN in all levels of a row
	// without a prediction.
	LogP [][]float64

	Absent []string // fields that the rows do not have, summed out
	Summed int64    // rows in which single cells were summed out
	Failed int64    // rows without a prediction
	// Why says of the first of them why: the model cannot sum out what the row
	// does not tell (mimic.ErrUnsupported), or holds it impossible with every
	// level (mimic.ErrImpossible).
	Why error
}

// Run predicts the label of all rows of t, whose columns are those of the
// model's schema, in order. A column without values (a zero table.Column) is one
// that the rows do not have; that of the label is not looked at.
//
// The error wraps mimic.ErrUnsupported where the model has no density, or cannot
// sum out the columns that are not there.
func Run(ctx context.Context, m mimic.Model, t *table.Table, opt Options) (*Prediction, error) {
	s := m.Schema()
	label := s.Index(opt.Label)
	switch {
	case label < 0:
		return nil, fmt.Errorf("the model has no field %q to predict", opt.Label)
	case !s.Fields[label].Kind.Coded():
		return nil, fmt.Errorf("field %q is of kind %v: p(y | x) is over the levels of a field, and it has none; make it a category when the model is fitted, or draw it given the others, as impute does", opt.Label, s.Fields[label].Kind)
	case len(s.Fields[label].Levels) == 0:
		return nil, fmt.Errorf("field %q never had a value: there is nothing to predict", opt.Label)
	case len(t.All().Cols) != len(s.Fields):
		return nil, fmt.Errorf("rows of %d columns for a model of %d fields", len(t.All().Cols), len(s.Fields))
	}
	r := &run{m: m, rows: t.All(), label: label, p: &Prediction{Label: &s.Fields[label]}}
	r.p.LogP = make([][]float64, len(r.p.Label.Levels))
	for y := range r.p.LogP {
		r.p.LogP[y] = make([]float64, t.Rows())
	}
	for _, j := range s.Learned() {
		if c := r.rows.Cols[j]; j != label && c.Num == nil && c.Code == nil && r.rows.N > 0 {
			r.absent = append(r.absent, j)
			r.p.Absent = append(r.p.Absent, s.Fields[j].Name)
		}
	}
	if err := r.all(ctx, opt.Progress); err != nil {
		return nil, fmt.Errorf("predict %q by %s: %w", opt.Label, m.Kind(), err)
	}
	if err := r.rest(ctx); err != nil {
		return nil, fmt.Errorf("predict %q by %s: %w", opt.Label, m.Kind(), err)
	}
	return r.p, nil
}

// run is one call of Run.
type run struct {
	m      mimic.Model
	rows   *table.Batch
	label  int
	absent []int // fields that the rows do not have
	p      *Prediction
}

// all predicts every row from the columns that are there.
func (r *run) all(ctx context.Context, told func(string, int64, int64)) error {
	d, err := r.without(r.absent)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	done := 0
	n := r.rows.N
	return par.Do(ctx, (n+table.BlockRows-1)/table.BlockRows, func(i int) error {
		lo, hi := i*table.BlockRows, min((i+1)*table.BlockRows, n)
		dst := make([][]float64, len(r.p.LogP))
		for y := range dst {
			dst[y] = r.p.LogP[y][lo:hi]
		}
		if err := d.posterior(dst, r.rows.Slice(lo, hi)); err != nil {
			return err
		}
		if told != nil {
			mu.Lock()
			done += hi - lo
			told("predict", int64(done), int64(n))
			mu.Unlock()
		}
		return nil
	})
}

// rest predicts the rows that are impossible with every level from those of
// their cells that are in the sample space: rows of one pattern together.
func (r *run) rest(ctx context.Context) error {
	patterns := map[string][]int{}
	unknown := map[string][]int{}
	for i, v := range r.p.LogP[0] {
		if !math.IsNaN(v) {
			continue
		}
		fields := r.unknown(i)
		if len(fields) == 0 {
			r.fail(i, 1, mimic.ErrImpossible)
			continue
		}
		key := fmt.Sprint(fields)
		unknown[key] = fields
		patterns[key] = append(patterns[key], i)
	}
	keys := make([]string, 0, len(patterns))
	for key := range patterns {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b string) int { return patterns[a][0] - patterns[b][0] })
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.predict(patterns[key], unknown[key]); err != nil {
			return err
		}
	}
	return nil
}

// predict predicts rows whose cells of the given fields are not known.
func (r *run) predict(rows, unknown []int) error {
	without := slices.Concat(r.absent, unknown)
	slices.Sort(without)
	d, err := r.without(without)
	if errors.Is(err, mimic.ErrUnsupported) {
		r.fail(rows[0], len(rows), err)
		return nil
	}
	if err != nil {
		return err
	}
	dst := make([][]float64, len(r.p.LogP))
	for y := range dst {
		dst[y] = make([]float64, len(rows))
	}
	if err := d.posterior(dst, table.New(r.rows).Select(rows).All()); err != nil {
		return err
	}
	for i, row := range rows {
		if math.IsNaN(dst[0][i]) {
			r.fail(row, 1, mimic.ErrImpossible)
			continue
		}
		r.p.Summed++
		for y := range dst {
			r.p.LogP[y][row] = dst[y][i]
		}
	}
	return nil
}

// fail notes that rows have no prediction.
func (r *run) fail(row, rows int, why error) {
	r.p.Failed += int64(rows)
	if r.p.Why == nil {
		r.p.Why = fmt.Errorf("row %d: %w", row, why)
	}
}

// unknown returns the fields, but the label, whose value in row i is not in the
// sample space.
func (r *run) unknown(i int) (fields []int) {
	for _, j := range r.m.Schema().Learned() {
		if j != r.label && !slices.Contains(r.absent, j) && !r.rows.Cols[j].Within(&r.m.Schema().Fields[j], i) {
			fields = append(fields, j)
		}
	}
	return fields
}

// density is a density over some of the columns.
type density struct {
	mimic.Density
	schema *space.Schema
	fields []int // [d] positions of the columns in the rows
	label  int   // position of the label in schema
}

// without returns the density of all fields but the given ones.
func (r *run) without(fields []int) (*density, error) {
	s := r.m.Schema()
	d := &density{schema: s, label: r.label}
	m := r.m
	if len(fields) == 0 {
		for j := range s.Fields {
			d.fields = append(d.fields, j)
		}
	} else {
		var names, lost []string
		for _, j := range s.Learned() {
			if slices.Contains(fields, j) {
				lost = append(lost, fmt.Sprintf("%q", s.Fields[j].Name))
				continue
			}
			if j == r.label {
				d.label = len(names)
			}
			names = append(names, s.Fields[j].Name)
			d.fields = append(d.fields, j)
		}
		err := mimic.ErrUnsupported
		if whole, ok := m.(mimic.Marginalizer); ok {
			m, err = whole.Marginal(names)
		} else {
			m = nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s cannot sum out %s: %w", r.m.Kind(), strings.Join(lost, ", "), err)
		}
		d.schema = m.Schema()
	}
	var ok bool
	if d.Density, ok = m.(mimic.Density); !ok {
		return nil, fmt.Errorf("the log-probability of rows under %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	return d, nil
}

// posterior sets dst [levels][n rows] to log p(y | x) of the rows of b, NaN in
// rows that are impossible with every level.
func (d *density) posterior(dst [][]float64, b *table.Batch) error {
	own := *b
	own.Schema = d.schema
	own.Cols = make([]table.Column, len(d.fields))
	for i, j := range d.fields {
		own.Cols[i] = b.Cols[j]
	}
	if err := d.joint(dst, &own); err != nil {
		return err
	}
	for i := range b.N {
		top := math.Inf(-1)
		for y := range dst {
			top = max(top, dst[y][i])
		}
		sum := 0.0
		for y := range dst {
			sum += math.Exp(dst[y][i] - top) // NaN where top is -Inf, and so are all below
		}
		total := top + math.Log(sum)
		for y := range dst {
			dst[y][i] -= total
		}
	}
	return nil
}

// joint sets dst [levels][n rows] to log p(x, y).
func (d *density) joint(dst [][]float64, b *table.Batch) error {
	if c, ok := d.Density.(mimic.Classifier); ok {
		if err := c.LogJoint(dst, b, d.label); !errors.Is(err, mimic.ErrUnsupported) {
			return err
		}
	}
	codes := make([]int32, b.N)
	b.Cols[d.label] = table.Column{Code: codes}
	for y := range dst {
		for i := range codes {
			codes[i] = int32(y)
		}
		if err := d.LogProb(dst[y], b); err != nil {
			return err
		}
	}
	return nil
}

// Top returns the most probable level of each row [n rows], the first among
// equals, and table.Missing where there is no prediction.
func (p *Prediction) Top() []int32 {
	top := make([]int32, len(p.LogP[0]))
	for i := range top {
		top[i] = table.Missing
		best := math.Inf(-1)
		for y := range p.LogP {
			if v := p.LogP[y][i]; v > best {
				best, top[i] = v, int32(y)
			}
		}
	}
	return top
}
