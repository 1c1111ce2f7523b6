"""Cuts the land of the world at the antimeridian, as RFC 7946 section 3.1.9 has it.

    python3 generate.py land-110m.geojson > ../../land/land-110m.geojson

The input is the land of world-atlas 2 (Natural Earth 1:110m, public domain),
whose rings run on across 180 degrees. A ring around a pole is closed along it.
"""

import json
import sys


def unwrap(ring):
    out = [list(ring[0])]
    for x, y in ring[1:]:
        turn = round((out[-1][0] - x) / 360)
        out.append([x + 360 * turn, y])
    return out


def clip(ring, at, keep):
    """The part of a closed ring with keep(x, at); Sutherland and Hodgman 1974."""
    out = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        if keep(x0, at):
            out.append([x0, y0])
        if keep(x0, at) != keep(x1, at):
            out.append([at, round(y0 + (at - x0) / (x1 - x0) * (y1 - y0), 4)])
    return out + out[:1]


def cut(ring):
    ring = unwrap(ring)
    if abs(ring[-1][0] - ring[0][0]) > 180:
        pole = -90 if ring[0][1] < 0 else 90
        return [ring + [[ring[-1][0], pole], [ring[0][0], pole], ring[0]]]
    parts = [ring]
    for at in (-180, 180):
        parts = [p for r in parts for p in (clip(r, at, lambda x, a: x <= a), clip(r, at, lambda x, a: x >= a))]
        parts = [p for p in parts if len(p) > 3 and max(x for x, _ in p) > min(x for x, _ in p)]
    out = []
    for p in parts:
        middle = sum(x for x, _ in p) / len(p)
        shift = -360 if middle > 180 else 360 if middle < -180 else 0
        out.append([[round(x + shift, 4), y] for x, y in p])
    return out


def main():
    with open(sys.argv[1]) as f:
        land = json.load(f)
    polygons = []
    for feature in land["features"]:
        g = feature["geometry"]
        for rings in g["coordinates"] if g["type"] == "MultiPolygon" else [g["coordinates"]]:
            shells = cut(rings[0])
            polygons += [[s] for s in shells]
            polygons[-len(shells)] += rings[1:]  # no hole of this file crosses
    print(json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},
        "geometry": {"type": "MultiPolygon", "coordinates": polygons}}]}, separators=(",", ":")))


main()
