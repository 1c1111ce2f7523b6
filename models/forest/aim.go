package forest

import (
	"context"
	"math"
	"slices"

	"github.com/seed-64d012fb/mimic/internal/par"
)

// Directions are fitted by least squares: a score of the target, as a sum of
// effects of the views before it. The scores of levels are those that can be told
// best: the mean of what the effects say of each level, over again (the first
// canonical variate; a second one is uncorrelated with it). The first score of a
// number is the normal quantile of its rank, or, where it has a line, its place on
// the line's scale. The second takes classes of it as
// levels, and is uncorrelated with the first: how far out it lies, or whether it
// is the one value that many rows share.
//
// Reference: Hastie & Tibshirani (1990), Generalized additive models, chapter 4
// (backfitting); Breiman & Friedman (1985), Estimating optimal transformations
// for multiple regression and correlation.
const (
	aimRows   = 1 << 16 // rows by which directions are fitted, at most
	aimLeast  = 20      // and at least
	aimSweeps = 2       // over all effects
	aimTurns  = 3       // between levels and effects
	aimGroups = 16      // classes of a number
)

// findDirections finds the directions of all columns and adds them to the views
// that trees ask, and the lines if there are to be any. It returns bins [views][rows] with theirs.
func (m *Model) findDirections(ctx context.Context, codes [][]uint16, bins [][]uint8, lines bool) ([][]uint8, error) {
	found := make([][]*direction, len(m.columns))
	err := par.Do(ctx, len(m.columns), func(i int) error {
		p := len(m.columns) - 1 - i // the longest tasks first
		found[p], m.columns[p].line = m.directionsOf(p, codes[p], bins, lines)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for p := range m.columns {
		for _, d := range found[p] {
			v := m.addDirection(p, d)
			m.columns[p].ask = append(m.columns[p].ask, int32(v))
			bins = append(bins, make([]uint8, len(codes[p])))
		}
	}
	return bins, par.Do(ctx, len(m.columns), func(p int) error {
		c := &m.columns[p]
		if len(c.directions) > 0 {
			m.aim(p, bins, len(codes[p]), make([]int32, blockRows))
		}
		if c.line != nil {
			c.line.grow(c, m.views[c.directions[0]].direction)
		}
		return nil
	})
}

// directionsOf returns the directions of the column at a position of the chain,
// whose rows have the given codes, and its line where it may have one.
func (m *Model) directionsOf(p int, codes []uint16, bins [][]uint8, lines bool) (found []*direction, l *line) {
	c := &m.columns[p]
	lined, oneView := lines && c.lined(len(codes)), len(c.ask) < 2
	if len(c.ask) == 0 || oneView && !lined {
		return nil, nil // one view says it all
	}
	rows, y := c.valued(codes)
	count := make([]float64, len(c.rows))
	for _, k := range y {
		count[k]++
	}
	levels := 0
	for _, n := range count {
		if n > 0 {
			levels++
		}
	}
	if len(rows) < aimLeast || levels < 2 {
		return nil, nil
	}
	a := m.newAdditive(c.ask, bins, rows)
	var scores [][]float64
	if c.ordered {
		s := scale{z: normalScores(count), ranks: true}
		if lined {
			s = c.scale()
		}
		a.fit(s.z, y, aimSweeps)
		d, unit := a.direction()
		found = append(found, d)
		if lined {
			l = newLine(d, s.ranks, unit, m.crossFit(c.ask, bins, rows, s.z, y), y)
		}
		if oneView {
			return found, l
		}
		y, count = inClasses(y, count)
		levels = len(count)
		scores = append(scores, normalScores(count))
		standardise(scores[0], count, nil)
	}
	for d := len(scores); d < min(mostDirections, levels-1); d++ {
		score := make([]float64, len(count))
		for k := range score {
			if c.ordered {
				score[k] = scores[0][k] * scores[0][k]
			} else {
				_, score[k] = math.Modf(float64(k+1+7*d) * math.Phi)
			}
		}
		standardise(score, count, scores)
		for turn := aimTurns - 1; turn > 0 && levels > 2; turn-- {
			a.fit(score, y, 1)
			a.told(score, y, count)
			standardise(score, count, scores)
		}
		a.fit(score, y, aimSweeps)
		scores = append(scores, score)
		d, _ := a.direction()
		found = append(found, d)
	}
	return found, l
}

// crossFit returns what the effects of the views say of rows [rows] whose codes y have
// the given score, each by effects that are fitted without it and its fold.
func (m *Model) crossFit(ask []int32, bins [][]uint8, rows []int32, score []float64, y []uint16) []float64 {
	fits := make([]float64, len(rows))
	for fold := range lineFolds {
		var others []int32
		var theirs []uint16
		for i, r := range rows {
			if i%lineFolds != fold {
				others, theirs = append(others, r), append(theirs, y[i])
			}
		}
		a := m.newAdditive(ask, bins, others)
		a.fit(score, theirs, aimSweeps)
		for k, s := range a.scores() {
			of := bins[a.effects[k].view]
			for i := fold; i < len(rows); i += lineFolds {
				fits[i] += s[of[rows[i]]]
			}
		}
	}
	return fits
}

// inClasses returns the classes of codes y, of about equal mass, and the rows of
// each class, from those of each code.
func inClasses(y []uint16, count []float64) (class []uint16, rows []float64) {
	of := make([]int32, len(count))
	for k, n := range count {
		of[k] = int32(n)
	}
	rows = make([]float64, group(of, -1, aimGroups, len(y)))
	class = make([]uint16, len(y))
	for i, k := range y {
		class[i] = uint16(of[k])
		rows[of[k]]++
	}
	return class, rows
}

// valued returns rows of the column, spread over the table, that have a value,
// and the codes of those.
func (c *column) valued(codes []uint16) (rows []int32, y []uint16) {
	for i := 0; i < len(codes); i += (len(codes) + aimRows - 1) / aimRows {
		if k := codes[i]; k != c.absent() && (!c.ordered || int(k) != c.missing) {
			rows, y = append(rows, int32(i)), append(y, k)
		}
	}
	return rows, y
}

// normalScores returns the normal quantile of the middle rank of each bin or
// code, from their rows.
func normalScores(count []float64) []float64 {
	total, below := sum(count), 0.0
	z := make([]float64, len(count))
	for b, n := range count {
		z[b] = math.Sqrt2 * math.Erfinv(2*(below+n/2+.25)/(total+.5)-1)
		below += n
	}
	return z
}

// standardise gives the scores of levels mean 0 and variance 1 over the rows, and
// no correlation with those done.
func standardise(score, count []float64, done [][]float64) {
	n := sum(count)
	along := func(x func(k int) float64) (mean float64) {
		for k, m := range count {
			mean += m * score[k] * x(k) / n
		}
		return mean
	}
	mean := along(func(int) float64 { return 1 })
	for k := range score {
		score[k] -= mean
	}
	for _, d := range done {
		shared := along(func(k int) float64 { return d[k] })
		for k := range score {
			score[k] -= shared * d[k]
		}
	}
	scale := 1 / (math.Sqrt(along(func(k int) float64 { return score[k] })) + 1e-12)
	for k := range score {
		score[k] *= scale
	}
}

// direction returns the effects as they stand, in whole units, cut into bins of
// equal mass, and the score that a unit is.
func (a *additive) direction() (d *direction, unit float64) {
	scores := a.scores()
	total := make([]float64, len(a.rest))
	for k := range a.effects {
		for i, b := range a.effects[k].bin {
			total[i] += scores[k][b]
		}
	}
	lo, hi := slices.Min(total), slices.Max(total)
	unit = max(hi-lo, 1e-9) / (directionCells - 1) / (1 << cellBits)
	d = &direction{from: int32(max(-mostScore, min(mostScore, math.Floor(lo/unit)))), bin: make([]uint8, directionCells)}
	sums := make([]int32, len(total))
	for k := range a.effects {
		t := term{view: a.effects[k].view, score: make([]int32, len(scores[k]))}
		for b, s := range scores[k] {
			t.score[b] = int32(math.Round(max(-mostScore, min(mostScore, s/unit))))
		}
		if slices.Min(t.score) == 0 && slices.Max(t.score) == 0 {
			continue
		}
		d.terms = append(d.terms, t)
		for i, b := range a.effects[k].bin {
			sums[i] += t.score[b]
		}
	}
	count := make([]float64, directionCells)
	for _, s := range sums {
		count[d.cell(s)]++
	}
	equalBins(d.bin, count)
	return d, unit
}
