package compare

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/table"
)

// Lesson is what the ladder shows of the data: what each step of dependence
// bought, and between which fields independence fails.
type Lesson struct {
	Steps []Step // rungs that are better than all before them, from Base on
	Pairs []Pair // of fields that tell most of each other, the greatest first
	// Fields are those of which the others tell most under the rung By, the
	// greatest first; empty where no rung tells the parts of its fields.
	Fields []FieldGain
	By     string
}

// Step is a rung that is better than all before it by more than chance: by twice
// its standard error.
type Step struct {
	Kind string
	Gain // over the best before it
}

// Pair is two fields with their mutual information in nats: what a model that
// holds them independent loses a row.
type Pair struct {
	A, B string
	Nats float64
}

// FieldGain is by how much the fields before it in the chain make a field more
// probable than its own distribution does, in nats per row. Over all fields they
// add up to the gain of the rung.
type FieldGain struct {
	Field string
	Nats  float64
	Of    float64 // the cost of the field by itself: −log p(x_j), which is what there is to gain on a grid
}

// taught is how many pairs and fields a lesson has at most.
const taught = 5

// lesson finds out what the comparison shows.
func (c *Comparison) lesson(ctx context.Context) (l Lesson, err error) {
	last := c.Base
	for i := c.Base + 1; i < len(c.Rungs); i++ {
		if c.Rungs[i].Err != nil {
			continue
		}
		g := gain(c.Rungs[i].logp, c.Rungs[last].logp)
		if g.Mean > 2*g.StdErr {
			l.Steps = append(l.Steps, Step{c.Rungs[i].Kind, g})
			last = i
		}
	}
	if l.Pairs, err = pairs(ctx, c.Train); err != nil {
		return l, err
	}
	l.Fields, l.By, err = c.fieldGains()
	return l, err
}

// explainedRows is on how many rows at most the gain of fields is measured.
const explainedRows = 8192

// fieldGains measures the best of the rungs that tell the parts of their fields
// against the marginals of the rung Base.
func (c *Comparison) fieldGains() (all []FieldGain, by string, err error) {
	sums, ok := c.Rungs[c.Base].Model.(mimic.Marginalizer)
	if !ok || c.Rungs[c.Base].Kind != base {
		return nil, "", nil
	}
	var best *Rung
	for i := range c.Rungs {
		r := &c.Rungs[i]
		if _, tells := r.Model.(mimic.FieldDensity); tells && r.Err == nil && (best == nil || r.Held.Mean > best.Held.Mean) {
			best = r
		}
	}
	s := c.Held.Schema()
	if best == nil || len(s.Fields) > wide {
		return nil, "", nil
	}
	b := spaced(c.Held, explainedRows).All()
	parts := square(len(s.Fields), b.N)
	if err := best.Model.(mimic.FieldDensity).LogProbFields(parts, b); err != nil {
		return nil, "", err
	}
	own := make([]float64, b.N)
	for _, j := range s.Learned() {
		m, err := sums.Marginal([]string{s.Fields[j].Name})
		if err != nil {
			return nil, "", err
		}
		alone := &table.Batch{Schema: m.Schema(), First: b.First, N: b.N, Cols: b.Cols[j : j+1]}
		if err := m.(mimic.Density).LogProb(own, alone); err != nil {
			return nil, "", err
		}
		g := gain(parts[j], own)
		cost := gain(own, make([]float64, b.N))
		all = append(all, FieldGain{named(s, j), g.Mean, -cost.Mean})
	}
	slices.SortStableFunc(all, func(a, b FieldGain) int { return cmp.Compare(b.Nats, a.Nats) })
	all = slices.DeleteFunc(all[:min(taught, len(all))], func(g FieldGain) bool { return !(g.Nats > 0.01) })
	return all, best.Kind, nil
}

// wide is beyond how many fields none is told apart.
const wide = 1024

func square(rows, columns int) [][]float64 {
	x := make([][]float64, rows)
	for k := range x {
		x[k] = make([]float64, columns)
	}
	return x
}
