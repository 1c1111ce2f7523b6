// Package land holds the land of the world at a scale of 1:110 million, for maps
// and for rules about points.
//
// The outline is Natural Earth's (naturalearthdata.com), which is in the public
// domain, by way of the npm package world-atlas 2.
package land

import _ "embed" // the outline

// Name is how rules name the outline, in place of a file.
const Name = "example:land"

// GeoJSON is the outline as a feature collection of polygons, in degrees of
// longitude and latitude.
//
//go:embed land-110m.geojson
var GeoJSON []byte
