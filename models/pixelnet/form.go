package pixelnet

import (
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/space"
)

// form says what the codes of a row are: the pixels of a picture, and, it may be,
// its label.
type form struct {
	raster
	first   int    // place of the first pixel among the learned fields
	label   int    // of the label, or -1
	classes int    // codes of the label, 0 without one
	paper   uint16 // the code of pixels without ink
}

// toneOf returns 0 for the code of paper, and the others in order from 1 on.
func (f *form) toneOf(code uint16) uint8 {
	switch {
	case code == f.paper:
		return 0
	case code < f.paper:
		return uint8(code + 1)
	}
	return uint8(code)
}

// codeOf is the inverse of toneOf.
func (f *form) codeOf(tone uint8) uint16 {
	switch code := uint16(tone); {
	case code == 0:
		return f.paper
	case code <= f.paper:
		return code - 1
	default:
		return code
	}
}

// formOf returns the form of a sample space. label may name the label's field.
func formOf(s *space.Schema, label string) (form, error) {
	f := form{label: -1}
	m := s.Image
	switch {
	case m == nil:
		return f, fmt.Errorf("a table without a picture: %w", mimic.ErrUnsuited)
	case m.Channels > 1 || m.Levels > mostLevels:
		return f, fmt.Errorf("pictures of %d channels and %d levels, where 1 and %d are possible (--gray --levels %d makes others so): %w",
			m.Channels, m.Levels, mostLevels, mostLevels, mimic.ErrUnsuited)
	case m.Pixels() > mostPixels:
		return f, fmt.Errorf("pictures of %s, of more than %d pixels (--resize makes them smaller): %w", m.Size(), mostPixels, mimic.ErrUnsuited)
	}
	f.raster = newRaster(m)
	if f.pixels()*f.shades() > mostShadePixels {
		return f, fmt.Errorf("pictures of %s and %d levels, together more than %d weights of a pixel (--resize and --levels make them fewer): %w",
			m.Size(), m.Levels, mostShadePixels, mimic.ErrUnsuited)
	}
	for i, j := range s.Learned() {
		field := &s.Fields[j]
		switch {
		case j == m.First:
			f.first = i
		case m.Has(j):
		case f.label >= 0:
			return f, fmt.Errorf("fields %q and %q beside the picture, where one, its label, is possible: %w",
				s.Fields[s.Learned()[f.label]].Name, field.Name, mimic.ErrUnsuited)
		case !field.Kind.Coded():
			return f, fmt.Errorf("the field %q beside the picture is no label but a %v: %w", field.Name, field.Kind, mimic.ErrUnsuited)
		default:
			f.label, f.classes = i, len(field.Levels)
			if field.Optional() {
				f.classes++
			}
			if f.classes == 0 || f.classes > mostClasses {
				return f, fmt.Errorf("the label %q has %d values, where 1 to %d are possible: %w", field.Name, f.classes, mostClasses, mimic.ErrUnsuited)
			}
		}
	}
	if f.classes*f.pixels() > mostClassPixels {
		return f, fmt.Errorf("%d labels of pictures of %s, together more than %d weights of a pixel (--resize makes pictures smaller): %w",
			f.classes, m.Size(), mostClassPixels, mimic.ErrUnsuited)
	}
	if at := s.Index(label); label != "" && (f.label < 0 || s.Learned()[f.label] != at) {
		return f, fmt.Errorf("the label %q is no field beside the picture: %w", label, mimic.ErrUnsuited)
	}
	return f, nil
}

// Bounds of what the network is made for.
const (
	mostPixels  = 1 << 14
	mostLevels  = 1 << 4
	mostClasses = 1 << 8
	// mostClassPixels bounds the labels times the pixels, for each of which there
	// are weights: half a gigabyte with all that a fit needs.
	mostClassPixels = 1 << 17
	// mostShadePixels bounds the shades times the pixels in the same way.
	mostShadePixels = 1 << 16
)
