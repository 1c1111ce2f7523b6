package rules

import (
	"encoding/json"
	"errors"
	"fmt"
)

// polygon is a list of rings of points (x, y); whether rings are closed, and
// which way they turn, does not matter.
type polygon [][][2]float64

// shape is any object of GeoJSON, with the members that lead to polygons.
//
// Reference: RFC 7946, The GeoJSON format.
type shape struct {
	Type        string          `json:"type"`
	Features    []shape         `json:"features"`
	Geometry    *shape          `json:"geometry"`
	Geometries  []shape         `json:"geometries"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// readPolygons returns the polygons of a GeoJSON text; other shapes are left
// out.
func readPolygons(text []byte) ([]polygon, error) {
	var s shape
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("this is no GeoJSON: %w", err)
	}
	polygons, err := s.polygons(nil)
	if err == nil && len(polygons) == 0 {
		err = errors.New("this GeoJSON has no polygons")
	}
	return polygons, err
}

func (s *shape) polygons(to []polygon) (_ []polygon, err error) {
	parts := append(s.Features, s.Geometries...)
	if s.Geometry != nil {
		parts = append(parts, *s.Geometry)
	}
	for i := range parts {
		if to, err = parts[i].polygons(to); err != nil {
			return nil, err
		}
	}
	var rings [][][]float64
	var many [][][][]float64
	switch s.Type {
	case "Polygon":
		err = json.Unmarshal(s.Coordinates, &rings)
		many = append(many, rings)
	case "MultiPolygon":
		err = json.Unmarshal(s.Coordinates, &many)
	}
	if err != nil {
		return nil, fmt.Errorf("coordinates of a %s: %w", s.Type, err)
	}
	for _, rings := range many {
		p := make(polygon, len(rings))
		for r, ring := range rings {
			for _, at := range ring {
				if len(at) < 2 {
					return nil, fmt.Errorf("coordinates of a %s: %v is no point", s.Type, at)
				}
				p[r] = append(p[r], [2]float64{at[0], at[1]})
			}
		}
		to = append(to, p)
	}
	return to, nil
}
