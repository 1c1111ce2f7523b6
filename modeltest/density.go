package modeltest

import (
	"fmt"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// normalises sums p over all rows of a discrete space.
func normalises(s Subject) error {
	for _, a := range s.enumerable() {
		m, err := s.fitted(a.rows(trainingRows, 1), 1)
		if err != nil {
			return err
		}
		l, err := logProb(m, everyRow(a.schema))
		if err != nil {
			return err
		}
		var sum float64
		for _, v := range l {
			sum += math.Exp(v)
		}
		if math.Abs(sum-1) > 1e-9 {
			return fmt.Errorf("%s: p sums to %v over %d rows", a.name, sum, len(l))
		}
	}
	return nil
}

// The quadrature of a real runs over as many cells of its domain: a step within
// a cell, of which a histogram has some hundred, costs at most half the cell, and
// densities that rise and fall by 20 in all, .8 %.
const quadratureCells = 1 << 15

// quadrature returns the rows (level, middle of a cell of the real) of oneReal,
// for each level of its first field, and the width of a cell.
func quadrature(level int32) (t *table.Table, width float64) {
	x := oneReal.schema.Fields[1]
	width = (x.Max - x.Min) / quadratureCells
	b := table.NewBatch(oneReal.schema, 0, quadratureCells)
	for i := range b.N {
		b.Cols[0].Code[i] = level
		b.Cols[1].Num[i] = x.Min + (float64(i)+0.5)*width
	}
	return table.New(b), width
}

// missingReals returns the rows of oneReal whose real is missing.
func missingReals() *table.Table {
	b := table.NewBatch(oneReal.schema, 0, len(oneReal.schema.Fields[0].Levels))
	for i := range b.N {
		b.Cols[0].Code[i] = int32(i)
		b.Cols[1].Num[i] = table.NoNumber
	}
	return table.New(b)
}

// normalisesOnReals integrates one real by quadrature, to 1 %. Of two reals it
// takes the mean of q(x)/p(x) over samples x of p, which is 1 for any density q
// within the support of p: here a box about the middle of the rows. It sees a
// density that is wrong by a constant to six standard errors: about 3 %, and 30 %
// where the density of the box is as low as that of the whole domain.
func normalisesOnReals(s Subject) error {
	if s.Pictures > 0 {
		return nil
	}
	m, err := s.fitted(oneReal.rows(trainingRows, 2), 1)
	if err != nil {
		return err
	}
	l, err := logProb(m, missingReals())
	if err != nil {
		return err
	}
	var sum float64
	for _, v := range l {
		sum += math.Exp(v)
	}
	for level := range oneReal.schema.Fields[0].Levels {
		t, width := quadrature(int32(level))
		if l, err = logProb(m, t); err != nil {
			return err
		}
		for _, v := range l {
			sum += math.Exp(v) * width
		}
	}
	if math.Abs(sum-1) > 0.01 {
		return fmt.Errorf("p integrates to %v", sum)
	}

	m, err = s.fitted(twoReals.rows(trainingRows, 3), 1)
	if err != nil {
		return err
	}
	const n = 1 << 16
	draws, err := samples(m, rng.New(4), 0, n)
	if err != nil {
		return err
	}
	if l, err = logProb(m, draws); err != nil {
		return err
	}
	cols := draws.All().Cols
	var mean, m2 float64
	for i, lp := range l {
		q := 0.0
		if x, y := cols[1].Num[i], cols[2].Num[i]; math.Abs(x) < 1 && math.Abs(y) < 1 {
			q = 0.5 / 4 // two levels, a square of side 2
		}
		ratio := q / math.Exp(lp)
		delta := ratio - mean
		mean += delta / float64(i+1)
		m2 += delta * (ratio - mean)
	}
	stdErr := math.Sqrt(m2) / n
	if math.Abs(mean-1) > 6*stdErr+1e-9 || stdErr > 0.06 {
		return fmt.Errorf("two reals: the mean of q/p is %v, with a standard error of %v", mean, stdErr)
	}
	return nil
}

// support asks for a positive probability of every row of the sample space,
// seen or not, and of none outside.
func support(s Subject) error {
	for _, a := range s.arenas(kinds, wide, oneReal, twoReals) {
		m, err := s.fitted(a.rows(trainingRows, 5), 1)
		if err != nil {
			return err
		}
		inside := cornersOf(a)
		l, err := logProb(m, inside)
		if err != nil {
			return err
		}
		for i, v := range l {
			if math.IsInf(v, 0) {
				return fmt.Errorf("%s: log p(%s) is %v", a.name, show(inside, i), v)
			}
		}
		for j := range a.schema.Fields {
			for _, wrong := range outsiders(&a.schema.Fields[j], s.Unbounded) {
				b := table.NewBatch(a.schema, 0, 1)
				for k, c := range inside.All().Cols {
					copy(b.Cols[k].Code, c.Code)
					copy(b.Cols[k].Num, c.Num)
				}
				copy(b.Cols[j].Code, wrong.Code)
				copy(b.Cols[j].Num, wrong.Num)
				t := table.New(b)
				if l, err = logProb(m, t); err != nil {
					return err
				}
				if !math.IsInf(l[0], -1) {
					return fmt.Errorf("%s: log p(%s), outside the sample space, is %v", a.name, show(t, 0), l[0])
				}
			}
		}
	}
	return nil
}

// cornersOf returns rows of extremes: each field in turn takes its levels, its
// smallest, middle and largest number, and missing.
func cornersOf(a arena) *table.Table {
	const n = 500
	b := table.NewBatch(a.schema, 0, n)
	for j := range a.schema.Fields {
		f := &a.schema.Fields[j]
		values := edges(f)
		u := make([]float64, n)
		rng.New(6).Child(uint64(j)).Float64s(u, 0)
		for i := range n {
			k := int(u[i] * float64(max(len(values.Code), len(values.Num))))
			if values.Code != nil {
				b.Cols[j].Code[i] = values.Code[k]
			}
			if values.Num != nil {
				b.Cols[j].Num[i] = values.Num[k]
			}
		}
	}
	return table.New(b)
}

func edges(f *space.Field) (c table.Column) {
	switch {
	case f.Kind.Coded():
		for k := range f.Levels {
			c.Code = append(c.Code, int32(k))
		}
		if f.Optional() {
			c.Code = append(c.Code, table.Missing)
		}
	case f.Kind.Numeric():
		c.Num = []float64{f.Min, f.Snap(f.Min/2 + f.Max/2), f.Max}
		if f.Optional() {
			c.Num = append(c.Num, table.NoNumber)
		}
	}
	return c
}

// outsiders returns values that are not in the field's sample space.
func outsiders(f *space.Field, unbounded bool) (out []table.Column) {
	code := func(k int32) { out = append(out, table.Column{Code: []int32{k}}) }
	num := func(x float64) { out = append(out, table.Column{Num: []float64{x}}) }
	switch {
	case f.Kind.Coded():
		code(table.Unknown)
		code(int32(len(f.Levels)))
		if !f.Optional() {
			code(table.Missing)
		}
	case f.Kind.Numeric():
		num(math.Inf(1))
		num(math.Inf(-1))
		if !f.Optional() {
			num(table.NoNumber)
		}
		if f.Step() > 0 {
			num(f.Min + f.Step()/3)
		}
		if !unbounded {
			num(f.Min - 1)
			num(f.Max + 1)
		}
	}
	return slices.Clip(out)
}
