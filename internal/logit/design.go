package logit

import (
	"math"

	"github.com/seed-64d012fb/mimic/table"
)

// design says how fields become predictors.
type design struct {
	numbers []number
	coded   []coded
	width   int // weights of a vector, the intercept included
}

// number is a numeric field: weight at of its standardised value, and at+1 of
// its being missing where it may be.
type number struct {
	field    int
	mean, sd float64
	at       int
	optional bool
}

// coded is a coded field: weight at+code, and at+levels of a missing value.
type coded struct{ field, levels, at int }

func newDesign(b *table.Batch, fields []int) design {
	var d design
	for _, j := range fields {
		f := &b.Schema.Fields[j]
		switch {
		case f.Kind.Numeric():
			n := number{field: j, at: d.width, optional: f.Optional()}
			n.mean, n.sd = moments(b.Cols[j].Num)
			d.numbers = append(d.numbers, n)
			d.width++
			if n.optional {
				d.width++
			}
		default:
			d.coded = append(d.coded, coded{j, len(f.Levels), d.width})
			d.width += len(f.Levels)
			if f.Optional() {
				d.width++
			}
		}
	}
	d.width++
	return d
}

// moments returns mean and standard deviation of the numbers that are there; a
// constant has deviation 1.
//
// Reference: Welford (1962), Note on a method for calculating corrected sums of
// squares and products.
func moments(x []float64) (mean, sd float64) {
	n, squares := 0.0, 0.0
	for _, v := range x {
		if math.IsNaN(v) {
			continue
		}
		n++
		d := v - mean
		mean += d / n
		squares += d * (v - mean)
	}
	if sd = math.Sqrt(squares / n); !(sd > 0) {
		sd = 1
	}
	return mean, sd
}

// rows are predictors: dense values, and indices of indicators, which are most
// of them 0.
type rows struct {
	numbers []number
	num     []float64 // [n rows × numbers], 0 where missing
	on      []int32   // [n rows × indicators] weight of the indicator, -1 for none
	ons     int
	width   int
}

func (d *design) rows(b *table.Batch) rows {
	r := rows{numbers: d.numbers, ons: len(d.coded), width: d.width}
	for _, n := range d.numbers {
		if n.optional {
			r.ons++
		}
	}
	r.num = make([]float64, b.N*len(d.numbers))
	r.on = make([]int32, b.N*r.ons)
	k := 0
	for _, c := range d.coded {
		optional := b.Schema.Fields[c.field].Optional()
		for i, code := range b.Cols[c.field].Code {
			at := int32(-1)
			switch {
			case code >= 0 && int(code) < c.levels:
				at = int32(c.at) + code
			case code == table.Missing && optional:
				at = int32(c.at + c.levels)
			}
			r.on[i*r.ons+k] = at
		}
		k++
	}
	for j, n := range d.numbers {
		for i, x := range b.Cols[n.field].Num {
			missing := math.IsNaN(x)
			if !missing {
				r.num[i*len(d.numbers)+j] = (x - n.mean) / n.sd
			}
			if n.optional {
				at := int32(-1)
				if missing {
					at = int32(n.at + 1)
				}
				r.on[i*r.ons+k] = at
			}
		}
		if n.optional {
			k++
		}
	}
	return r
}

// dot returns w·z of row i, the intercept included.
func (r *rows) dot(w []float64, i int) float64 {
	s := w[r.width-1]
	for j, x := range r.num[i*len(r.numbers) : (i+1)*len(r.numbers)] {
		s += w[r.numbers[j].at] * x
	}
	for _, at := range r.on[i*r.ons : (i+1)*r.ons] {
		if at >= 0 {
			s += w[at]
		}
	}
	return s
}

// addTo adds d·z of row i to g.
func (r *rows) addTo(g []float64, d float64, i int) {
	g[r.width-1] += d
	for j, x := range r.num[i*len(r.numbers) : (i+1)*len(r.numbers)] {
		g[r.numbers[j].at] += d * x
	}
	for _, at := range r.on[i*r.ons : (i+1)*r.ons] {
		if at >= 0 {
			g[at] += d
		}
	}
}

// pick returns some of the rows.
func (r *rows) pick(some []int) rows {
	p := rows{numbers: r.numbers, ons: r.ons, width: r.width}
	p.num = make([]float64, 0, len(some)*len(r.numbers))
	p.on = make([]int32, 0, len(some)*r.ons)
	for _, i := range some {
		p.num = append(p.num, r.num[i*len(r.numbers):(i+1)*len(r.numbers)]...)
		p.on = append(p.on, r.on[i*r.ons:(i+1)*r.ons]...)
	}
	return p
}
