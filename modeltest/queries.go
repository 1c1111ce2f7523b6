package modeltest

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// marginals compares the marginal of every field, of some pairs and of all
// fields in reverse with sums of the joint distribution.
func marginals(s Subject) error {
	for _, a := range s.enumerable() {
		m, err := s.fitted(a.rows(trainingRows, 11), 1)
		if err != nil {
			return err
		}
		z, ok := m.(mimic.Marginalizer)
		if !ok {
			if s.Inexact {
				return nil
			}
			return fmt.Errorf("a %T has no marginals", m)
		}
		all := everyRow(a.schema)
		l, err := logProb(m, all)
		if err != nil {
			return err
		}
		answered := 0
		for _, fields := range fieldSets(a.schema) {
			var names []string
			for _, j := range fields {
				names = append(names, a.schema.Fields[j].Name)
			}
			marginal, err := z.Marginal(names)
			if s.Inexact && errors.Is(err, mimic.ErrUnsupported) {
				continue
			}
			if err != nil {
				return err
			}
			answered++
			if err := sumsTo(marginal, a.schema.Project(fields), all, l, fields); err != nil {
				return fmt.Errorf("%s: marginal of %v: %w", a.name, names, err)
			}
		}
		if answered == 0 {
			return fmt.Errorf("%s: no marginal has an exact answer", a.name)
		}
		if _, err := z.Marginal([]string{"no such field"}); err == nil {
			return errors.New("the marginal of a field that does not exist is no error")
		}
	}
	return nil
}

// fieldSets returns each field, each pair of neighbours, the picture where there is
// one, and all fields in reverse.
func fieldSets(s *space.Schema) (sets [][]int) {
	var reverse []int
	for j := range s.Fields {
		sets = append(sets, []int{j})
		if j > 0 {
			sets = append(sets, []int{j - 1, j})
		}
		reverse = append([]int{j}, reverse...)
	}
	if s.Image != nil { // the picture alone
		picture := make([]int, s.Image.Pixels())
		for i := range picture {
			picture[i] = s.Image.First + i
		}
		sets = append(sets, picture)
	}
	return append(sets, reverse)
}

// sumsTo compares a marginal with the sum of exp(l) over the rows of all that
// agree in the fields.
func sumsTo(marginal mimic.Model, want *space.Schema, all *table.Table, l []float64, fields []int) error {
	if got := marginal.Schema(); len(got.Fields) != len(want.Fields) {
		return fmt.Errorf("it has %d fields", len(got.Fields))
	}
	sums := map[uint64]float64{}
	for i, v := range l {
		sums[outcome(all, i, fields)] += math.Exp(v)
	}
	small := everyRow(want)
	every := make([]int, len(fields))
	for i := range every {
		every[i] = i
	}
	got, err := logProb(marginal, small)
	if err != nil {
		return err
	}
	for i, v := range got {
		if joint := sums[outcome(small, i, every)]; math.Abs(math.Exp(v)-joint) > 1e-9 {
			return fmt.Errorf("p(%s) is %v, the sum of the joint is %v", show(small, i), math.Exp(v), joint)
		}
	}
	return nil
}

// conditionals compares p(x given x in e) with p(x)/p(e) for evidence of all
// shapes, has the conditional sampled, and asks for the impossible.
func conditionals(s Subject) error {
	for _, a := range s.enumerable() {
		m, err := s.fitted(a.rows(trainingRows, 12), 1)
		if err != nil {
			return err
		}
		c, ok := m.(mimic.Conditioner)
		if !ok {
			if s.Inexact {
				return nil
			}
			return fmt.Errorf("a %T cannot be conditioned", m)
		}
		all := everyRow(a.schema)
		l, err := logProb(m, all)
		if err != nil {
			return err
		}
		answered := 0
		for i, e := range evidences(a.schema) {
			given, err := c.Condition(e)
			if s.Inexact && errors.Is(err, mimic.ErrUnsupported) {
				continue
			}
			if err != nil {
				return fmt.Errorf("%s: given %v: %w", a.name, e, err)
			}
			answered++
			if err := isConditional(given, all, l, e); err != nil {
				return fmt.Errorf("%s: given %v: %w", a.name, e, err)
			}
			if i%8 == 0 {
				if err := followsDensity(given, a, 1<<13); err != nil {
					return fmt.Errorf("%s: given %v: %w", a.name, e, err)
				}
			}
		}
		if answered == 0 {
			return fmt.Errorf("%s: no evidence has an exact answer", a.name)
		}
		nothing := space.Evidence{{Field: 0}}
		if _, err := c.Condition(nothing); !errors.Is(err, mimic.ErrImpossible) {
			return fmt.Errorf("%s: given nothing that is possible: error %v, want %v", a.name, err, mimic.ErrImpossible)
		}
	}
	return nil
}

// isConditional compares given with the joint exp(l) over all, restricted to e.
func isConditional(given mimic.Model, all *table.Table, l []float64, e space.Evidence) error {
	if len(given.Schema().Fields) != len(all.Schema().Fields) {
		return errors.New("the conditional has another schema")
	}
	var mass float64
	for i, v := range l {
		if admits(e, all, i) {
			mass += math.Exp(v)
		}
	}
	got, err := logProb(given, all)
	if err != nil {
		return err
	}
	for i, v := range got {
		want := 0.0
		if admits(e, all, i) {
			want = math.Exp(l[i]) / mass
		}
		if math.Abs(math.Exp(v)-want) > 1e-9*max(1, want/math.Sqrt(mass)) {
			return fmt.Errorf("p(%s) is %v, joint over evidence is %v", show(all, i), math.Exp(v), want)
		}
	}
	return nil
}

// admits reports whether row i of t lies in e.
func admits(e space.Evidence, t *table.Table, i int) bool {
	for _, g := range e {
		in := false
		switch c := &t.All().Cols[g.Field]; {
		case c.Code != nil && c.Code[i] == table.Missing, c.Num != nil && c.Num[i] != c.Num[i]:
			in = g.Missing
		case c.Code != nil:
			for _, k := range g.Codes {
				in = in || c.Code[i] == k
			}
		case c.Num != nil:
			for _, r := range g.Ranges {
				in = in || r.Min <= c.Num[i] && c.Num[i] <= r.Max
			}
		}
		if !in {
			return false
		}
	}
	return true
}

// evidences returns evidence on one field and on several: a level, a number, a
// range, sets of them with and without missing, and missing.
func evidences(s *space.Schema) (out []space.Evidence) {
	r := rand.New(rng.New(13).Stream(0))
	number := func(f *space.Field) float64 { // in the middle half of the domain, where rows are
		return f.Snap(f.Min + (f.Max-f.Min)*(0.375+0.25*r.Float64()))
	}
	one := func(j int) space.Given {
		f := &s.Fields[j]
		g := space.Given{Field: j}
		switch shape := r.IntN(4); {
		case shape == 0 && f.Optional():
			g.Missing = true
		case f.Kind.Coded():
			g.Codes = append(g.Codes, int32(r.IntN(len(f.Levels))))
			if shape == 1 {
				g.Codes = append(g.Codes, int32(r.IntN(len(f.Levels))))
				g.Missing = r.IntN(2) == 0
			}
		default:
			x := number(f)
			g.Ranges = append(g.Ranges, space.Interval{Min: x, Max: x})
			if shape == 1 {
				g.Ranges[0].Max += 2.5 * f.Step()
			}
			if shape == 2 {
				g.Ranges = append(g.Ranges, space.Interval{Min: f.Min - 1, Max: number(f)})
				g.Missing = r.IntN(2) == 0
			}
		}
		return g
	}
	for range 4 {
		var all space.Evidence
		for j := range s.Fields {
			if !s.Fields[j].Kind.Learned() {
				continue
			}
			out = append(out, space.Evidence{one(j)})
			if r.IntN(2) == 0 {
				all = append(all, one(j))
			}
		}
		if len(all) > 0 {
			out = append(out, all)
		}
	}
	return out
}

// conditionalsOnReals conditions on a range of a real: within it the density
// rises by one factor, 1/p(range), which quadrature confirms; outside it is
// zero.
func conditionalsOnReals(s Subject) error {
	if s.Pictures > 0 {
		return nil
	}
	m, err := s.fitted(oneReal.rows(trainingRows, 14), 1)
	if err != nil {
		return err
	}
	c, ok := m.(mimic.Conditioner)
	if !ok {
		return nil // conditionals has said so
	}
	in := space.Interval{Min: -0.5, Max: 1.25}
	given, err := c.Condition(space.Evidence{{Field: 1, Ranges: []space.Interval{in}}})
	if s.Inexact && errors.Is(err, mimic.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	var mass float64
	factor := math.NaN()
	for level := range oneReal.schema.Fields[0].Levels {
		t, width := quadrature(int32(level))
		before, err := logProb(m, t)
		if err != nil {
			return err
		}
		after, err := logProb(given, t)
		if err != nil {
			return err
		}
		for i, x := range t.All().Cols[1].Num {
			if x < in.Min || x > in.Max {
				if !math.IsInf(after[i], -1) {
					return fmt.Errorf("given x in %v: log p(%s) is %v", in, show(t, i), after[i])
				}
				continue
			}
			mass += math.Exp(before[i]) * width
			if f := after[i] - before[i]; math.IsNaN(factor) {
				factor = f
			} else if !near(f, factor) {
				return fmt.Errorf("given x in %v: the log-density of %s rises by %v, that of others by %v", in, show(t, i), f, factor)
			}
		}
	}
	if math.Abs(math.Exp(-factor)-mass) > 0.01 {
		return fmt.Errorf("p(x in %v) is %v by the conditional, %v by quadrature", in, math.Exp(-factor), mass)
	}
	rows, err := samples(given, rng.New(15), 0, 1000)
	if err != nil {
		return err
	}
	for i, x := range rows.All().Cols[1].Num {
		if !(x >= in.Min && x <= in.Max) {
			return fmt.Errorf("given x in %v: sampled %s", in, show(rows, i))
		}
	}
	return nil
}
