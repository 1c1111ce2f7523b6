package rules

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"

	"github.com/seed-64d012fb/mimic/internal/land"
)

// area is a set of polygons, cut into horizontal slabs: a point meets the edges
// of its own slab alone.
type area struct {
	lo, hi float64 // of y
	slabs  [][]edge
}

// edge is one side of a ring of a polygon.
type edge struct {
	polygon        int32
	x0, y0, x1, y1 float64
}

// openArea reads the polygons of a GeoJSON file, or of the embedded outline.
func openArea(dir, name string) (*area, error) {
	text := land.GeoJSON
	if name != land.Name {
		path := name
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		var err error
		if text, err = os.ReadFile(path); err != nil {
			return nil, err
		}
	}
	polygons, err := readPolygons(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return newArea(polygons), nil
}

func newArea(polygons []polygon) *area {
	var edges []edge
	a := &area{lo: math.Inf(1), hi: math.Inf(-1)}
	for p, polygon := range polygons {
		for _, ring := range polygon {
			for i := range ring {
				u, v := ring[i], ring[(i+1)%len(ring)]
				if u == v {
					continue
				}
				edges = append(edges, edge{int32(p), u[0], u[1], v[0], v[1]})
				a.lo, a.hi = min(a.lo, u[1]), max(a.hi, u[1])
			}
		}
	}
	a.slabs = make([][]edge, 1+len(edges)/4)
	for _, e := range edges { // in the order of polygons
		for s := a.slab(min(e.y0, e.y1)); s <= a.slab(max(e.y0, e.y1)); s++ {
			a.slabs[s] = append(a.slabs[s], e)
		}
	}
	return a
}

// slab returns the slab of y, the first or the last where y is outside.
func (a *area) slab(y float64) int {
	if !(a.hi > a.lo) {
		return 0
	}
	s := int((y - a.lo) / (a.hi - a.lo) * float64(len(a.slabs)))
	return max(0, min(s, len(a.slabs)-1))
}

// contains reports whether a point lies in a polygon or within the margin of
// one. On a border either may be said.
func (a *area) contains(x, y, margin float64) bool {
	if y >= a.lo && y <= a.hi && inside(a.slabs[a.slab(y)], x, y) {
		return true
	}
	if !(margin > 0) || y < a.lo-margin || y > a.hi+margin {
		return false
	}
	for s := a.slab(y - margin); s <= a.slab(y+margin); s++ {
		for _, e := range a.slabs[s] {
			if e.distance(x, y) <= margin {
				return true
			}
		}
	}
	return false
}

// inside counts, polygon by polygon, the edges to the right of the point: an
// odd number says that the point is in.
func inside(edges []edge, x, y float64) bool {
	for i := 0; i < len(edges); {
		end := i + sort.Search(len(edges)-i, func(k int) bool { return edges[i+k].polygon > edges[i].polygon })
		odd := false
		for _, e := range edges[i:end] {
			if (e.y0 > y) != (e.y1 > y) && x < e.x0+(y-e.y0)/(e.y1-e.y0)*(e.x1-e.x0) {
				odd = !odd
			}
		}
		if odd {
			return true
		}
		i = end
	}
	return false
}

// distance returns the distance from a point to the edge.
func (e *edge) distance(x, y float64) float64 {
	dx, dy := e.x1-e.x0, e.y1-e.y0
	t := ((x-e.x0)*dx + (y-e.y0)*dy) / (dx*dx + dy*dy)
	t = max(0, min(1, t))
	return math.Hypot(x-e.x0-t*dx, y-e.y0-t*dy)
}
