package space

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/seed-64d012fb/mimic/internal/spell"
)

// ParseEvidence reads what --given says, such as
//
//	age=30..40,sex=Female,day=2024-01-01..,city="Paris, TX"|London|missing
//
// A condition names a field and the values that it may have: a value, a range
// with both ends included (either may be left out), or several with | between
// them. The word missing stands for a missing value. A level of an ordinal
// field may be the end of a range. A datetime may also be written as ISO 8601
// has it, and in part: 2024-01-01 is the whole day. Names and values with one of
// , = | " in them, or spaces around them, are put in double quotes, in which ""
// is a quote.
func ParseEvidence(s *Schema, text string) (Evidence, error) {
	var e Evidence
	for rest := text; ; {
		name, _, after, err := cutItem(rest, "=,")
		if err != nil {
			return nil, err
		}
		if after == "" || after[0] != '=' {
			return nil, fmt.Errorf("%q does not say FIELD=VALUE, such as age=30..40 (a value with a comma in it needs quotes)", name)
		}
		g, err := newGiven(s, name)
		if err != nil {
			return nil, err
		}
		if i := slices.IndexFunc(e, func(h Given) bool { return h.Field == g.Field }); i >= 0 {
			return nil, fmt.Errorf("%s is given twice; write %s=A|B for either of two values", name, name)
		}
		for rest = after; rest != "" && rest[0] != ','; {
			var value string
			var quoted bool
			value, quoted, rest, err = cutItem(rest[1:], "|,")
			if err == nil {
				err = g.add(&s.Fields[g.Field], value, quoted)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		g.settle(s.Fields[g.Field].Step())
		e = append(e, g)
		if rest == "" {
			return e, nil
		}
		rest = rest[1:]
	}
}

// cutItem takes a name or a value, perhaps quoted, up to one of the bytes of
// stop.
func cutItem(text, stop string) (item string, quoted bool, rest string, err error) {
	text = strings.TrimLeft(text, " ")
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, stop)
		if end < 0 {
			end = len(text)
		}
		return strings.TrimRight(text[:end], " "), false, text[end:], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case strings.HasPrefix(text[i:], `""`):
			b.WriteByte('"')
			i++
		default:
			rest = strings.TrimLeft(text[i+1:], " ")
			if rest != "" && strings.IndexByte(stop, rest[0]) < 0 {
				return "", true, "", fmt.Errorf("%q behind the quotes of %q", rest, b.String())
			}
			return b.String(), true, rest, nil
		}
	}
	return "", true, "", fmt.Errorf("the quotes of %s are not closed", text)
}

func newGiven(s *Schema, name string) (Given, error) {
	j := s.Index(name)
	if j < 0 {
		names := make([]string, len(s.Fields))
		for i := range s.Fields {
			names[i] = s.Fields[i].Name
		}
		return Given{}, fmt.Errorf("no field is called %q; %s", name, spell.Suggest(name, names))
	}
	if f := &s.Fields[j]; !f.Kind.Learned() {
		return Given{}, fmt.Errorf("%s is %s %v: its values are made up, and tell nothing about others", name, article(f.Kind), f.Kind)
	}
	return Given{Field: j}, nil
}

// add admits a value or a range of f.
func (g *Given) add(f *Field, value string, quoted bool) error {
	switch {
	case value == "" && !quoted:
		return fmt.Errorf("no value is given")
	case value == "missing" && !quoted && (f.Optional() || !slices.Contains(f.Levels, value)):
		if !f.Optional() {
			return fmt.Errorf("it is never missing")
		}
		g.Missing = true
		return nil
	case f.Kind.Coded():
		return g.addLevels(f, value)
	}
	return g.addRange(f, value)
}

func (g *Given) addLevels(f *Field, value string) error {
	if code := slices.Index(f.Levels, value); code >= 0 {
		g.Codes = append(g.Codes, int32(code))
		return nil
	}
	from, to, isRange := strings.Cut(value, "..")
	if f.Kind != Ordinal || !isRange {
		return fmt.Errorf("no level is %q; %s", value, spell.Suggest(value, f.Levels))
	}
	lo, hi := 0, len(f.Levels)-1
	for _, end := range []struct {
		level string
		code  *int
	}{{from, &lo}, {to, &hi}} {
		if end.level == "" {
			continue
		}
		if *end.code = slices.Index(f.Levels, end.level); *end.code < 0 {
			return fmt.Errorf("no level is %q; %s", end.level, spell.Suggest(end.level, f.Levels))
		}
	}
	if lo > hi {
		return fmt.Errorf("%q comes after %q: no level lies between them", from, to)
	}
	for code := lo; code <= hi; code++ {
		g.Codes = append(g.Codes, int32(code))
	}
	return nil
}

func (g *Given) addRange(f *Field, value string) error {
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		to = from
	}
	r := Interval{math.Inf(-1), math.Inf(1)}
	if from != "" {
		v, err := f.interval(from)
		if err != nil {
			return err
		}
		r.Min = v.Min
	}
	if to != "" {
		v, err := f.interval(to)
		if err != nil {
			return err
		}
		r.Max = v.Max
	}
	switch {
	case r.Min > r.Max:
		return fmt.Errorf("%q is empty: its first end is the larger", value)
	case r.Max < f.Min || r.Min > f.Max:
		return fmt.Errorf("%q lies outside its range %s..%s", value, f.AppendNum(nil, f.Min), f.AppendNum(nil, f.Max))
	case !isRange && r.Min == r.Max && f.Snap(r.Min) != r.Min:
		return fmt.Errorf("%q is not on its grid: it has steps of %s", value, f.stepText())
	}
	g.Ranges = append(g.Ranges, r)
	return nil
}

// interval returns the values that a text stands for: one, or all of a day that
// is written without the time.
func (f *Field) interval(text string) (Interval, error) {
	x, err := f.ParseNum([]byte(text))
	if err == nil {
		return Interval{x, x}, nil
	}
	for _, r := range detect([]byte(text)) {
		l := r.layout()
		iso := strings.HasPrefix(string(l), "%Y-%m-%d")
		if r.kind != f.Kind || f.Kind == Datetime && !iso && !strings.HasPrefix(string(f.Layout), string(l)) {
			continue
		}
		from, _, ok := l.parse(f.Kind, []byte(text))
		if !ok {
			continue
		}
		if f.Kind == Datetime && !l.hasZone() && !strings.ContainsAny(string(l), "ZUG") { // not Z, UTC, GMT
			from.sec -= int64(zoneSeconds(f.Zone))
		}
		v := Interval{from.ticks(f.Unit), from.ticks(f.Unit)}
		if whole := l.finest(f.Kind); f.Kind == Datetime && whole > f.Unit {
			v.Max += float64(whole/f.Unit) - 1
		}
		return v, nil
	}
	return Interval{}, fmt.Errorf("%w; it takes values such as %s..%s", err, f.AppendNum(nil, f.Min), f.AppendNum(nil, f.Max))
}

// stepText says how wide the field's grid is.
func (f *Field) stepText() string {
	if f.Kind == Datetime || f.Kind == Duration {
		return unitName(f.Unit)
	}
	return string(appendDecimal(nil, f.Step(), f.Digits, false))
}

// settle puts the parts in order and joins those that touch, so that no value
// is admitted twice.
func (g *Given) settle(step float64) {
	slices.Sort(g.Codes)
	g.Codes = slices.Compact(g.Codes)
	slices.SortFunc(g.Ranges, func(a, b Interval) int { return cmp.Compare(a.Min, b.Min) })
	joined := g.Ranges[:0]
	for _, r := range g.Ranges {
		if n := len(joined); n > 0 && r.Min <= joined[n-1].Max+step {
			joined[n-1].Max = max(joined[n-1].Max, r.Max)
			continue
		}
		joined = append(joined, r)
	}
	g.Ranges = joined
}
