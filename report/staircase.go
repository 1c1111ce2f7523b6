package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"slices"
)

// staircase draws the nats of the rungs as steps, from left to right as they
// stand on the ladder. Rungs far below the one that gains are over would press
// the steps together: they stand on the floor, with an arrow.
func staircase(c *comparison) template.HTML {
	rungs := c.Fitted
	const left, right, ceiling, height = 62.0, 12.0, 34.0, 300.0
	step := max(92.0, min(150, (1000-left-right)/float64(len(rungs))))
	width := max(1000, left+right+step*float64(len(rungs)))
	lo, hi := span(c)
	y := func(v float64) float64 { return ceiling + (height-ceiling)*(hi-math.Max(v, lo))/(hi-lo) }
	var d svg
	for _, v := range ticks(lo, hi, 5) {
		d.addf(`<line class="grid" x1="%.4g" x2="%.4g" y1="%.4g" y2="%.4g"/>`, left, width-right, y(v), y(v))
		d.text(left-8, y(v)+4, "end", "small", trim(v))
	}
	last := math.NaN()
	for i, r := range rungs {
		x, v := left+step*float64(i), r.Held.Mean
		class := "step"
		if r.Best {
			class = "step best"
		}
		d.addf(`<g><title>%s</title>`, html.EscapeString(fmt.Sprintf("%s: %s nats per row, ± %s", r.Kind, fixed(v, 3), fixed(r.Held.StdErr, 3))))
		d.addf(`<rect class="%s" x="%.5g" y="%.5g" width="%.5g" height="%.5g"/>`, class, x+3, y(v), step-6, height-y(v)+14)
		if !math.IsNaN(last) {
			d.addf(`<line class="riser" x1="%.5g" x2="%.5g" y1="%.5g" y2="%.5g"/>`, x, x, y(last), y(v))
		}
		d.addf(`<line class="tread" x1="%.5g" x2="%.5g" y1="%.5g" y2="%.5g"/>`, x, x+step, y(v), y(v))
		d.text(x+step/2, y(v)-8, "middle", "value", fixed(v, 2))
		if v < lo {
			d.addf(`<path class="below" d="M%.5g %.5gl5 -8h-10z"/>`, x+step/2, height+11)
		}
		d.text(x+step/2, height+32, "middle", "label", short(r.Kind, 13))
		d.addf(`</g>`)
		last = v
	}
	d.text(left-8, 14, "end", "small", "nats")
	return d.draw(width, height+42, "staircase", "The nats per row of held-out rows under each rung, as steps; the table below has the numbers")
}

// span returns the range of nats that the staircase shows: from half of the
// best gain below the rung that gains are over, to the best.
func span(c *comparison) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, r := range c.Fitted {
		lo, hi = min(lo, r.Held.Mean), max(hi, r.Held.Mean)
	}
	base := c.Rungs[c.Base].Held.Mean
	if gain := hi - base; gain > 0 {
		lo = max(lo, base-gain/2)
	}
	if !(hi > lo) {
		lo, hi = lo-1, hi+1
	}
	return lo - (hi-lo)*0.06, hi
}

// ticks returns about n round numbers from lo to hi.
func ticks(lo, hi float64, n int) (all []float64) {
	raw := (hi - lo) / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if unit*m >= raw {
			unit *= m
			break
		}
	}
	for k := math.Ceil(lo / unit); k*unit <= hi; k++ {
		all = append(all, k*unit)
	}
	return all
}

// trim writes a tick.
func trim(v float64) string { return fixedTrim(fmt.Sprintf("%.6g", v)) }

func fixedTrim(t string) string {
	if t != "" && t[0] == '-' {
		return "−" + t[1:]
	}
	return t
}

// apart moves the places of labels so that neighbours are at least gap apart,
// keeping their order.
func apart(y []float64, gap, bottom float64) []float64 {
	order := make([]int, len(y))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case y[a] < y[b]:
			return -1
		case y[a] > y[b]:
			return 1
		}
		return 0
	})
	moved := slices.Clone(y)
	for k := 1; k < len(order); k++ {
		moved[order[k]] = max(moved[order[k]], moved[order[k-1]]+gap)
	}
	for k := len(order) - 1; k >= 0; k-- { // back up from the bottom
		most := bottom
		if k < len(order)-1 {
			most = moved[order[k+1]] - gap
		}
		moved[order[k]] = min(moved[order[k]], most)
	}
	return moved
}
