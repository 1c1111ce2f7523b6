package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/seed-64d012fb/mimic/internal/land"
	"github.com/seed-64d012fb/mimic/judge"
)

// coast returns the rings of the land of the world, in degrees.
var coast = sync.OnceValue(func() (rings [][][2]float64) {
	var fc struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(land.GeoJSON, &fc); err != nil {
		panic("the embedded outline of the land: " + err.Error())
	}
	for _, f := range fc.Features {
		var polygons [][][][2]float64
		switch f.Geometry.Type {
		case "Polygon":
			polygons = make([][][][2]float64, 1)
			if err := json.Unmarshal(f.Geometry.Coordinates, &polygons[0]); err != nil {
				panic("the embedded outline of the land: " + err.Error())
			}
		case "MultiPolygon":
			if err := json.Unmarshal(f.Geometry.Coordinates, &polygons); err != nil {
				panic("the embedded outline of the land: " + err.Error())
			}
		}
		for _, p := range polygons {
			rings = append(rings, p...)
		}
	}
	return rings
})

// view is the part of the world that a map shows: degrees to pixels.
type view struct{ west, north, scale, width, height float64 }

// viewOf holds all points, with a margin.
func viewOf(m *judge.Map, width float64) view {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, list := range [][][2]judge.Coord{m.Train, m.Held, m.Impossible, m.Copied, m.Good} {
		for _, p := range list {
			west, east = min(west, float64(p[0])), max(east, float64(p[0]))
			south, north = min(south, float64(p[1])), max(north, float64(p[1]))
		}
	}
	if !(west <= east) {
		west, east, south, north = -180, 180, -60, 80
	}
	margin := 0.03*max(east-west, north-south) + 0.05
	west, east, south, north = west-margin, east+margin, south-margin, north+margin
	v := view{west: west, north: north, scale: width / (east - west), width: width}
	v.height = v.scale * (north - south)
	if v.height > 1.4*width { // a tall strip: fit the height instead
		v.scale *= 1.4 * width / v.height
		v.height = 1.4 * width
	}
	return v
}

func (v view) at(x, y float64) (float64, float64) {
	return (x - v.west) * v.scale, (v.north - y) * v.scale
}

// drawMap draws land and points; a point is impossible as a cross, copied as a
// ring, good as a dot.
func drawMap(m *judge.Map, width float64) (svg, view) {
	v := viewOf(m, width)
	var d svg
	d.addf(`<rect class="sea" width="%.5g" height="%.5g"/><path class="land" d="`, v.width, v.height)
	for _, ring := range coast() {
		var part strings.Builder
		inside := false
		lastX, lastY := math.Inf(1), math.Inf(1)
		for i, p := range ring {
			x, y := v.at(p[0], p[1])
			inside = inside || x >= 0 && x <= v.width && y >= 0 && y <= v.height
			if i > 0 && math.Abs(x-lastX)+math.Abs(y-lastY) < 0.7 {
				continue // no pixel apart
			}
			command := "L"
			if i == 0 {
				command = "M"
			}
			fmt.Fprintf(&part, "%s%.1f %.1f", command, x, y)
			lastX, lastY = x, y
		}
		if inside || covers(ring, v) {
			d.addf("%sz", part.String())
		}
	}
	d.addf(`"/>`)
	points := func(class string, list [][2]judge.Coord, mark string) {
		if len(list) == 0 {
			return
		}
		d.addf(`<path class="%s" d="`, class)
		for _, p := range list {
			x, y := v.at(float64(p[0]), float64(p[1]))
			d.addf("M%.1f %.1f%s", x, y, mark)
		}
		d.addf(`"/>`)
	}
	points("known", m.Train, "h0")
	points("good", m.Good, "h0")
	points("copied", m.Copied, "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0")
	points("impossible", m.Impossible, "m-2.5 -2.5l5 5m0 -5l-5 5")
	return d, v
}

// covers reports whether a ring without a corner in view may still fill it.
func covers(ring [][2]float64, v view) bool {
	left, right, above, below := false, false, false, false
	for _, p := range ring {
		x, y := v.at(p[0], p[1])
		left, right = left || x < 0, right || x > v.width
		above, below = above || y < 0, below || y > v.height
	}
	return left && right && above && below
}

func shareWords(s judge.Shares) string {
	return fmt.Sprintf("A, impossible: %s; B, copied or too near: %s; C, good: %s",
		percent(s.Impossible.Value), percent(s.Copied.Value), percent(s.Good.Value))
}

// pageMap draws the map of a page.
func pageMap(j *judge.Judgement) template.HTML {
	d, v := drawMap(j.Map, 1000)
	return d.draw(v.width, v.height, "map", "Map of training rows and samples. "+shareWords(j.Verdict.Samples))
}

// WriteMap writes the map of a judgement as a picture of its own, with its
// title and legend. It fails if the rows have no coordinates.
func WriteMap(w io.Writer, j *judge.Judgement, title string) error {
	if j.Map == nil {
		return fmt.Errorf("the rows have no fields longitude and latitude: there is no map")
	}
	const width, head = 1000.0, 74.0
	d, v := drawMap(j.Map, width)
	var s svg
	s.text(12, 28, "start", "title", title)
	x := 14.0
	for _, l := range []struct{ class, mark, text string }{
		{"known", "h0", "training rows"},
		{"impossible", "m-2.5 -2.5l5 5m0 -5l-5 5", "A impossible " + percent(j.Verdict.Samples.Impossible.Value)},
		{"copied", "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "B copied or too near " + percent(j.Verdict.Samples.Copied.Value)},
		{"good", "h0", "C good " + percent(j.Verdict.Samples.Good.Value)},
	} {
		s.addf(`<path class="%s" d="M%.4g 50%s"/>`, l.class, x+4, l.mark)
		s.text(x+16, 56, "start", "key", l.text)
		x += 40 + 9*float64(len([]rune(l.text)))
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.5g %.5g" width="%.5g" role="img">
<title>%s</title><desc>%s</desc>
<style>%s</style>
<rect class="paper" width="100%%" height="100%%"/>%s<svg y="%g" width="%.5g" height="%.5g" viewBox="0 0 %.5g %.5g">%s</svg></svg>
`, width, v.height+head, width, template.HTMLEscapeString(title), shareWords(j.Verdict.Samples), mapStyle,
		s.String(), head, width, v.height, width, v.height, d.String())
	return err
}

// mapStyle is the style of a picture that stands alone.
const mapStyle = `.paper{fill:#fff}.title{font:600 22px system-ui,sans-serif;fill:#1a1d21}.key{font:17px system-ui,sans-serif;fill:#1a1d21}` +
	`.sea{fill:#eaf1f6}.land{fill:#d5d9cf}path{stroke-linecap:round;fill:none}.land{stroke:none;fill:#d3d8cc}` +
	`.known{stroke:#5d656e;stroke-width:4}.good{stroke:#0b7a66;stroke-width:5.5}.copied{stroke:#9a5b00;stroke-width:2}.impossible{stroke:#c02a2a;stroke-width:1.4}` +
	`@media(prefers-color-scheme:dark){.paper{fill:#14171a}.title,.key{fill:#e8eaed}.sea{fill:#1b2530}.land{fill:#37403a}` +
	`.known{stroke:#99a2ad}.good{stroke:#36c5aa}.copied{stroke:#f0a840}.impossible{stroke:#ff7b72}}`
