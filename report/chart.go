package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"github.com/seed-64d012fb/mimic/judge"
)

// svg collects the elements of a drawing. Colours are left to the style sheet,
// by class, so that a drawing follows the reader's mode.
type svg struct{ strings.Builder }

func (s *svg) addf(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// text adds a text; anchor is start, middle or end.
func (s *svg) text(x, y float64, anchor, class, t string) {
	s.addf(`<text x="%.4g" y="%.4g" text-anchor="%s" class="%s">%s</text>`, x, y, anchor, class, html.EscapeString(t))
}

// draw wraps the elements into a picture with a label for readers who do not see
// it; hidden pictures repeat what stands beside them.
func (s *svg) draw(width, height float64, class, label string) template.HTML {
	who := `aria-hidden="true"`
	if label != "" {
		who = fmt.Sprintf(`role="img" aria-label="%s"`, html.EscapeString(label))
	}
	return template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %.4g %.4g" class="%s" %s>%s</svg>`, width, height, class, who, s.String()))
}

// short cuts a text to n characters.
func short(t string, n int) string {
	r := []rune(t)
	if len(r) <= n {
		return t
	}
	return string(r[:n-1]) + "…"
}

// stack draws shares of A, B and C as one bar.
func stack(s judge.Shares) template.HTML {
	const width, height = 600, 22
	var d svg
	x := 0.0
	for _, part := range []struct {
		class string
		share judge.Number
	}{{"a", s.Impossible.Value}, {"b", s.Copied.Value}, {"c", s.Good.Value}} {
		w := width * float64(part.share)
		if !(w > 0) {
			continue
		}
		d.addf(`<rect class="fill-%s" x="%.5g" y="0" width="%.5g" height="%d"/>`, part.class, x, w, height)
		if w > 60 {
			d.text(x+w/2, 16, "middle", "on", strings.ToUpper(part.class)+" "+percent(part.share))
		}
		x += w
	}
	return d.draw(width, height, "stack", "")
}

// strip draws the figure of the samples, with its interval, among those of the
// yardsticks on one line.
func strip(f judge.Figure) template.HTML {
	const width, height, edge = 150.0, 26.0, 9.0
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, e := range []judge.Estimate{f.Samples, f.Held, f.Copy, f.Independent} {
		for _, v := range []float64{float64(e.Value), float64(e.Low), float64(e.High)} {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				lo, hi = min(lo, v), max(hi, v)
			}
		}
	}
	var d svg
	d.addf(`<line class="axis" x1="%.4g" x2="%.4g" y1="13" y2="13"/>`, edge, width-edge)
	at := func(v judge.Number) float64 {
		if hi <= lo {
			return width / 2
		}
		return edge + (width-2*edge)*(float64(v)-lo)/(hi-lo)
	}
	if !f.Independent.IsNone() {
		x := at(f.Independent.Value)
		d.addf(`<path class="mark" d="M%.4g 7l6 11h-12z"/>`, x)
	}
	if !f.Copy.IsNone() {
		d.addf(`<rect class="mark" x="%.4g" y="8" width="10" height="10"/>`, at(f.Copy.Value)-5)
	}
	if !f.Held.IsNone() {
		d.addf(`<path class="mark held" d="M%.4g 5l7 8l-7 8l-7 -8z"/>`, at(f.Held.Value))
	}
	if !f.Samples.IsNone() && !math.IsInf(float64(f.Samples.Value), 0) {
		if !math.IsNaN(float64(f.Samples.Low)) {
			d.addf(`<line class="error" x1="%.4g" x2="%.4g" y1="13" y2="13"/>`, at(f.Samples.Low), at(f.Samples.High))
		}
		d.addf(`<circle class="sample" cx="%.4g" cy="13" r="4.5"/>`, at(f.Samples.Value))
	}
	return d.draw(width, height, "strip", "")
}

// fieldChart draws one field, real rows against samples.
func fieldChart(f judge.Field) template.HTML {
	if f.Absent || len(f.Bars) == 0 {
		return ""
	}
	label := fmt.Sprintf("%s: share of real rows and of samples, value by value; the table below has the numbers", f.Name)
	switch f.Kind {
	case "integer", "decimal", "real", "datetime", "duration":
		return histogram(f.Bars, label)
	}
	return levels(f.Bars, label)
}

func most(bars []judge.Bar) float64 {
	top := 0.0
	for _, b := range bars {
		top = max(top, float64(b.Real), float64(b.Samples))
	}
	if top == 0 {
		return 1
	}
	return top
}

// levels draws a pair of bars for each level.
func levels(bars []judge.Bar, label string) template.HTML {
	const width, line, left, right = 320.0, 26.0, 120.0, 46.0
	top := most(bars)
	var d svg
	for i, b := range bars {
		y := float64(i) * line
		class := "label"
		if b.Outside {
			class = "label outside"
		}
		d.addf(`<g><title>%s</title>`, html.EscapeString(fmt.Sprintf("%s: real %s, samples %s", b.Label, percent(b.Real), percent(b.Samples))))
		d.text(left-6, y+16, "end", class, short(b.Label, 15))
		scale := (width - left - right) / top
		d.addf(`<rect class="real" x="%g" y="%.4g" width="%.4g" height="9"/>`, left, y+3, scale*float64(b.Real))
		d.addf(`<rect class="made" x="%g" y="%.4g" width="%.4g" height="9"/>`, left, y+13, scale*float64(b.Samples))
		d.text(left+scale*max(float64(b.Real), float64(b.Samples))+4, y+17, "start", "small", percent(b.Samples))
		d.addf(`</g>`)
	}
	return d.draw(width, line*float64(len(bars)), "chart", label)
}

// histogram draws the bins of a number: real rows filled, samples as an outline.
// Missing values stand apart.
func histogram(bars []judge.Bar, label string) template.HTML {
	const width, height, floor = 320.0, 140.0, 118.0
	top := most(bars)
	gap := 0.0
	if bars[len(bars)-1].Missing {
		gap = 8
	}
	w := (width - gap) / float64(len(bars))
	var d, line svg
	for i, b := range bars {
		x := float64(i) * w
		if b.Missing {
			x += gap
		}
		y := floor * (1 - float64(b.Real)/top)
		d.addf(`<g><title>%s</title><rect class="real" x="%.4g" y="%.4g" width="%.4g" height="%.4g"/></g>`,
			html.EscapeString(fmt.Sprintf("%s: real %s, samples %s", b.Label, percent(b.Real), percent(b.Samples))),
			x, y, max(w-1, 1), floor-y)
		y = 1.5 + (floor-1.5)*(1-float64(b.Samples)/top)
		if i == 0 || b.Missing {
			line.addf("M%.4g %.4g", x, y)
		} else {
			line.addf("V%.4g", y)
		}
		line.addf("h%.4g", w)
	}
	d.addf(`<path class="outline" d="%s"/><line class="axis" x1="0" x2="%g" y1="%g" y2="%g"/>`, line.String(), width, floor, floor)
	last := len(bars) - 1
	if bars[last].Missing && last > 0 {
		d.text(width, height-6, "end", "small", "missing")
		last--
	}
	d.text(0, height-6, "start", "small", short(bars[0].Label, 22))
	if last > 0 && gap == 0 {
		d.text(width, height-6, "end", "small", short(bars[last].Label, 22))
	}
	return d.draw(width, height, "chart", label)
}

// heatMap draws one of the three maps of dependence: real, samples, or the
// difference of samples and real.
func heatMap(p judge.Pairs, what string) template.HTML {
	n := len(p.Fields)
	const side, left = 300.0, 92.0
	cell := side / float64(max(n, 1))
	var d svg
	for i := range n {
		for k := range n {
			r, m := p.Real[i][k], p.Samples[i][k]
			v, class := r, "warm"
			switch what {
			case "samples":
				v = m
			case "difference":
				if v = m - r; v < 0 {
					v, class = -v, "cold"
				}
				v = judge.Number(math.Sqrt(float64(v))) // small differences count
			}
			if i == k || !(v >= 0.005) {
				continue
			}
			d.addf(`<rect class="%s" fill-opacity="%.2g" x="%.4g" y="%.4g" width="%.3g" height="%.3g">`, class, min(1, float64(v)), left+float64(k)*cell, float64(i)*cell, cell, cell)
			if i < k {
				d.addf(`<title>%s</title>`, html.EscapeString(fmt.Sprintf("%s, %s: real %s, samples %s", p.Fields[i], p.Fields[k], number(r), number(m))))
			}
			d.addf(`</rect>`)
		}
		size := min(11, max(5, cell*0.9))
		d.addf(`<text x="%.4g" y="%.4g" text-anchor="end" class="label" style="font-size:%.3gpx">%s</text>`,
			left-4, (float64(i)+0.5)*cell+size/3, size, html.EscapeString(short(p.Fields[i], 14)))
		d.addf(`<text transform="translate(%.4g %.4g) rotate(-60)" text-anchor="end" class="label" style="font-size:%.3gpx">%s</text>`,
			left+(float64(i)+0.5)*cell+size/3, side+6, size, html.EscapeString(short(p.Fields[i], 14)))
	}
	d.addf(`<rect class="frame" x="%g" y="0" width="%g" height="%g"/>`, left, side, side)
	return d.draw(left+side+1, side+82, "heat", fmt.Sprintf("Heat map of the dependence of %d fields, %s; the table below has the pairs that are farthest off", n, what))
}
