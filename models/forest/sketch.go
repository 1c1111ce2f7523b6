package forest

import (
	"cmp"
	"math"
	"slices"
)

// sketch is a line in the making.
type sketch struct {
	*ridgeFit
	fits  []float64 // [rows] what other rows say of a row
	class int32
	of    []uint8 // [bins of class]
	share []share // [rows] groups, or places along the fit
	noise []noise // [groups of of]
	loss  float64 // how improbable the rows are, and the price of groups
	at    int     // in strengths
}

// strengths are the ridges that are tried.
var strengths = []float64{.3, 1, 3, 10, 30, 100}

// noiseOf returns the noise of a row.
func (s *sketch) noiseOf(i int) *noise {
	if s.class == noClass {
		return &s.noise[0]
	}
	return &s.noise[s.share[i].group]
}

// sketchLine returns the line under which y [rows] is the most likely, each row by a line
// of the others.
func (m *Model) sketchLine(ask []int32, y []float64, bins [][]uint8) *sketch {
	r := m.newRidge(ask, bins)
	best := r.climb(y, len(strengths)/2, func(f *ridgeFit) (best *sketch) {
		for places := range alongMost {
			best = better(best, f.alongFit(y, places+1))
		}
		return best
	})
	if best == nil {
		return nil
	}
	start := best.at
	for _, c := range m.classes(ask, y, bins) {
		within := r.within(pickGroups(c.of, bins[c.view]))
		best = better(best, within.climb(y, start, func(f *ridgeFit) *sketch { return f.byClass(y, c) }))
	}
	return best
}

// climb returns the best line of those that lineOf makes of fits to y, from the ridge at start on
// to weaker ones, or else to stronger ones, as long as they are better.
func (r *ridge) climb(y []float64, start int, lineOf func(f *ridgeFit) *sketch) (best *sketch) {
	try := func(at int) bool {
		f, ok := r.fit(y, strengths[at])
		if !ok {
			return false
		}
		s := lineOf(f)
		if s == nil || best != nil && best.loss <= s.loss {
			return false
		}
		best, s.at = s, at
		return true
	}
	try(start)
	weaker := start
	for weaker > 0 && try(weaker-1) {
		weaker--
	}
	for stronger := start; weaker == start && stronger < len(strengths)-1 && try(stronger+1); {
		stronger++
	}
	return best
}

func better(a, b *sketch) *sketch {
	if a == nil || b != nil && b.loss < a.loss {
		return b
	}
	return a
}

func pickGroups(of, bin []uint8) []uint8 {
	groups := make([]uint8, len(bin))
	for i, b := range bin {
		groups[i] = of[b]
	}
	return groups
}

// class is a view whose bins are in groups that may have lines of their own.
type class struct {
	view   int32
	of     []uint8 // [bins]
	groups int
	tells  float64 // of the square of y
}

// classes returns the views of few values that tell the most of y, a few of them.
func (m *Model) classes(ask []int32, y []float64, bins [][]uint8) []class {
	var found []class
	for _, v := range ask {
		c := class{view: v}
		if c.of, c.groups = m.lineGroups(v, bins[v]); c.groups == 0 {
			continue
		}
		total, rows := make([]float64, c.groups), make([]float64, c.groups)
		for i, b := range bins[v] {
			total[c.of[b]] += y[i]
			rows[c.of[b]]++
		}
		for g, n := range rows {
			if n > 0 {
				c.tells += total[g] * total[g] / n
			}
		}
		found = append(found, c)
	}
	slices.SortStableFunc(found, func(a, b class) int { return cmp.Compare(b.tells, a.tells) })
	return found[:min(len(found), mostClassViews)]
}

// lineGroups returns the group of each bin of a view of few values, each that has rows
// enough its own, and their number: 0 where there are too many, or another view.
func (m *Model) lineGroups(v int32, bin []uint8) (of []uint8, groups int) {
	w := &m.views[v]
	if w.bins > fewCodes || w.direction != nil {
		return nil, 0
	}
	of = make([]uint8, w.bins)
	var rest []int
	for b, n := range countBins(bin, w.bins) {
		if n < groupRows {
			rest = append(rest, b)
			continue
		}
		of[b] = uint8(groups)
		groups++
	}
	own := groups
	for _, b := range rest {
		of[b] = uint8(own)
		groups = own + 1
	}
	if own < 2 || groups > mostParts {
		return nil, 0
	}
	return of, groups
}

// alongFit returns a line of one part, whose width has so many places along the fit; nil
// where there are not so many.
func (f *ridgeFit) alongFit(y []float64, places int) *sketch {
	s := &sketch{ridgeFit: f, fits: f.fits(y), class: noClass}
	n, ok := alongFits(s.fits, places)
	if !ok {
		return nil
	}
	for _, x := range s.fits {
		g, up := n.place(x)
		s.share = append(s.share, share{g, up})
	}
	by := newScatter(places, f.left, s.share)
	n.SD = by.sds()
	s.noise = []noise{n}
	s.loss = groupPrice*float64(places) - by.logLikelihood(f.left, s.share)
	return s
}

// byClass returns a line with a part for each group of a class.
func (f *ridgeFit) byClass(y []float64, c class) *sketch {
	s := &sketch{ridgeFit: f, fits: f.fits(y), class: c.view, of: c.of}
	for _, g := range f.groups {
		s.share = append(s.share, share{group: int(g)})
	}
	by := newScatter(c.groups, f.left, s.share)
	for _, sd := range by.sds() {
		s.noise = append(s.noise, noise{[]float64{0}, []float64{sd}})
	}
	s.loss = groupPrice*float64(c.groups) - by.logLikelihood(f.left, s.share)
	return s
}

// fits returns what other rows say of each.
func (f *ridgeFit) fits(y []float64) []float64 {
	fits := make([]float64, len(y))
	for i, left := range f.left {
		fits[i] = y[i] - left
	}
	return fits
}

// direction returns the regression for a group's rows as a direction in bins of equal
// width.
func (s *sketch) direction(group uint8) (*direction, linePart) {
	scores := make([][]float64, len(s.views))
	for v := range s.views {
		scores[v] = s.scores(&s.views[v], group)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range s.fits {
		if s.groups != nil && s.groups[i] != group {
			continue
		}
		f := 0.0
		for v := range scores {
			f += scores[v][s.views[v].bin[i]]
		}
		lo, hi = min(lo, f), max(hi, f)
	}
	if lo > hi {
		lo, hi = 0, 0 // a group of no rows
	}
	beyond := max(lineReach*(hi-lo), lineRange/2)
	unit := (hi - lo + 2*beyond) / (directionCells << cellBits)
	d := &direction{from: units(lo-beyond, unit), bin: make([]uint8, directionCells)}
	for cell := range d.bin {
		d.bin[cell] = uint8(cell * lineBins / directionCells)
	}
	for v, score := range scores {
		t := term{view: s.views[v].view, score: make([]int32, len(score))}
		for b, x := range score {
			t.score[b] = units(x, unit)
		}
		if slices.Min(t.score) != 0 || slices.Max(t.score) != 0 {
			d.terms = append(d.terms, t)
		}
	}
	return d, linePart{Offset: s.constant(), Unit: unit}
}

// units returns x in whole units, as far as a direction counts.
func units(x, unit float64) int32 {
	return int32(math.Round(max(-mostScore, min(mostScore, x/unit))))
}
