package modeltest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

var question = []string{"?"}

// arena is a sample space to test in, and how its rows spread: the standard
// deviation of numbers as a share of half their domain.
type arena struct {
	name   string
	schema *space.Schema
	spread float64
}

// kinds has fields of every kind but real, and 13,230 rows.
var kinds = arena{"kinds", &space.Schema{Fields: []space.Field{
	{Name: "who", Kind: space.Category, Levels: []string{"a", "b", "c"}},
	{Name: "flag", Kind: space.Bool, Levels: []string{"no", "yes"}, Missing: question},
	{Name: "key", Kind: space.ID, Pattern: "K{n:4}"},
	{Name: "count", Kind: space.Integer, Min: 0, Max: 6},
	{Name: "price", Kind: space.Decimal, Digits: 1, Min: -0.5, Max: 0.7, Missing: question},
	{Name: "when", Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "2006-01-02", Min: 18000, Max: 18004},
	{Name: "note", Kind: space.Text, Levels: []string{"x", "y"}, Missing: question},
}}, 0.5}

// wide has two grids that reach far beyond the rows, so that a model whose tails
// leave the domain leaves next to nothing behind. It has 15,066 rows.
var wide = arena{"wide", &space.Schema{Fields: []space.Field{
	{Name: "who", Kind: space.Category, Levels: []string{"a", "b", "c"}},
	{Name: "count", Kind: space.Integer, Min: -30, Max: 30, Missing: question},
	{Name: "price", Kind: space.Decimal, Digits: 1, Min: -4, Max: 4},
}}, 1. / 12}

// oneReal has one real.
var oneReal = arena{"one real", &space.Schema{Fields: []space.Field{
	{Name: "who", Kind: space.Category, Levels: []string{"a", "b"}},
	{Name: "x", Kind: space.Real, Min: -12, Max: 12, Missing: question},
}}, 1. / 12}

// twoReals has two.
var twoReals = arena{"two reals", &space.Schema{Fields: []space.Field{
	{Name: "who", Kind: space.Category, Levels: []string{"a", "b"}},
	{Name: "x", Kind: space.Real, Min: -12, Max: 12, Missing: question},
	{Name: "y", Kind: space.Real, Min: -12, Max: 12},
}}, 1. / 12}

// pictures has a picture with a label. At two levels it has 1,536 rows.
func pictures(levels int) arena {
	m := space.Image{Name: "image", First: 2, Width: 3, Height: 3, Channels: 1, Levels: levels}
	if levels > 2 {
		m.Width, m.Height = 2, 2
	}
	fields := []space.Field{
		{Name: "label", Kind: space.Category, Levels: []string{"a", "b", "c"}},
		{Name: "key", Kind: space.ID, Pattern: "K{n:4}"},
	}
	return arena{"pictures", &space.Schema{Fields: append(fields, m.Fields()...), Image: &m}, 0.5}
}

// arenas returns those of tables, or that of pictures where the family is made for
// them.
func (s Subject) arenas(tables ...arena) []arena {
	if s.Pictures > 0 {
		return []arena{pictures(s.Pictures)}
	}
	return tables
}

// enumerable returns the arenas whose rows can be listed, and beyond whose rows
// the subject's models have no probability to speak of.
func (s Subject) enumerable() []arena {
	if s.Unbounded {
		return s.arenas(wide)
	}
	return s.arenas(kinds, wide)
}

// rows makes n rows of fields that depend on one another: each leans on a common
// normal factor, and numbers on the code of the first field. One value of each
// grid repeats much, and the last of more than two levels is never seen.
func (a arena) rows(n int, seed uint64) *table.Table {
	b := table.NewBatch(a.schema, 0, n)
	key := rng.New(seed)
	for i := range n {
		r := rand.New(key.Stream(int64(i)))
		factor := r.NormFloat64()
		for j := range a.schema.Fields {
			f, c := &a.schema.Fields[j], &b.Cols[j]
			lean := 0.7*factor + 0.7*r.NormFloat64()
			common := r.Float64() < 0.2
			missing := f.Optional() && r.Float64() < 0.15+0.1*math.Tanh(factor)
			switch {
			case f.Kind.Coded():
				seen := len(f.Levels)
				if seen > 2 {
					seen--
				}
				c.Code[i] = int32(min(max(0, (lean+2)/4*float64(seen)), float64(seen-1)))
				if missing {
					c.Code[i] = table.Missing
				}
			case f.Kind.Numeric():
				half := (f.Max - f.Min) / 2
				if b.Cols[0].Code[i] == 1 {
					lean++
				}
				if common && f.Kind != space.Real {
					lean = 0
				}
				c.Num[i] = f.Snap(min(max(f.Min, f.Min+half+half*a.spread*lean), f.Max))
				if missing {
					c.Num[i] = table.NoNumber
				}
			}
		}
	}
	return table.New(b)
}

// everyRow returns all rows of a space without reals.
func everyRow(s *space.Schema) *table.Table {
	type axis struct {
		codes []int32
		nums  []float64
	}
	axes := make([]axis, len(s.Fields))
	n := 1
	for j := range s.Fields {
		f, a := &s.Fields[j], &axes[j]
		switch {
		case f.Kind.Coded():
			for k := range f.Levels {
				a.codes = append(a.codes, int32(k))
			}
			if f.Optional() {
				a.codes = append(a.codes, table.Missing)
			}
			n *= len(a.codes)
		case f.Kind.Numeric():
			a.nums = gridValues(f)
			if f.Optional() {
				a.nums = append(a.nums, table.NoNumber)
			}
			n *= len(a.nums)
		}
	}
	b := table.NewBatch(s, 0, n)
	block := n
	for j, a := range axes {
		if k := len(a.codes); k > 0 {
			block /= k
			for i := range n {
				b.Cols[j].Code[i] = a.codes[i/block%k]
			}
		}
		if k := len(a.nums); k > 0 {
			block /= k
			for i := range n {
				b.Cols[j].Num[i] = a.nums[i/block%k]
			}
		}
	}
	return table.New(b)
}

// gridValues returns the values of a grid field's domain.
func gridValues(f *space.Field) (x []float64) {
	for i := 0; ; i++ {
		v := f.Snap(f.Min + float64(i)*f.Step())
		if v > f.Max {
			return x
		}
		x = append(x, v)
	}
}
