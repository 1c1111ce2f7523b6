package kde

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/models/internal/normal"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// kernelFit is one pass that keeps the rows, and a search for two numbers.
type kernelFit struct {
	options Family
	schema  *space.Schema
	fields  normal.Fields
	books   []*dist.Codebook // of the coded fields
	rows    int64

	model *Model
	all   *rowSet
	best  factors
}

var _ mimic.Refitter = (*kernelFit)(nil)

func (f *kernelFit) Next() (table.Range, bool) { return table.Range{Hi: f.rows}, f.model == nil }

func (f *kernelFit) NewStats() mimic.Stats { return &gathered{fit: f} }

func (f *kernelFit) Model() (mimic.Model, error) { return f.model, nil }

func (f *kernelFit) Step(ctx context.Context, total mimic.Stats) (err error) {
	f.all = total.(*gathered).join()
	f.model, err = f.learn(ctx, f.all)
	return err
}

// Refit implements mimic.Refitter.
func (f *kernelFit) Refit(context.Context) (mimic.Model, error) { return f.keep(f.all) }

// How bandwidths are found; docs/decisions/0096 has the trials.
const (
	heldOut     = 0.1     // share of the rows that the search measures on
	heldOutRows = 1 << 9  // and how many at most
	searchRows  = 1 << 12 // training rows that it looks at, at most
	firstLambda = 0.2
	leastLambda = 1e-4
	leastFactor = 1. / 1024 // bounds of s
	mostFactor  = 16
)

// factors are what is searched: s and λ.
type factors struct{ s, lambda float64 }

// The purposes of the key.
const (
	forHolding = iota
	forHeld
	forSearch
	forKeeping
)

// learn chooses bandwidths on held-out rows, and keeps the other rows.
func (f *kernelFit) learn(ctx context.Context, all *rowSet) (*Model, error) {
	var own rng.Key
	train, held := all, all.pick(nil)
	switch n := all.n(); {
	case n < 2:
	case f.options.Validation > 0:
		cut := n - int(min(f.options.Validation, int64(n-1)))
		train, held = all.between(0, cut), all.between(cut, n)
	default:
		order := own.Child(forHolding).Perm(n)
		cut := max(1, int(math.Round(heldOut*float64(n))))
		slices.Sort(order[:cut])
		slices.Sort(order[cut:])
		train, held = all.pick(order[cut:]), all.pick(order[:cut])
	}
	f.best = factors{1, firstLambda}
	if held.n() > 0 {
		var err error
		held = held.some(heldOutRows, own.Child(forHeld))
		if f.best, err = f.search(ctx, train.some(searchRows, own.Child(forSearch)), held); err != nil {
			return nil, err
		}
	}
	return f.keep(train)
}

// keep returns the model of rows, or of some where there are many.
func (f *kernelFit) keep(rows *rowSet) (*Model, error) {
	var own rng.Key
	return f.newModel(rows.some(maxRows, own.Child(forKeeping)), f.best)
}

// some returns n rows of r at random, or all.
func (r *rowSet) some(n int, key rng.Key) *rowSet {
	if r.n() <= n {
		return r
	}
	return r.pick(key.Some(n, r.n()))
}

// search climbs to the factors that make held-out rows most probable, one at a
// time, in steps of 2, √2 and 2^¼.
func (f *kernelFit) search(ctx context.Context, train, held *rowSet) (best factors, err error) {
	b := held.batch(f)
	optional := slices.ContainsFunc(f.fields.Numeric, func(j int) bool { return f.schema.Fields[j].Optional() })
	levels := len(f.books) > 0 || optional
	numbers := len(f.fields.Numeric) > 0 && f.options.Bandwidth == 0
	best = factors{1, firstLambda}
	if !levels && !numbers {
		return best, nil
	}
	done := int64(0)
	measure := func(at factors) (float64, error) {
		m, err := f.newModel(train, at)
		if err != nil {
			return 0, err
		}
		l := make([]float64, b.N)
		const part = 64
		err = par.Do(ctx, (b.N+part-1)/part, func(i int) error {
			lo, hi := i*part, min((i+1)*part, b.N)
			return m.LogProb(l[lo:hi], b.Slice(lo, hi))
		})
		done++
		pace.Tell(ctx, "bandwidths", done, 0)
		return floats.Dot(l, b.Weight), err
	}
	top, err := measure(best)
	if err != nil {
		return best, err
	}
	try := func(at factors) (better bool, err error) {
		at.s = min(max(at.s, leastFactor), mostFactor)
		at.lambda = min(max(at.lambda, leastLambda), 1)
		if at == best || pace.Past(ctx) {
			return false, nil
		}
		v, err := measure(at)
		if err != nil || !(v > top) {
			return false, err
		}
		best, top = at, v
		return true, nil
	}
	climb := func(step float64, move func(at factors, by float64) factors) error {
		for _, by := range []float64{1 / step, step} {
			for moved := false; ; moved = true {
				better, err := try(move(best, by))
				if err != nil {
					return err
				}
				if !better && moved {
					return nil // down was right: up was left
				}
				if !better {
					break
				}
			}
		}
		return nil
	}
	for _, step := range []float64{2, math.Sqrt2, math.Sqrt(math.Sqrt2)} {
		if numbers {
			if err := climb(step, func(at factors, by float64) factors { at.s *= by; return at }); err != nil {
				return best, err
			}
		}
		if levels {
			if err := climb(step, func(at factors, by float64) factors { at.lambda *= by; return at }); err != nil {
				return best, err
			}
		}
	}
	return best, nil
}

// newModel returns the model of rows under factors.
func (f *kernelFit) newModel(r *rowSet, at factors) (*Model, error) {
	m := &Model{schema: f.schema, fields: f.fields, books: f.books}
	if r.n() == 0 {
		r, at = f.nowhere(), factors{1, 1}
	}
	m.rows = r
	n, d := floats.Sum(r.weight), float64(len(r.x))
	least := f.fields.Floors(f.schema, make([]float64, len(r.x)))
	for k, g := range f.fields.Grids {
		field := &f.schema.Fields[f.fields.Numeric[k]]
		lo, _ := g.Pos(field.Min)
		hi, _ := g.Pos(field.Max)
		own := number{grid: g}
		var spread float64
		own.mean, spread = spreadOf(r.x[k], r.weight, lo, hi)
		floor := math.Sqrt(least[k])
		own.sd = max(math.Sqrt(spread), floor)
		own.h = max(at.s*own.sd*math.Pow(max(n, 1), -1/(d+4)), floor)
		if f.options.Bandwidth > 0 {
			own.h = f.options.Bandwidth * g.Steps()
		}
		if field.Optional() {
			own.lambda = at.lambda / 2
		}
		m.numbers = append(m.numbers, own)
	}
	for _, book := range f.books {
		c := float64(book.Codes())
		m.lambda = append(m.lambda, at.lambda*(c-1)/c)
	}
	m.known = make([]normal.Known, len(r.x))
	m.admitted = make([][]bool, len(f.books))
	m.barred, m.never = make([]bool, len(r.x)), make([]bool, len(r.x))
	m.prepare()
	return m, nil
}

// nowhere stands for no rows: a row in the middle of the domain.
func (f *kernelFit) nowhere() *rowSet {
	r := newRowSet(len(f.fields.Numeric), len(f.books))
	r.weight = []float64{1}
	for k, g := range f.fields.Grids {
		field := &f.schema.Fields[f.fields.Numeric[k]]
		lo, _ := g.Pos(field.Min)
		hi, _ := g.Pos(field.Max)
		r.x[k] = []float64{lo/2 + hi/2}
	}
	for k := range f.books {
		r.codes[k] = []uint16{0}
	}
	return r
}

// spreadOf returns the mean of numbers and their variance, as if one more were
// spread evenly over the domain.
func spreadOf(x, weight []float64, lo, hi float64) (mean, variance float64) {
	mean = lo/2 + hi/2
	var n, square float64
	for i, v := range x {
		if v != v {
			continue
		}
		w := weight[i]
		if n += w; n == w {
			mean = v
			continue
		}
		delta := v - mean
		mean += delta * w / n
		square += w * delta * (v - mean)
	}
	return mean, (square + (hi-lo)*(hi-lo)/12) / (n + 1)
}
