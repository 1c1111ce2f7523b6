package forest

import (
	"math"

	"github.com/seed-64d012fb/mimic/dist"
)

// scale is where the codes of a number lie for a line: by their values, in standard
// deviations from the mean, or by the normal scores of their ranks. What depends on a
// class and a slope is straight by values, and bent by the ranks of all classes together;
// where a few rows lie far out they would be all that a line by values sees.
type scale struct {
	z      []float64 // [values] of each code
	bounds []float64 // [values + 1] between codes
	ranks  bool
}

const (
	// farOut is how many standard deviations a row may lie from the mean for a line by
	// values.
	farOut = 3.5
	// endWidths is how many times as wide as its neighbour the first and the last code are
	// taken to be at most: they reach as far as the domain, which may be anywhere.
	endWidths = 2
)

// scaled reports whether a column of a table of so many rows has a scale.
func (c *column) scaled(rows int) bool { return rows < lineRows && c.ordered && c.digit == whole }

// scoresOf returns where the values of a view lie for a line, from their rows: on the
// scale of the column, where it has one.
func (m *Model) scoresOf(w *view, count []float64) []float64 {
	c := &m.columns[w.column]
	if w.direction != nil || !c.scaled(int(m.rows)) {
		return normalScores(count)
	}
	z, codes := make([]float64, len(count)), make([]float64, len(count))
	for k, x := range c.scale().z {
		z[w.bin[k]] += x
		codes[w.bin[k]]++
	}
	for b := range z {
		z[b] /= codes[b]
	}
	return z
}

// scale returns the scale of a number, from its training rows.
func (c *column) scale() scale {
	if s, far := c.byValue(); far <= farOut {
		return s
	}
	return c.byRank()
}

// byRank returns the scale of a number by the ranks of its rows.
func (c *column) byRank() scale {
	rows := c.rows[:c.values()]
	return scale{normalScores(rows), scoreBounds(rows), true}
}

// byValue returns the scale of a number of more than fewCodes codes by its values, and how
// far out a row lies: NaN where there is no such scale.
func (c *column) byValue() (s scale, far float64) {
	book, values := c.book.(*dist.Codebook), c.values()
	rows, total := c.rows[:values], sum(c.rows[:values])
	for k := range rows {
		lo, hi := book.Bounds(uint16(k))
		s.bounds = append(s.bounds[:k], lo, hi)
	}
	b := s.bounds
	b[0] = max(b[0], b[1]-endWidths*(b[2]-b[1]))
	b[values] = min(b[values], b[values-1]+endWidths*(b[values-1]-b[values-2]))
	mean, variance := 0.0, 0.0
	for k, n := range rows {
		x := b[k] + (b[k+1]-b[k])/2
		s.z = append(s.z, x)
		mean += float64(n*x) / total
	}
	for k, n := range rows {
		off := s.z[k] - mean
		variance += float64(n*float64(off*off)) / total
	}
	sd := math.Sqrt(variance)
	if !(sd > 0) || math.IsInf(sd, 1) {
		return s, math.NaN()
	}
	for k, x := range s.z {
		s.z[k] = (x - mean) / sd
		if rows[k] > 0 {
			far = max(far, math.Abs(s.z[k]))
		}
	}
	for k, x := range b {
		b[k] = (x - mean) / sd
	}
	return s, far
}

// scoreBounds returns the normal quantiles of the ranks between codes
// [codes + 1], from their rows.
func scoreBounds(rows []float64) []float64 {
	total, below := sum(rows), 0.0
	z := []float64{normalQuantile(.25 / (total + .5))}
	for _, n := range rows {
		below += n
		z = append(z, normalQuantile((below+.25)/(total+.5)))
	}
	return z
}

func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
func normalBelow(z float64) float64    { return math.Erfc(-z/math.Sqrt2) / 2 }
