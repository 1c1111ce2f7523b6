package kde

import (
	"math"

	"github.com/seed-64d012fb/mimic/dist"
	"github.com/seed-64d012fb/mimic/table"
)

// negligible is the share of the sum below which what is left out stays:
// whatever the number of rows, log p is right to 10⁻¹².
const negligible = 1e-12

// query is a row whose density is asked for, and the sum of its kernels so far.
type query struct {
	model *Model
	x     []float64 // [d] positions; NaN where missing
	codes []uint16  // [e]
	but   int       // coded field that is left out, or -1

	shared float64   // all of log K that does not depend on the kernel's row
	logs   []float64 // [block] log w·K
	top    float64   // the largest log w·K so far
	sum    float64   // of exp(log w·K - top)
	cut    float64   // log of the share of exp(top) below which a row is nothing

	field int       // coded field by whose level of the kernel's row the sum is split
	by    []float64 // [codes] its parts, or nil
}

// block is the number of rows whose kernels are computed at a time.
const block = 512

func (m *Model) newQuery() *query {
	return &query{
		model: m, x: make([]float64, len(m.numbers)), codes: make([]uint16, len(m.books)), but: -1,
		logs: make([]float64, block), cut: math.Log(negligible / float64(m.rows.n())),
	}
}

// apart has the sum split by the level that kernels' rows have of a coded field.
func (q *query) apart(e int) {
	q.field, q.but = e, e
	q.by = make([]float64, q.model.books[e].Codes())
}

// set takes row i of b, and reports whether it lies in the sample space and in the
// evidence. The field but is not looked at.
func (q *query) set(b *table.Batch, i, but int) bool {
	m := q.model
	q.top, q.sum, q.shared = math.Inf(-1), 0, 0
	clear(q.by)
	for k, j := range m.fields.Numeric {
		v := b.Cols[j].Num[i]
		p, on := m.numbers[k].grid.Pos(v)
		q.x[k] = p
		switch {
		case v != v:
			if m.never[k] || !m.schema.Fields[j].Optional() {
				return false
			}
		case !on || math.IsInf(v, 0) || m.barred[k] || !m.known[k].Admits(p):
			return false
		}
	}
	for e, j := range m.fields.Coded {
		if j == but {
			continue
		}
		var code [1]uint16
		m.books[e].Encode(code[:], b.Cols[j].Slice(i, i+1))
		if code[0] == dist.Outside || m.admitted[e] != nil && !m.admitted[e][code[0]] {
			return false
		}
		q.codes[e] = code[0]
	}
	return true
}

// total returns log Σ w·K.
func (q *query) total() float64 { return q.top + math.Log(q.sum) }

// evaluate sums the kernels up: the tree's, nearest first, and the others.
func (q *query) evaluate() {
	x := q.model.index
	if len(x.nodes) > 0 && q.complete() {
		q.descend(0, q.bound(&x.nodes[0]))
	} else {
		q.rows(0, x.complete)
	}
	q.rows(x.complete, len(x.logWeight))
}

func (q *query) complete() bool {
	for _, v := range q.x {
		if v != v {
			return false
		}
	}
	return true
}

// descend sums up the kernels below a node, unless bound, which no log w·K there
// exceeds, makes them negligible: n rows of exp(bound) are 10⁻¹² of the sum.
func (q *query) descend(at int, bound float64) {
	if bound-q.top < q.cut+math.Log(max(q.sum, 1)) {
		return
	}
	n := &q.model.nodes[at]
	if n.left == 0 {
		q.rows(n.lo, n.hi)
		return
	}
	first, second := n.left, n.left+1
	a, b := q.bound(&q.model.nodes[first]), q.bound(&q.model.nodes[second])
	if b > a {
		first, second, a, b = second, first, b, a
	}
	q.descend(first, a)
	q.descend(second, b)
}

// bound returns what no log w·K of a row in the box exceeds.
func (q *query) bound(n *node) float64 {
	m := q.model
	most := m.most
	for k := range m.numbers {
		num := &m.numbers[k]
		away := max(n.min[k]-q.x[k], q.x[k]-n.max[k], 0)
		if num.grid.Real() {
			z := away / num.h
			most += dist.NormalLogDensity(z) - math.Log(num.h)
			continue
		}
		z := max(away-0.5, 0) / num.h // the near end of the cell
		most += min(dist.NormalLogDensity(z)-math.Log(num.h), 0)
	}
	return most
}

// rows adds the kernels of rows [lo, hi), which have all their numbers or may lack
// some.
func (q *query) rows(lo, hi int) {
	for ; lo < hi; lo += block {
		q.block(lo, min(lo+block, hi))
	}
}

func (q *query) block(lo, hi int) {
	m := q.model
	logs := q.logs[:hi-lo]
	if m.even {
		for i := range logs {
			logs[i] = m.most
		}
	} else {
		copy(logs, m.logWeight[lo:hi])
	}
	for k := range m.numbers {
		q.number(logs, k, m.x[k][lo:hi], hi <= m.complete)
	}
	for e := range m.books {
		if e == q.but || m.books[e].Codes() == 1 {
			continue
		}
		same, other := m.level(e)
		own := q.codes[e]
		for i, c := range m.codes[e][lo:hi] {
			if c == own {
				logs[i] += same
			} else {
				logs[i] += other
			}
		}
	}
	q.add(logs, lo)
}

// number adds log K of number k near rows where it is x; all says that none is
// missing.
func (q *query) number(logs []float64, k int, x []float64, all bool) {
	num, p := &q.model.numbers[k], q.x[k]
	x = x[:len(logs)]
	there := math.Log1p(-num.lambda)
	switch masses := q.model.masses[k]; {
	case p != p:
		near, far := math.Log(num.missing(true)), math.Log(num.missing(false))
		for i, v := range x {
			if v != v {
				logs[i] += near
			} else {
				logs[i] += far
			}
		}
	case !all:
		gone := math.Log(num.lambda) // there, near a row where it is missing
		if num.lambda > 0 {
			gone += num.log(p, math.NaN())
		}
		for i, v := range x {
			switch step := math.Abs(p - v); {
			case v != v:
				logs[i] += gone
			case step < float64(len(masses)):
				logs[i] += there + masses[int(step)]
			default:
				logs[i] += there + num.log(p, v)
			}
		}
	case num.grid.Real():
		there += dist.NormalLogDensity(0) - math.Log(num.h)
		scale := math.Sqrt(0.5) / num.h
		for i, v := range x {
			z := (p - v) * scale
			logs[i] += there - z*z
		}
	default:
		for i, v := range x {
			if step := math.Abs(p - v); step < float64(len(masses)) {
				logs[i] += there + masses[int(step)]
			} else {
				logs[i] += there + num.log(p, v)
			}
		}
	}
}

// add adds exp(logs) of rows lo, lo+1, … to the sum.
func (q *query) add(logs []float64, lo int) {
	top := q.top
	for _, v := range logs {
		top = max(top, v)
	}
	if math.IsInf(top, -1) {
		return
	}
	if top > q.top {
		scale := math.Exp(q.top - top)
		q.sum *= scale
		for c := range q.by {
			q.by[c] *= scale
		}
		q.top = top
	}
	if q.by == nil {
		q.sum += sumExp(logs, top, q.cut)
		return
	}
	for i, c := range q.model.codes[q.field][lo : lo+len(logs)] {
		if v := logs[i] - top; v > q.cut {
			v = math.Exp(v)
			q.sum += v
			q.by[c] += v
		}
	}
}
