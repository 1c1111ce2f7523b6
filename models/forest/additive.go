package forest

import "gonum.org/v1/gonum/mat"

const (
	effectGroups   = 16  // steps of a number at most,
	effectRows     = 24  // and rows of each at least
	effectStrength = 10. // rows that say that a step is 0
	lineRidge      = 3.  // and that a line is flat
)

// effect is what one view adds to a score: of a number, a line over the normal scores
// of its bins (in a small table, over its scale) and a step for each of up to 16 groups
// of them; of levels, a step for each.
type effect struct {
	view  int32
	bin   []uint8   // [rows]
	line  []float64 // [bins] of mean 0 over the rows; nil for levels
	group []uint8   // [bins]
	rows  []float64 // [groups]
	slope float64
	step  []float64 // [groups]
}

// additive is a sum of effects in the making.
type additive struct {
	effects []effect
	lined   []*effect    // those with a line
	gram    mat.Cholesky // of their products
	rest    []float64    // [rows] the score, less the effects so far
	sums    []float64    // [bins] scratch
}

// newAdditive returns effects of the views, which are zero.
func (m *Model) newAdditive(ask []int32, bins [][]uint8, rows []int32) *additive {
	a := &additive{rest: make([]float64, len(rows)), sums: make([]float64, maxViewBins)}
	for _, v := range ask {
		a.effects = append(a.effects, m.newEffect(v, pick32(bins[v], rows)))
	}
	for k := range a.effects {
		if a.effects[k].line != nil {
			a.lined = append(a.lined, &a.effects[k])
		}
	}
	a.multiply(len(rows))
	return a
}

func pick32(x []uint8, at []int32) []uint8 {
	y := make([]uint8, len(at))
	for i, k := range at {
		y[i] = x[k]
	}
	return y
}

func (m *Model) newEffect(v int32, bin []uint8) effect {
	w := &m.views[v]
	e := effect{view: v, bin: bin}
	count := countBins(bin, w.bins)
	values := m.valuesOf(w)
	var groups int
	e.group, groups = m.stepsOf(int(v), count, min(effectGroups, max(2, len(bin)/effectRows)))
	if w.ordered && values > 2 {
		e.line = append(m.scoresOf(w, count[:values]), make([]float64, w.bins-values)...)
		mean := 0.0
		for b, n := range count {
			mean += n * e.line[b] / float64(len(bin))
		}
		for b := range e.line {
			e.line[b] -= mean
		}
	}
	e.step, e.rows = make([]float64, groups), make([]float64, groups)
	for b, n := range count {
		e.rows[e.group[b]] += n
	}
	return e
}

// valuesOf returns the number of a view's bins that are values; others, which say that
// there is none, come behind.
func (m *Model) valuesOf(w *view) int {
	values := w.bins
	if w.direction != nil {
		return values
	}
	of := &m.columns[w.column]
	if _, optional := of.book.Missing(); optional {
		values--
	}
	if of.later() {
		values--
	}
	return values
}

// stepsOf returns the group of each bin of a view, and their number: each bin is one,
// or those that have an order share up to most, of about equal rows.
func (m *Model) stepsOf(v int, count []float64, most int) (group []uint8, groups int) {
	w := &m.views[v]
	group = make([]uint8, w.bins)
	values := m.valuesOf(w)
	if !w.ordered || values <= most {
		for b := range group {
			group[b] = uint8(b)
		}
		return group, w.bins
	}
	below, total := 0.0, sum(count[:values])
	for b := range values {
		group[b] = uint8(groups)
		if below += count[b]; below*float64(most) >= total*float64(groups+1) && groups < most-1 && b < values-1 {
			groups++
		}
	}
	groups++
	for b := values; b < w.bins; b++ {
		group[b] = uint8(groups)
		groups++
	}
	return group, groups
}

// countBins returns the rows of each bin.
func countBins(bin []uint8, bins int) []float64 {
	count := make([]float64, bins)
	for _, b := range bin {
		count[b]++
	}
	return count
}

// fit fits the effects anew to the score of the rows' codes y.
func (a *additive) fit(score []float64, y []uint16, sweeps int) {
	for i, k := range y {
		a.rest[i] = score[k]
	}
	for k := range a.effects {
		a.effects[k].slope = 0
		clear(a.effects[k].step)
	}
	a.fitLines()
	for range sweeps {
		for k := range a.effects {
			a.fitSteps(&a.effects[k])
		}
		a.fitLines()
	}
}

// scores returns what the effects say of each bin [effects][bins].
func (a *additive) scores() [][]float64 {
	scores := make([][]float64, len(a.effects))
	for k := range a.effects {
		e := &a.effects[k]
		scores[k] = make([]float64, len(e.group))
		for b, g := range e.group {
			scores[k][b] = e.step[g]
			if e.line != nil {
				scores[k][b] += e.slope * e.line[b]
			}
		}
	}
	return scores
}

// told replaces score by the mean of the effects over the rows of each level.
func (a *additive) told(score []float64, y []uint16, count []float64) {
	mean := make([]float64, len(score))
	for i, r := range a.rest {
		mean[y[i]] += score[y[i]] - r
	}
	for k, n := range count {
		if n > 0 {
			score[k] = mean[k] / n
		}
	}
}

// sumBins returns the sum of the rest over the rows of each bin.
func (a *additive) sumBins(e *effect) []float64 {
	sums := a.sums[:len(e.group)]
	clear(sums)
	for i, b := range e.bin {
		sums[b] += a.rest[i]
	}
	return sums
}

// subtract takes x [bins] from the rest.
func (a *additive) subtract(e *effect, x []float64) {
	for i, b := range e.bin {
		a.rest[i] -= x[b]
	}
}

// fitSteps sets the steps of an effect to the mean of what the others leave,
// leaning on 0.
func (a *additive) fitSteps(e *effect) {
	sums := a.sumBins(e)
	step := make([]float64, len(e.step))
	for b, s := range sums {
		step[e.group[b]] += s
	}
	for g, n := range e.rows {
		step[g] = (step[g] + n*e.step[g]) / (n + effectStrength)
	}
	for b := range sums {
		sums[b] = step[e.group[b]] - e.step[e.group[b]]
	}
	e.step = step
	a.subtract(e, sums)
}

// fitLines sets all slopes together to what the steps leave.
func (a *additive) fitLines() {
	if len(a.lined) == 0 {
		return
	}
	change := make([]float64, len(a.lined))
	for k, e := range a.lined {
		for b, s := range a.sumBins(e) {
			change[k] += s * e.line[b]
		}
		change[k] -= lineRidge * e.slope
	}
	x := mat.NewVecDense(len(change), change)
	_ = a.gram.SolveVecTo(x, x) // warns of a poor condition, which the ridge bounds
	for k, e := range a.lined {
		e.slope += change[k]
		by := a.sums[:len(e.line)]
		for b, z := range e.line {
			by[b] = change[k] * z
		}
		a.subtract(e, by)
	}
}

// multiply sets the products of the lines over n rows, with a ridge.
func (a *additive) multiply(n int) {
	const block = 256
	m := len(a.lined)
	if m == 0 {
		return
	}
	gram := mat.NewSymDense(m, nil)
	x := make([][block]float64, m)
	for lo := 0; lo < n; lo += block {
		w := min(block, n-lo)
		for i, e := range a.lined {
			for r, b := range e.bin[lo : lo+w] {
				x[i][r] = e.line[b]
			}
			for j := range i + 1 {
				s := gram.At(i, j)
				for r, z := range x[i][:w] {
					s += z * x[j][r]
				}
				gram.SetSym(i, j, s)
			}
		}
	}
	for i := range m {
		gram.SetSym(i, i, gram.At(i, i)+lineRidge)
	}
	if !a.gram.Factorize(gram) {
		a.lined = nil // rounding ate the ridge: steps must do
	}
}
