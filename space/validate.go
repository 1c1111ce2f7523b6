package space

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Validate reports what is wrong with a schema, naming the field.
func (s *Schema) Validate() error {
	if len(s.Fields) == 0 {
		return errors.New("a schema without fields")
	}
	if d := s.Dialect.Delimiter; d != "" && (len(d) != 1 || d[0] == '"' || d[0] == '\n' || d[0] == '\r') {
		return fmt.Errorf("delimiter %q is not one character", d)
	}
	at := make(map[string]int, len(s.Fields))
	for j := range s.Fields {
		f := &s.Fields[j]
		if f.Name == "" {
			return fmt.Errorf("field %d has no name", j+1)
		}
		if i, twice := at[f.Name]; twice {
			return fmt.Errorf("fields %d and %d are both called %q", i+1, j+1, f.Name)
		}
		at[f.Name] = j
		if s.Image.Has(j) {
			continue // all at once below
		}
		if err := f.check(); err != nil {
			return fmt.Errorf("field %q: %w", f.Name, err)
		}
	}
	if s.Image != nil {
		if err := s.Image.check(s.Fields); err != nil {
			return fmt.Errorf("image %q: %w", s.Image.Name, err)
		}
	}
	return nil
}

// check reports what is wrong with a field.
func (f *Field) check() error {
	if i := firstDuplicate(f.Missing); i >= 0 {
		return fmt.Errorf("missing marker %q is listed twice", f.Missing[i])
	}
	switch {
	case f.Kind.Coded():
		return f.checkLevels()
	case f.Kind.Numeric():
		return f.checkRange()
	case f.Kind == ID:
		_, err := parsePattern(f.Pattern)
		return err
	}
	return fmt.Errorf("unknown %v", f.Kind)
}

func (f *Field) checkLevels() error {
	if len(f.Levels) == 0 && !f.Optional() {
		return errors.New("no levels: it can have no value")
	}
	if f.Kind == Bool && len(f.Levels) != 2 {
		return fmt.Errorf("a bool has 2 levels, not %d", len(f.Levels))
	}
	if len(f.Levels) > math.MaxInt32 {
		return fmt.Errorf("%d levels are too many", len(f.Levels))
	}
	if i := firstDuplicate(f.Levels); i >= 0 {
		return fmt.Errorf("level %q is listed twice", f.Levels[i])
	}
	for _, m := range f.Missing {
		if slices.Contains(f.Levels, m) {
			return fmt.Errorf("%q is a level and a missing marker", m)
		}
	}
	return nil
}

func (f *Field) checkRange() error {
	if math.IsNaN(f.Min) || math.IsInf(f.Min, 0) || math.IsNaN(f.Max) || math.IsInf(f.Max, 0) {
		return fmt.Errorf("range [%v, %v] is not finite", f.Min, f.Max)
	}
	switch f.Kind {
	case Datetime, Duration:
		if err := f.Layout.check(f.Kind); err != nil {
			return err
		}
		if !slices.Contains(units[:], f.Unit) {
			return fmt.Errorf("%v is no unit: one of %s", f.Unit, unitNames())
		}
		if finest := f.Layout.finest(f.Kind); f.Unit < finest {
			return fmt.Errorf("unit %s is finer than the layout %q shows, which is %s", unitName(f.Unit), f.Layout, unitName(finest))
		}
		if err := checkZone(f.Zone); err != nil {
			return err
		}
		if f.Zone != "" && !f.Layout.hasZone() {
			return fmt.Errorf("zone %q, but the layout %q does not write it", f.Zone, f.Layout)
		}
	case Integer, Decimal:
		if f.Digits < 0 || f.Digits >= len(pow10) {
			return fmt.Errorf("%d digits after the point: 0 to %d are possible", f.Digits, len(pow10)-1)
		}
	}
	if f.Min > f.Max {
		return fmt.Errorf("range [%s, %s] is empty", f.bound(f.Min), f.bound(f.Max))
	}
	for _, end := range []float64{f.Min, f.Max} {
		if back, err := f.ParseNum(f.AppendNum(nil, end)); err != nil || back != end {
			return fmt.Errorf("range [%s, %s]: an end cannot be written as %q", f.bound(f.Min), f.bound(f.Max), f.Layout)
		}
	}
	if step := f.Step(); step > 0 {
		if f.Snap(f.Min) != f.Min || f.Snap(f.Max) != f.Max {
			return fmt.Errorf("range [%s, %s]: an end is not on the grid of %s", f.bound(f.Min), f.bound(f.Max), appendReal(nil, step))
		}
		if max(-f.Min, f.Max)/step > maxExact {
			return fmt.Errorf("range [%s, %s] has more than 2^53 steps of %s from 0: use kind real", f.bound(f.Min), f.bound(f.Max), appendReal(nil, step))
		}
	}
	return nil
}

// checkZone reports whether a zone is "" or like "+02:00".
func checkZone(zone string) error {
	if zone != zoneName(zoneSeconds(zone)) {
		return fmt.Errorf("%q is no zone: an offset from UTC such as \"+02:00\", or nothing for UTC", zone)
	}
	return nil
}

// firstDuplicate returns the index of the first text that an earlier one
// equals, or -1.
func firstDuplicate(texts []string) int {
	seen := make(map[string]struct{}, len(texts))
	for i, t := range texts {
		if _, twice := seen[t]; twice {
			return i
		}
		seen[t] = struct{}{}
	}
	return -1
}

// Equal reports whether two schemas are the same sample space, written the same
// way: whether their files are the same, but for the comments.
func (s *Schema) Equal(t *Schema) bool {
	if s.Dialect != t.Dialect || !slices.Equal(s.Rules, t.Rules) || len(s.Fields) != len(t.Fields) || !equalImages(s.Image, t.Image) {
		return false
	}
	for j := range s.Fields {
		if f, g := &s.Fields[j], &t.Fields[j]; s.Image.Has(j) && s.Image.isPixel(f, g.Storage) && s.Image.isPixel(g, g.Storage) {
			if f.Name != g.Name {
				return false
			}
		} else if !equalFields(*f, *g) {
			return false
		}
	}
	return true
}

func equalImages(a, b *Image) bool { return a == b || a != nil && b != nil && *a == *b }

func equalFields(f, g Field) bool {
	if f.Name != g.Name {
		return false
	}
	for _, p := range properties {
		if (p.of(f.Kind) || p.of(g.Kind)) && !bytes.Equal(p.write(&f), p.write(&g)) {
			return false
		}
	}
	return true
}
