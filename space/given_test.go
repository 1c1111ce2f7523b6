package space

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func people() *Schema {
	return &Schema{Fields: []Field{
		{Name: "age", Kind: Integer, Min: 17, Max: 90, Missing: []string{"?"}},
		{Name: "price", Kind: Decimal, Digits: 2, Min: -5, Max: 20},
		{Name: "weight", Kind: Real, Min: 0, Max: 200},
		{Name: "sex", Kind: Category, Levels: []string{"Female", "Male"}},
		{Name: "city", Kind: Category, Levels: []string{"London", "Paris, TX", "a=b", "a|b", `say "hi"`, " x ", "missing", "1..2"}, Missing: []string{""}},
		{Name: "size", Kind: Ordinal, Levels: []string{"S", "M", "L", "XL"}},
		{Name: "day", Kind: Datetime, Layout: "%d/%m/%Y %H:%M", Unit: time.Hour, Min: 0, Max: 24 * 20000},
		{Name: "seen", Kind: Datetime, Layout: "%Y-%m-%dT%H:%M:%S%:z", Zone: "+02:00", Unit: time.Second, Min: 0, Max: 2e9},
		{Name: "took", Kind: Duration, Layout: "%H:%M:%S", Unit: time.Second, Min: 0, Max: 86400},
		{Name: "user, id", Kind: ID, Pattern: "{1..}"},
		{Name: "is, it", Kind: Bool, Levels: []string{"no", "yes"}},
	}}
}

// describeEvidence writes evidence down in one way.
func describeEvidence(s *Schema, e Evidence) string {
	var parts []string
	for _, g := range e {
		part := s.Fields[g.Field].Name + ":"
		for _, c := range g.Codes {
			part += fmt.Sprintf(" %q", s.Fields[g.Field].Levels[c])
		}
		for _, r := range g.Ranges {
			part += fmt.Sprintf(" [%s %s]", appendReal(nil, r.Min), appendReal(nil, r.Max))
		}
		if g.Missing {
			part += " missing"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

func TestParseEvidence(t *testing.T) {
	const day = 24 * 19723 // 2024-01-01, in hours
	at := fmt.Sprint(time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC).Unix())
	s := people()
	for text, want := range map[string]string{
		"age=30":                           "age: [30 30]",
		"age=30..40,sex=Female":            `age: [30 40]; sex: "Female"`,
		" age = 30..40 , sex = Male":       `age: [30 40]; sex: "Male"`,
		"age=..40":                         "age: [-Inf 40]",
		"age=30..":                         "age: [30 +Inf]",
		"age=..":                           "age: [-Inf +Inf]",
		"age=missing":                      "age: missing",
		"age=70..|17..20|missing|19":       "age: [17 20] [70 +Inf] missing",
		"age=30..40|41..50|60":             "age: [30 50] [60 60]",
		"price=-1.50..-0.5":                "price: [-1.5 -0.5]",
		"price=1.5|1.51|1.53":              "price: [1.5 1.51] [1.53 1.53]",
		"weight=1e2..150.25":               "weight: [100 150.25]",
		"weight=1..2|2..3|4":               "weight: [1 3] [4 4]",
		"sex=Male|Female|Male":             `sex: "Female" "Male"`,
		`city="Paris, TX"|London`:          `city: "London" "Paris, TX"`,
		`city="a=b"|"a|b"|a=b`:             `city: "a=b" "a|b"`,
		`city="say ""hi"""|" x "`:          `city: "say \"hi\"" " x "`,
		`city=missing`:                     "city: missing",
		`city="missing"|1..2`:              `city: "missing" "1..2"`,
		"size=M..":                         `size: "M" "L" "XL"`,
		"size=..M|XL":                      `size: "S" "M" "XL"`,
		"day=01/01/2024 05:00":             fmt.Sprintf("day: [%d %d]", day+5, day+5),
		"day=01/01/2024":                   fmt.Sprintf("day: [%d %d]", day, day+23),
		"day=2024-01-01":                   fmt.Sprintf("day: [%d %d]", day, day+23),
		"day=2024-01-01..2024-01-02":       fmt.Sprintf("day: [%d %d]", day, day+47),
		"day=2024-01-01T05:00..":           fmt.Sprintf("day: [%d +Inf]", day+5),
		"seen=2024-01-01T14:00:00+02:00":   fmt.Sprintf("seen: [%s %s]", at, at),
		"seen=2024-01-01T12:00:00Z":        fmt.Sprintf("seen: [%s %s]", at, at),
		"seen=2024-01-01 14:00:00":         fmt.Sprintf("seen: [%s %s]", at, at),
		"seen=2024-01-01T13:00:00+01:00..": fmt.Sprintf("seen: [%s +Inf]", at),
		"took=..01:30:00":                  "took: [-Inf 5400]",
		"took=1h30m":                       "took: [5400 5400]",
		`"is, it"=yes`:                     `is, it: "yes"`,
	} {
		e, err := ParseEvidence(s, text)
		if got := describeEvidence(s, e); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
}

func TestParseEvidenceRefused(t *testing.T) {
	s := people()
	for text, want := range map[string]string{
		"":                     `"" does not say FIELD=VALUE`,
		"age":                  `"age" does not say FIELD=VALUE`,
		"age=30,40":            `"40" does not say FIELD=VALUE`,
		"age=":                 "age: no value is given",
		"age=30|":              "age: no value is given",
		"aeg=30":               `no field is called "aeg"; did you mean "age"?`,
		"salary=30":            `no field is called "salary"; there are "age"`,
		"age=4o":               `age: "4o" is not a number; it takes values such as 17..90`,
		"age=30.5":             `age: "30.5" is not on its grid: it has steps of 1`,
		"price=1.505":          `price: "1.505" is not on its grid: it has steps of 0.01`,
		"age=99":               `age: "99" lies outside its range 17..90`,
		"age=99..":             `lies outside its range`,
		"age=40..30":           `age: "40..30" is empty`,
		"age=30,age=40":        "age is given twice; write age=A|B",
		"sex=female":           `sex: no level is "female"; did you mean "Female"?`,
		"sex=missing":          `sex: it is never missing`,
		"price=missing":        `price: it is never missing`,
		"size=XL..S":           `size: "XL" comes after "S"`,
		"size=M..XXL":          `size: no level is "XXL"; did you mean "XL"?`,
		"sex=Female..Male":     `no level is "Female..Male"`,
		`city="London`:         "are not closed",
		`city="London"x`:       `"x" behind the quotes of "London"`,
		"day=31/02/2024":       `day: "31/02/2024" is not a datetime written as "%d/%m/%Y %H:%M"; it takes values such as 01/01/1970 00:00..`,
		"day=01/01/2024 05:30": `is not on its grid: it has steps of 1h`,
		`"user, id"=5`:         `user, id is an id: its values are made up`,
		"took=1990-01-01":      `is not a duration written as`,
		"age=30,,sex=Male":     `does not say FIELD=VALUE`,
	} {
		if e, err := ParseEvidence(s, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, error %v; want %s", text, e, err, want)
		}
	}
}

// TestEvidenceProperties: every level of any text can be given in quotes, and
// ranges admit what lies in one of them.
func TestEvidenceProperties(t *testing.T) {
	quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(texts(), 2, 6, rapid.ID).Draw(t, "levels")
		s := &Schema{Fields: []Field{
			{Name: all[0], Kind: Category, Levels: all[1:]},
			{Name: all[0] + "2", Kind: Integer, Min: -20, Max: 20},
		}}
		code := rapid.IntRange(0, len(all)-2).Draw(t, "code")
		var ranges []string
		var want []Interval
		for range rapid.IntRange(1, 4).Draw(t, "ranges") {
			a, b := rapid.IntRange(-20, 20).Draw(t, "a"), rapid.IntRange(-20, 20).Draw(t, "b")
			want = append(want, Interval{float64(min(a, b)), float64(max(a, b))})
			ranges = append(ranges, fmt.Sprintf("%d..%d", min(a, b), max(a, b)))
		}
		e, err := ParseEvidence(s, quote(all[0])+"="+quote(all[1+code])+","+quote(all[0]+"2")+"="+strings.Join(ranges, "|"))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e[0].Codes, []int32{int32(code)}) {
			t.Fatalf("codes %v, not %d", e[0].Codes, code)
		}
		last := math.Inf(-1)
		for _, r := range e[1].Ranges {
			if r.Min <= last+1 || r.Max < r.Min {
				t.Fatalf("ranges %v touch", e[1].Ranges)
			}
			last = r.Max
		}
		for x := -20.0; x <= 20; x++ {
			in := func(rs []Interval) bool {
				return slices.ContainsFunc(rs, func(r Interval) bool { return r.Min <= x && x <= r.Max })
			}
			if in(e[1].Ranges) != in(want) {
				t.Fatalf("%v: admitted %v, want %v", x, e[1].Ranges, want)
			}
		}
	})
}

func FuzzParseEvidence(f *testing.F) {
	for _, text := range []string{`age=30..40|missing,sex=Female`, `city="Paris, TX"|"a|b"`, "day=2024-01-01..,size=M..", "took=1h30m,price=-1.5..", `"is, it"=yes`} {
		f.Add(text)
	}
	s := people()
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseEvidence(s, text)
		if err != nil {
			return
		}
		seen := map[int]bool{}
		for _, g := range e {
			field := &s.Fields[g.Field]
			if seen[g.Field] || len(g.Codes)+len(g.Ranges) == 0 && !g.Missing || g.Missing && !field.Optional() {
				t.Fatalf("%q gives %+v", text, e)
			}
			seen[g.Field] = true
			for _, c := range g.Codes {
				if !field.Kind.Coded() || c < 0 || int(c) >= len(field.Levels) {
					t.Fatalf("%q gives %+v", text, e)
				}
			}
			for i, r := range g.Ranges {
				if !field.Kind.Numeric() || !(r.Min <= r.Max) || i > 0 && r.Min <= g.Ranges[i-1].Max {
					t.Fatalf("%q gives %+v", text, e)
				}
			}
		}
	})
}
