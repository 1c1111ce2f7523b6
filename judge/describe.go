package judge

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

const (
	barsShown    = 24 // bins of a number
	levelsShown  = 12 // levels of a field; the others are one bar
	pairsShown   = 20 // of the worst pairs
	heatMapSide  = 40 // fields of a heat map
	closestShown = 10
	copiesShown  = 3
	pointsShown  = 3000 // of each sort on a map
)

// describeFields records each field, real against samples.
func (w *work) describeFields(s *shapes, off []bool) {
	made := w.cand[samples].frame
	for a, j := range w.use {
		f := Field{Name: w.schema.Fields[j].Name, Kind: w.schema.Fields[j].Kind.String(),
			Shape: Number(s.sd[samples].value[a]), Fixed: Number(s.fixed[samples].value[a]), Example: made.example[j], StandsOut: off[a]}
		outside := 0
		for i := range made.n {
			if !w.admits(made, j, i) {
				outside++
			}
		}
		f.Outside = Number(float64(outside) / float64(made.n))
		if made.cols[j].Code != nil {
			f.Bars = w.levelBars(made, j)
		} else {
			f.Bars = w.numberBars(made, j)
		}
		w.j.Fields = append(w.j.Fields, f)
	}
	for j := range w.schema.Fields {
		if f := &w.schema.Fields[j]; f.Kind.Learned() && !slices.Contains(w.use, j) {
			nan := Number(math.NaN())
			w.j.Fields = append(w.j.Fields, Field{Name: f.Name, Kind: f.Kind.String(), Shape: nan, Fixed: nan, Outside: nan, Absent: true, Bars: []Bar{}})
		}
	}
}

// admits reports whether the sample space has the value of field j in row i.
func (w *work) admits(fr *frame, j, i int) bool {
	f := &w.schema.Fields[j]
	if c := fr.cols[j].Code; c != nil {
		return int(c[i]) < len(f.Levels) && (c[i] != table.Missing || f.Optional())
	}
	x := fr.cols[j].Num[i]
	if x != x {
		return f.Optional()
	}
	return x >= f.Min && x <= f.Max && (f.Step() == 0 || f.Snap(x) == x)
}

// levelBars returns the commonest levels, those beyond the sample space first
// of all, and what is missing.
func (w *work) levelBars(made *frame, j int) []Bar {
	real, own := w.train.levelled(j).counts(nil), made.levelled(j).counts(nil)
	nr, nm := sum(real), sum(own)
	levels := len(w.levels[j])
	order := make([]int, levels)
	for k := range order {
		order[k] = k
	}
	f := &w.schema.Fields[j]
	if f.Kind != space.Ordinal || levels > levelsShown {
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(max(real[b]/nr, own[b]/nm), max(real[a]/nr, own[a]/nm))
		})
	}
	shown := levelsShown
	if levels == shown+1 {
		shown++ // one other is no shorter than itself
	}
	var bars []Bar
	var rest Bar
	others := 0
	for r, k := range order {
		bar := Bar{Label: w.levels[j][k], Real: Number(real[k] / nr), Samples: Number(own[k] / nm), Outside: k >= len(f.Levels)}
		switch {
		case r < shown || bar.Outside && len(bars) < 2*levelsShown:
			bars = append(bars, bar)
		default:
			rest.Real += bar.Real
			rest.Samples += bar.Samples
			others++
		}
	}
	if others > 0 {
		rest.Label = fmt.Sprintf("%d others", others)
		bars = append(bars, rest)
	}
	return appendMissing(bars, real[levels]/nr, own[levels]/nm)
}

func appendMissing(bars []Bar, real, made float64) []Bar {
	if real > 0 || made > 0 {
		bars = append(bars, Bar{Label: "missing", Real: Number(real), Samples: Number(made), Missing: true})
	}
	return bars
}

// numberBars returns bins of equal width over the middle 99 % of the training
// rows, on the field's grid, with what is below and above in a bin each.
func (w *work) numberBars(made *frame, j int) []Bar {
	f := &w.schema.Fields[j]
	sorted, _ := present(w.train.cols[j].Num)
	lo, hi := quantile(sorted, 0.005), quantile(sorted, 0.995)
	if len(sorted) > 0 && !(hi > lo) {
		lo, hi = sorted[0], sorted[len(sorted)-1]
	}
	step := f.Step()
	width := (hi - lo) / barsShown
	if step > 0 && width > 0 {
		lo = f.Snap(lo)
		width = max(step, math.Ceil(width/step)*step)
	}
	n := 1
	if width > 0 {
		n = min(barsShown+1, int((hi-lo)/width)+1)
	}
	// Bins 1 … n, below in 0, above in n+1, missing in n+2.
	count := func(x []float64) []float64 {
		c := make([]float64, n+3)
		for _, v := range x {
			switch at := (v - lo) / width; {
			case v != v:
				c[n+2]++
			case v < lo:
				c[0]++
			case width > 0 && at >= float64(n):
				c[n+1]++
			case width > 0:
				c[1+int(at)]++
			case v > hi:
				c[n+1]++
			default:
				c[1]++
			}
		}
		return c
	}
	real, own := count(w.train.cols[j].Num), count(made.cols[j].Num)
	nr, nm := float64(w.train.n), float64(made.n)
	text := func(x float64) string {
		if step == 0 {
			return fmt.Sprintf("%.4g", x)
		}
		return string(f.AppendNum(nil, f.Snap(x)))
	}
	var bars []Bar
	for b := range n + 2 {
		from := lo + float64(b-1)*width
		label := text(from)
		switch {
		case b == 0:
			label = "below " + text(lo)
		case b == n+1:
			label = text(from) + " and above"
			if width == 0 {
				label = "above " + text(hi)
			}
		case step == 0 && width > 0:
			label += " to " + text(from+width)
		case width > step:
			label += " to " + text(from+width-step)
		}
		if b > 0 && b <= n || real[b] > 0 || own[b] > 0 {
			bars = append(bars, Bar{Label: label, Real: Number(real[b] / nr), Samples: Number(own[b] / nm)})
		}
	}
	return appendMissing(bars, real[n+2]/nr, own[n+2]/nm)
}

// describePairs records the dependence of the fields, and the worst pairs.
func (w *work) describePairs(t *trends, off []bool) {
	// Of many fields, those that depend most on others are shown.
	total := make([]float64, len(w.use))
	for p, ab := range t.pairs {
		if r := t.real[p]; r == r {
			total[ab[0]] += r
			total[ab[1]] += r
		}
	}
	shown := make([]int, len(w.use))
	for a := range shown {
		shown[a] = a
	}
	slices.SortStableFunc(shown, func(a, b int) int { return cmp.Compare(total[b], total[a]) })
	shown = shown[:min(len(shown), heatMapSide)]
	slices.Sort(shown)
	place := map[int]int{}
	d := &w.j.Pairs
	for i, a := range shown {
		place[a] = i
		d.Fields = append(d.Fields, w.schema.Fields[w.use[a]].Name)
		d.Real = append(d.Real, make([]Number, len(shown)))
		d.Samples = append(d.Samples, make([]Number, len(shown)))
		d.Real[i][i], d.Samples[i][i] = 1, 1
	}
	var worst []Pair
	for p, ab := range t.pairs {
		i, okA := place[ab[0]]
		k, okB := place[ab[1]]
		if okA && okB {
			d.Real[i][k], d.Real[k][i] = Number(t.real[p]), Number(t.real[p])
			v := Number(t.dependence[samples].value[p])
			d.Samples[i][k], d.Samples[k][i] = v, v
		}
		worst = append(worst, Pair{w.schema.Fields[w.use[ab[0]]].Name, w.schema.Fields[w.use[ab[1]]].Name,
			Number(t.sd[samples].value[p]), Number(t.fixed[samples].value[p]), off[p]})
	}
	slices.SortStableFunc(worst, func(a, b Pair) int { return cmp.Compare(a.Fixed, b.Fixed) })
	d.Worst = worst[:min(len(worst), pairsShown)]
}

// describeTells records what gave the samples away.
func (w *work) describeTells(t *twoSample) {
	fields := []Share{}
	for a, j := range w.use {
		if a < len(t.importance) {
			fields = append(fields, Share{w.schema.Fields[j].Name, Number(t.importance[a])})
		}
	}
	slices.SortStableFunc(fields, func(a, b Share) int { return cmp.Compare(b.Share, a.Share) })
	w.j.Tells = Tells{Fields: fields[:min(len(fields), pairsShown)], Rows: t.tells}
	if w.j.Tells.Rows == nil {
		w.j.Tells.Rows = []Tell{}
	}
}

// describeUtility records how well each target is predicted, and the means over
// the targets as figures.
func (w *work) describeUtility(results []targetResult) {
	figures := []struct {
		f    Figure
		of   func(r *targetResult, c int) scored
		name string
	}{
		{figAccuracy, func(r *targetResult, c int) scored { return r.accuracy[c] }, "accuracy"},
		{figAUC, func(r *targetResult, c int) scored { return r.auc[c] }, "AUC"},
		{figRMSE, func(r *targetResult, c int) scored { return r.rmse[c] }, "RMSE"},
	}
	for _, g := range figures {
		high := 1.0
		if g.name == "RMSE" {
			high = math.Inf(1)
		}
		var of []*targetResult
		for i := range results {
			if results[i].numeric == (g.name == "RMSE") {
				of = append(of, &results[i])
			}
		}
		if len(of) == 0 {
			continue
		}
		for _, r := range of {
			w.j.Utility = append(w.j.Utility, Utility{Field: r.field, Metric: g.name,
				Compared: compare(func(c int) Estimate { s := g.of(r, c); return withError(s.value, s.replicate, 0, high) })})
		}
		f := g.f
		if len(of) == 1 {
			f.Name += " for " + of[0].field
		} else {
			f.Name += fmt.Sprintf(", mean of %d fields", len(of))
		}
		w.add(f, compare(func(c int) Estimate {
			var values []float64
			replicate := make([]float64, replicates)
			for _, r := range of {
				s := g.of(r, c)
				values = append(values, s.value)
				for i, v := range s.replicate {
					replicate[i] += v / float64(len(of))
				}
			}
			return withError(mean(values), replicate, 0, high)
		}))
	}
	slices.SortStableFunc(w.j.Utility, func(a, b Utility) int {
		return cmp.Compare(w.schema.Index(a.Field), w.schema.Index(b.Field))
	})
}

// describeClosest records the samples that are closest to training rows: a few
// exact copies, and then the others.
func (w *work) describeClosest(c *closeness) error {
	order := make([]int, len(c.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if d := cmp.Compare(c.dist(a), c.dist(b)); d != 0 {
			return d
		}
		return cmp.Compare(c.ratio(a), c.ratio(b))
	})
	exact := 0
	for _, i := range order {
		if len(w.j.Closest) == closestShown {
			break
		}
		n := c.nearest[2*i]
		if n.Row < 0 {
			continue
		}
		if n.Dist == 0 {
			if exact++; exact > copiesShown {
				continue
			}
		}
		pair, err := w.beside(c, i)
		if err != nil {
			return err
		}
		w.j.Closest = append(w.j.Closest, pair)
	}
	return nil
}

// describeEach records the verdict on every sample, if it is wanted.
func (w *work) describeEach(c *closeness, classes []class) {
	if !w.opt.Each {
		return
	}
	for i, row := range c.rows {
		w.j.Each = append(w.j.Each, Each{row, string("ABC"[classes[i]]), Number(c.dist(i)), Number(c.ratio(i)), int(c.nearest[2*i].Row)})
	}
}

// describeMap records where rows lie, if they have coordinates.
func (w *work) describeMap(rows []int, classes []class) {
	x, y := w.coordinate(180, "longitude", "lon", "lng", "long"), w.coordinate(90, "latitude", "lat")
	if x < 0 || y < 0 {
		return
	}
	m := &Map{X: w.schema.Fields[x].Name, Y: w.schema.Fields[y].Name}
	points := func(fr *frame) (all [][2]Coord) {
		for _, i := range subset(fr.n, pointsShown, w.key.Child(forSubset).Child(1000)) {
			all = appendPoint(all, fr, x, y, i)
		}
		return all
	}
	m.Train, m.Held = points(w.train), points(w.heldOut.frame)
	for i, row := range rows[:min(len(rows), pointsShown)] {
		to := []*[][2]Coord{&m.Impossible, &m.Copied, &m.Good}[classes[i]]
		*to = appendPoint(*to, w.cand[samples].frame, x, y, row)
	}
	w.j.Map = m
}

func appendPoint(to [][2]Coord, fr *frame, x, y, i int) [][2]Coord {
	if a, b := fr.cols[x].Num[i], fr.cols[y].Num[i]; a == a && b == b {
		to = append(to, [2]Coord{Coord(a), Coord(b)})
	}
	return to
}

// coordinate returns the field of one of the names that holds degrees up to
// most, or -1.
func (w *work) coordinate(most float64, names ...string) int {
	for _, name := range names {
		for _, j := range w.use {
			f := &w.schema.Fields[j]
			if strings.EqualFold(f.Name, name) && isNumber(f.Kind) && f.Min >= -most && f.Max <= most {
				return j
			}
		}
	}
	return -1
}
