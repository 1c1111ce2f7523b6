package forest

import (
	"errors"
	"math"
	"slices"
)

// lineWire is a line in its file; its directions are the last ones of its column.
type lineWire struct {
	ByValue bool       `cbor:"by_value,omitempty"`
	Class   int32      `cbor:"class"`
	Groups  []uint8    `cbor:"groups,omitempty"`
	Parts   []linePart `cbor:"parts"`
	Shape   shape      `cbor:"shape"`
	Turns   int        `cbor:"turns"`
}

func (l *line) wire() *lineWire {
	return &lineWire{!l.ranks, l.class, l.groups, l.parts, l.shape, l.turns}
}

var errLine = errors.New("a line is damaged")

// read reads what wire wrote of the line of the column at a position of the chain.
func (w *lineWire) read(position int, views []view) (*line, error) {
	l := &line{!w.ByValue, w.Class, w.Groups, w.Parts, w.Shape, w.Turns, nil}
	if len(w.Parts) == 0 || len(w.Parts) > mostParts || w.Turns < 1 || w.Turns >= fewTrees {
		return nil, errLine
	}
	if w.Class == noClass {
		if len(w.Parts) > 1 || len(w.Groups) > 0 {
			return nil, errLine
		}
	} else if w.Class < 0 || int(w.Class) >= len(views) || views[w.Class].column >= position || views[w.Class].direction != nil || len(w.Groups) != views[w.Class].bins {
		return nil, errLine
	}
	for _, g := range w.Groups {
		if int(g) >= len(w.Parts) {
			return nil, errLine
		}
	}
	for i := range w.Parts {
		part := &w.Parts[i]
		if !(part.Unit > 0) || math.IsInf(part.Unit, 1) || !finite(part.Offset) || len(part.At) == 0 || len(part.At) > alongMost || len(part.SD) != len(part.At) {
			return nil, errLine
		}
		for k, sd := range part.SD {
			if !(sd > 0) || math.IsInf(sd, 1) || !finite(part.At[k]) || k > 0 && !(part.At[k] > part.At[k-1]) {
				return nil, errLine
			}
		}
	}
	if n := len(w.Shape.Residuals); n > lineRows || n > 0 && !(w.Shape.Bandwidth > 0 && w.Shape.Bandwidth <= lawReach) {
		return nil, errLine
	}
	if !slices.IsSorted(w.Shape.Residuals) {
		return nil, errLine
	}
	for _, u := range w.Shape.Residuals {
		if !finite(u) {
			return nil, errLine
		}
	}
	return l, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
