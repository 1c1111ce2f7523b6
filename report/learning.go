package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"github.com/seed-64d012fb/mimic/compare"
)

// curveClass is how a curve is drawn: generative ones as lines of a colour each,
// discriminative ones dashed.
func curveClass(c *comparison, i int) string {
	class, k := "gen", 0
	if !c.Curves[i].Generative {
		class = "dis"
	}
	for _, other := range c.Curves[:i] {
		if other.Generative == c.Curves[i].Generative {
			k++
		}
	}
	return fmt.Sprintf("curve %s%d", class, k%6)
}

// swatch is the line of a curve in the legend.
func swatch(c *comparison, i int) template.HTML {
	var d svg
	d.addf(`<line class="%s" x1="0" x2="26" y1="7" y2="7"/>`, curveClass(c, i))
	return d.draw(26, 14, "swatch", "")
}

// curveChart draws the learning curves by a figure, over the logarithm of the
// number of rows, with that of a constant.
func curveChart(c *comparison, title string, figure func(compare.Point) float64, constant float64, best string) template.HTML {
	const left, right, ceiling, floor, width = 52.0, 150.0, 16.0, 290.0, 620.0
	sizes := c.Sizes()
	lo, hi := constant, constant
	for _, k := range c.Curves {
		for _, p := range k.Points {
			if v := figure(p); !math.IsNaN(v) && !math.IsInf(v, 0) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	// A curve that starts far off would press the others together.
	if best == "low" {
		hi = min(hi, constant+1.2*(constant-lo)+1e-9)
	} else {
		lo = max(lo, constant-1.2*(hi-constant)-1e-9)
	}
	if !(hi > lo) {
		lo, hi = lo-.1, hi+.1
	}
	first, last := math.Log(float64(sizes[0])), math.Log(float64(sizes[len(sizes)-1]))
	if last <= first {
		last = first + 1
	}
	x := func(n int) float64 { return left + (width-left-right)*(math.Log(float64(n))-first)/(last-first) }
	y := func(v float64) float64 {
		return ceiling + (floor-ceiling)*(hi-math.Max(lo, math.Min(hi, v)))/(hi-lo)
	}
	var d svg
	for _, v := range ticks(lo, hi, 5) {
		d.addf(`<line class="grid" x1="%.4g" x2="%.4g" y1="%.4g" y2="%.4g"/>`, left, width-right, y(v), y(v))
		d.text(left-8, y(v)+4, "end", "small", trim(v))
	}
	before := -99.0
	for i := len(sizes) - 1; i >= 0; i-- {
		if at := x(sizes[i]); i == len(sizes)-1 || before-at > 46 {
			before = at
			d.text(at, floor+18, "middle", "small", thousands(fmt.Sprint(sizes[i])))
		}
	}
	d.text((left+width-right)/2, floor+36, "middle", "small", "rows learned from")
	d.addf(`<line class="constant" x1="%.4g" x2="%.4g" y1="%.4g" y2="%.4g"/>`, left, width-right, y(constant), y(constant))
	places, names, classes := []float64{y(constant)}, []string{"a constant"}, []string{"small"}
	for i, k := range c.Curves {
		if len(k.Points) == 0 {
			continue
		}
		var path, marks strings.Builder
		for n, p := range k.Points {
			v := figure(p)
			op := "L"
			if n == 0 {
				op = "M"
			}
			fmt.Fprintf(&path, "%s%.4g %.4g", op, x(p.Rows), y(v))
			fmt.Fprintf(&marks, `<circle class="%s" cx="%.4g" cy="%.4g" r="2.6"><title>%s</title></circle>`,
				strings.Replace(curveClass(c, i), "curve", "dot", 1), x(p.Rows), y(v), html.EscapeString(fmt.Sprintf("%s, %s rows: %s", k.Name, thousands(fmt.Sprint(p.Rows)), fixed(v, 3))))
		}
		d.addf(`<path class="%s" d="%s"/>%s`, curveClass(c, i), path.String(), marks.String())
		places = append(places, y(figure(k.Points[len(k.Points)-1])))
		names = append(names, k.Name)
		classes = append(classes, strings.Replace(curveClass(c, i), "curve", "label of", 1))
	}
	for i, at := range apart(places, 15, floor+4) {
		d.addf(`<line class="lead" x1="%.4g" x2="%.4g" y1="%.4g" y2="%.4g"/>`, width-right+3, width-right+13, places[i], at)
		d.text(width-right+16, at+4, "start", classes[i], names[i])
	}
	return d.draw(width, floor+42, "learning", title+", over the number of rows learned from; the table below has the numbers")
}

// curveTable is the numbers behind a chart.
type curveTable struct {
	Name string
	Rows []curveRow
}

type curveRow struct {
	Name  string
	Cells []string
}

// Tables returns the curves as tables.
func (c *comparison) Tables() (all []curveTable) {
	for _, t := range []struct {
		name   string
		figure func(compare.Point) float64
	}{
		{"Accuracy", func(p compare.Point) float64 { return p.Accuracy }},
		{"Log-loss", func(p compare.Point) float64 { return p.LogLoss }},
	} {
		table := curveTable{Name: t.name}
		for _, k := range c.Curves {
			row := curveRow{k.Name, make([]string, len(c.Sizes()))}
			for i, p := range k.Points {
				row.Cells[i] = fixed(t.figure(p), 3)
			}
			table.Rows = append(table.Rows, row)
		}
		all = append(all, table)
	}
	return all
}
