package judge

import (
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// This file holds the definitions of SDMetrics 0.11.1, quirks and all, so that
// figures can be compared with those in papers. Reference: SDMetrics 0.11.1,
// reports.single_table: ColumnShapes and ColumnPairTrends.
//
// Datetimes and numbers are continuous, levels are discrete. A missing value is
// left out of a column's shape and of correlations; in a joint table it is a
// level called nan, or for a number the bin of the greatest value.

// continuous reports whether SDMetrics takes the field for a number.
func continuous(f *space.Field) bool { return f.Kind.Numeric() }

// present returns the numbers of a column that are not missing, sorted, and the
// rows that they come from.
func present(x []float64) (sorted []float64, rows []int32) {
	rows = make([]int32, 0, len(x))
	for i, v := range x {
		if v == v {
			rows = append(rows, int32(i))
		}
	}
	slices.SortFunc(rows, func(a, b int32) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return int(a - b)
	})
	sorted = make([]float64, len(rows))
	for k, i := range rows {
		sorted[k] = x[i]
	}
	return sorted, rows
}

// ksComplement returns 1 − the greatest distance between the distribution
// functions of two sorted samples; the k-th value of b counts w[rows[k]] times,
// once where w is nil.
func ksComplement(a, b []float64, rows []int32, w []uint8) float64 {
	total := float64(len(b))
	if w != nil {
		total = 0
		for _, i := range rows {
			total += float64(w[i])
		}
	}
	if len(a) == 0 || total == 0 {
		return math.NaN()
	}
	na := float64(len(a))
	worst, i, k, below := 0.0, 0, 0, 0.0
	for i < len(a) || k < len(b) {
		var x float64
		if k == len(b) || i < len(a) && a[i] <= b[k] {
			x = a[i]
		} else {
			x = b[k]
		}
		for i < len(a) && a[i] == x {
			i++
		}
		for k < len(b) && b[k] == x {
			if w == nil {
				below++
			} else {
				below += float64(w[rows[k]])
			}
			k++
		}
		worst = max(worst, math.Abs(float64(i)/na-below/total))
	}
	return 1 - worst
}

// tvComplement returns 1 − the total variation between two sets of counts of
// levels. A level that the real rows lack counts as a millionth of a row there,
// as SDMetrics has it.
func tvComplement(real, made []float64) float64 {
	nr, nm := sum(real), sum(made)
	if nr == 0 || nm == 0 {
		return math.NaN()
	}
	const sliver = 1e-6
	for k, n := range made {
		if n > 0 && real[k] == 0 {
			nr += sliver
		}
	}
	tv := 0.0
	for k, n := range made {
		r := real[k]
		if n > 0 && r == 0 {
			r = sliver
		}
		tv += math.Abs(n/nm - r/nr)
	}
	return 1 - tv/2
}

// equalWidth returns the column with numbers in the ten bins of equal width
// between its own least and greatest, as numpy's digitize numbers them: the
// greatest value, and every missing one, is in bin 11. The codes go to where b
// keeps them.
func equalWidth(b binned, x []float64, lo, hi float64) binned {
	b = binned{slices.Grow(b.code[:0], len(x))[:len(x)], 12}
	if lo == hi {
		lo, hi = lo-0.5, hi+0.5
	}
	var edge [11]float64
	step := (hi - lo) / 10
	for k := range edge {
		edge[k] = float64(float64(k)*step) + lo // two roundings, also where the processor could do with one
	}
	edge[10] = hi
	for i, v := range x {
		// How many edges are not above v: about (v − lo)/step + 1, to rounding.
		k := 11
		if v >= lo && v < hi {
			k = max(1, min(10, 1+int((v-lo)/step)))
			for k > 0 && edge[k-1] > v {
				k--
			}
			for k < 11 && edge[k] <= v {
				k++
			}
		} else if v < lo {
			k = 0
		}
		b.code[i] = int32(k)
	}
	return b
}

// extremes returns the least and the greatest number of the rows that have a
// weight, of all if w is nil.
func extremes(x []float64, w []uint8) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, v := range x {
		if (v < lo || v > hi) && (w == nil || w[i] > 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

// sdColumns returns the columns in use as SDMetrics puts them into joint tables.
func (fr *frame) sdColumns() []binned {
	cols := make([]binned, len(fr.use))
	for a, j := range fr.use {
		if continuous(&fr.schema.Fields[j]) {
			x := fr.nanos(j)
			lo, hi := extremes(x, nil)
			cols[a] = equalWidth(binned{}, x, lo, hi)
		} else {
			cols[a] = fr.levelled(j)
		}
	}
	return cols
}

// nanos returns the numbers of field j as pandas holds them: a datetime in
// nanoseconds, so that bin edges round as there.
func (fr *frame) nanos(j int) []float64 {
	x := fr.cols[j].Num
	f := &fr.schema.Fields[j]
	if f.Kind != space.Datetime || f.Unit <= 1 {
		return x
	}
	ns := make([]float64, len(x))
	for i, v := range x {
		ns[i] = v * float64(f.Unit)
	}
	return ns
}

// pearson returns the correlation of two columns over the rows that have both,
// row i counting w[i] times, or once where w is nil. It is NaN where a column
// is constant.
func pearson(x, y []float64, w []uint8) float64 {
	var n, mx, my float64
	lx, hx, ly, hy := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i, a := range x {
		if b := y[i]; a == a && b == b {
			c := 1.0
			if w != nil {
				c = float64(w[i])
			}
			n, mx, my = n+c, mx+c*a, my+c*b
			lx, hx, ly, hy = min(lx, a), max(hx, a), min(ly, b), max(hy, b)
		}
	}
	if n < 2 || lx == hx || ly == hy {
		return math.NaN()
	}
	mx, my = mx/n, my/n
	var xx, xy, yy float64
	for i, a := range x {
		if b := y[i]; a == a && b == b {
			c := 1.0
			if w != nil {
				c = float64(w[i])
			}
			a, b := a-mx, b-my
			xx, xy, yy = xx+c*a*a, xy+c*a*b, yy+c*b*b
		}
	}
	if xx == 0 || yy == 0 {
		return math.NaN()
	}
	return max(-1, min(1, xy/math.Sqrt(xx)/math.Sqrt(yy)))
}

// constant reports whether a column has just one value.
func constant(x []float64) bool {
	first, any := 0.0, false
	for _, v := range x {
		switch {
		case v != v:
		case !any:
			first, any = v, true
		case v != first:
			return false
		}
	}
	return any
}

// levelCounts returns how often each level of field j occurs, missing values
// left out.
func (fr *frame) levelCounts(j int, w []uint8) []float64 {
	n := make([]float64, len(fr.levels[j]))
	for i, k := range fr.cols[j].Code {
		if k == table.Missing {
			continue
		}
		if w == nil {
			n[k]++
		} else {
			n[k] += float64(w[i])
		}
	}
	return n
}
