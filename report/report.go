// Package report writes a judgement, or a comparison of rungs, as one HTML page
// that stands alone: no script, no file beside it, nothing from the network.
// Charts are SVG drawn here; every chart has its numbers in a table beside it.
// The page follows the reader's light or dark mode, width, zoom and printer.
package report

import (
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic/judge"
)

//go:embed page.html comparison.html style.css
var files embed.FS

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"value":    value,
	"interval": interval,
	"percent":  percent,
	"number":   number,
	"strip":    strip,
	"bars":     fieldChart,
	"stack":    stack,
	"heat":     heatMap,
	"map":      pageMap,
	"name":     breakable,
	"row":      func(i int) int { return i + 1 },
	"fields":   sortedFields,
	"share":    func(x judge.Number) float64 { return math.Max(0, math.Min(100, 100*float64(x))) },
	"diff":     difference,
	"cells":    joinCells,
	"groups":   groups,
	"uri":      pictureURI,
}).ParseFS(files, "page.html"))

// Write writes the page.
func Write(w io.Writer, j *judge.Judgement) error {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return err
	}
	return page.Execute(w, struct {
		*judge.Judgement
		Style template.CSS
	}{j, template.CSS(style)})
}

// pictureURI lets a page show a picture that a judgement holds, and nothing else:
// a judgement may come from a file.
func pictureURI(uri string) template.URL {
	if data, ok := strings.CutPrefix(uri, "data:image/png;base64,"); ok {
		if _, err := base64.StdEncoding.DecodeString(data); err == nil {
			return template.URL(uri)
		}
	}
	return ""
}

// group is the figures of one sort.
type group struct {
	Name    string
	Figures []judge.Figure
}

func groups(figures []judge.Figure) []group {
	titles := map[judge.Group]string{judge.Likelihood: "Likelihood: how probable are real rows?",
		judge.Fidelity: "Fidelity: do the samples look like real rows?", judge.Usefulness: "Usefulness: can they stand in for real rows?",
		judge.Novelty: "Novelty: are they new?", judge.Validity: "Validity: are they possible?"}
	var all []group
	for _, f := range figures {
		if n := len(all); n == 0 || all[n-1].Name != titles[f.Group] {
			all = append(all, group{Name: titles[f.Group]})
		}
		g := &all[len(all)-1]
		g.Figures = append(g.Figures, f)
	}
	return all
}

// sortedFields puts the fields that are farthest off first.
func sortedFields(fields []judge.Field) []judge.Field {
	sorted := slices.Clone(fields)
	slices.SortStableFunc(sorted, func(a, b judge.Field) int {
		switch {
		case a.StandsOut != b.StandsOut:
			if a.StandsOut {
				return -1
			}
			return 1
		case a.Fixed < b.Fixed:
			return -1
		case a.Fixed > b.Fixed:
			return 1
		}
		return 0
	})
	return sorted
}

// number writes a number with about three digits.
func number(x judge.Number) string {
	f := float64(x)
	switch a := math.Abs(f); {
	case math.IsNaN(f):
		return "–"
	case math.IsInf(f, 0):
		return strings.Replace(fmt.Sprint(f), "Inf", "∞", 1)
	case a != 0 && a < 0.001 || a >= 1e6:
		return fmt.Sprintf("%.2g", f)
	case a < 10:
		return fmt.Sprintf("%.3f", f)
	case a < 1000:
		return fmt.Sprintf("%.2f", f)
	default:
		return fmt.Sprintf("%.0f", f)
	}
}

// percent writes a share.
func percent(x judge.Number) string {
	p := 100 * float64(x)
	switch {
	case math.IsNaN(p):
		return "–"
	case p == 0 || p == 100:
		return fmt.Sprintf("%.0f %%", p)
	case p < 0.1:
		return fmt.Sprintf("%.1g %%", p)
	default:
		return fmt.Sprintf("%.1f %%", p)
	}
}

// value writes an estimate in its unit.
func value(e judge.Estimate, unit string) string {
	if unit == "share" {
		return percent(e.Value)
	}
	return number(e.Value)
}

// interval writes the interval of an estimate.
func interval(e judge.Estimate, unit string) string {
	if e.IsNone() || math.IsNaN(float64(e.Low)) {
		return ""
	}
	if unit == "share" {
		return fmt.Sprintf("%s to %s", strings.TrimSuffix(percent(e.Low), " %"), percent(e.High))
	}
	return fmt.Sprintf("%s to %s", number(e.Low), number(e.High))
}

// difference reports whether two values that are shown side by side differ.
func difference(t judge.Twin) bool { return t.Sample != t.Train }

func joinCells(cells []judge.Cell) string {
	parts := make([]string, len(cells))
	for i, c := range cells {
		parts[i] = c.Field + " = " + c.Value
	}
	return strings.Join(parts, " · ")
}

// breakable lets a long name break after its underscores, where words end.
func breakable(name string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(name), "_", "_<wbr>"))
}
