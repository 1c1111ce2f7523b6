package fit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

// Nats says how probable rows are under a model: the estimate, from rows that
// it has not seen, of how well p_model mimics p_data.
type Nats struct {
	Mean       float64 // mean of log p(x) in nats per row, over the rows that are possible
	StdErr     float64 // standard error of Mean
	Rows       int64   // rows measured, impossible ones included
	Impossible int64   // rows of probability zero, which Mean leaves out
}

// natsJSON is Nats in JSON, which has no NaN: null instead.
type natsJSON struct {
	Mean       *float64 `json:"mean"`
	StdErr     *float64 `json:"stderr"`
	Rows       int64    `json:"rows"`
	Impossible int64    `json:"impossible"`
}

// MarshalJSON writes a figure that there is not (see Evaluate) as null.
func (n Nats) MarshalJSON() ([]byte, error) {
	number := func(x float64) *float64 {
		if math.IsNaN(x) {
			return nil
		}
		return &x
	}
	return json.Marshal(natsJSON{number(n.Mean), number(n.StdErr), n.Rows, n.Impossible})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (n *Nats) UnmarshalJSON(text []byte) error {
	var j natsJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	number := func(x *float64) float64 {
		if x == nil {
			return math.NaN()
		}
		return *x
	}
	*n = Nats{number(j.Mean), number(j.StdErr), j.Rows, j.Impossible}
	return nil
}

// Evaluate measures the model on all rows of src. Rows of weight w count w
// times; rows of weight 0 are left out. Without a possible row Mean is NaN, and
// with fewer than two StdErr is. The number of workers is the context's.
func Evaluate(ctx context.Context, m mimic.Model, src table.Source) (Nats, error) {
	density, ok := m.(mimic.Density)
	if !ok {
		return Nats{}, fmt.Errorf("log-probability under %s: %w", m.Kind(), mimic.ErrUnsupported)
	}
	rows := table.Range{Hi: src.Rows()}
	t, err := reduce(ctx, src, rows, func() *moments { return &moments{density: density} }, nil)
	if err != nil {
		return Nats{}, fmt.Errorf("log-probability under %s: %w", m.Kind(), err)
	}
	return t.nats(), nil
}

// moments are the weighted mean and the sum of squared deviations of log p(x).
//
// Reference: West (1979), Updating mean and variance estimates: an improved
// method; Chan, Golub & LeVeque (1983), Algorithms for computing the sample
// variance, equation 2.1.
type moments struct {
	density          mimic.Density
	weight           float64 // of the possible rows
	mean, squares    float64
	rows, impossible int64
}

func (m *moments) Add(b *table.Batch) error {
	logp := make([]float64, b.N)
	if err := m.density.LogProb(logp, b); err != nil {
		return err
	}
	for i, x := range logp {
		w := b.WeightOf(i)
		switch {
		case w == 0:
			continue
		case math.IsInf(x, -1):
			m.impossible++
		case math.IsNaN(x) || math.IsInf(x, 1):
			return fmt.Errorf("row %d has log-probability %v, which no row can have: a fault of the model", b.First+int64(i), x)
		default:
			m.weight += w
			d := x - m.mean
			m.mean += d * w / m.weight
			m.squares += w * d * (x - m.mean)
		}
		m.rows++
	}
	return nil
}

func (m *moments) Merge(later mimic.Stats) error {
	l := later.(*moments)
	m.rows += l.rows
	m.impossible += l.impossible
	if l.weight == 0 {
		return nil
	}
	w := m.weight + l.weight
	d := l.mean - m.mean
	m.mean += d * (l.weight / w)
	m.squares += l.squares + d*d*m.weight*(l.weight/w)
	m.weight = w
	return nil
}

func (m *moments) nats() Nats {
	n := Nats{Mean: math.NaN(), StdErr: math.NaN(), Rows: m.rows, Impossible: m.impossible}
	if m.weight > 0 {
		n.Mean = m.mean
	}
	if m.weight > 1 {
		n.StdErr = math.Sqrt(m.squares / (m.weight - 1) / m.weight)
	}
	return n
}
