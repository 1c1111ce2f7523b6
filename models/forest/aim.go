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
// number is the normal quantile of its rank. The second takes classes of it as
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
// that trees ask, and adds those of lines [columns], after them. It returns bins
// [views][rows] with theirs.
func (m *Model) findDirections(ctx context.Context, codes [][]uint16, bins [][]uint8, lines [][]*direction) ([][]uint8, error) {
	found := make([][]*direction, len(m.columns))
	err := par.Do(ctx, len(m.columns), func(i int) error {
		p := len(m.columns) - 1 - i // the longest tasks first
		found[p] = m.directionsOf(&m.columns[p], codes[p], bins)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for p := range m.columns {
		c := &m.columns[p]
		for _, d := range found[p] {
			c.ask = append(c.ask, int32(m.addDirection(p, d)))
		}
		for _, d := range lines[p] {
			m.addDirection(p, d)
		}
		for range len(found[p]) + len(lines[p]) {
			bins = append(bins, make([]uint8, len(codes[p])))
		}
	}
	return bins, par.Do(ctx, len(m.columns), func(p int) error {
		if len(m.columns[p].directions) > 0 {
			m.aim(p, bins, len(codes[p]), make([]int32, blockRows))
		}
		return nil
	})
}

// directionsOf returns the directions of a column whose rows have the given codes.
func (m *Model) directionsOf(c *column, codes []uint16, bins [][]uint8) (found []*direction) {
	if len(c.ask) < 2 {
		return nil // one view says it all
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
		return nil
	}
	a := m.newAdditive(c.ask, bins, rows)
	var scores [][]float64
	if c.ordered {
		a.fit(normalScores(count), y, aimSweeps)
		found = append(found, a.direction())
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
		found = append(found, a.direction())
	}
	return found
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
// equal mass.
func (a *additive) direction() *direction {
	scores := a.scores()
	total := make([]float64, len(a.rest))
	for k := range a.effects {
		for i, b := range a.effects[k].bin {
			total[i] += scores[k][b]
		}
	}
	lo, hi := slices.Min(total), slices.Max(total)
	unit := max(hi-lo, 1e-9) / (directionCells - 1) / (1 << cellBits)
	d := &direction{from: int32(max(-mostScore, min(mostScore, math.Floor(lo/unit)))), bin: make([]uint8, directionCells)}
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
	return d
}
