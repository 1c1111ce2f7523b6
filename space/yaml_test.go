package space

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// texts draws texts that are awkward in YAML, or anything at all.
func texts() *rapid.Generator[string] {
	awkward := []string{
		"yes", "No", "null", "~", "", " ", "1e3", "0x1F", "007", "1_000", "1:30", "2024-01-01", ".inf", ".5", "- a", "-", "--- ", "...", "a: b", "a:", "a #b", "#",
		"[a]", "{a}", "a, b", "&a", "*a", "!a", "!!str a", "|", ">", "%a", "@a", "`a", "?", "? a", "'a'", `"a"`, `a\`, `\x41`, "a\nb", "\n", "\r\n", "\t", "a\tb",
		" a", "a ", "a  b", "\x00", "\x01\x7f\u0085\u00a0", "\u2028\u2029\ufeff", "\xff\xfe", "a\xc3", "é", "日本語", "😀", "<<", "=", "it's", "R&D", "(x)", "a/b.c",
	}
	return rapid.OneOf(rapid.SampledFrom(awkward), rapid.String(), rapid.StringMatching(`[A-Za-z][a-z -]{0,8}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 8), func(b []byte) string { return string(b) }))
}

func fields() *rapid.Generator[Field] {
	return rapid.Custom(func(t *rapid.T) Field {
		f := Field{Quoted: rapid.Bool().Draw(t, "quoted"), Why: rapid.OneOf(rapid.Just(""), texts()).Draw(t, "why")}
		all := rapid.SliceOfNDistinct(texts(), 5, 40, rapid.ID).Draw(t, "texts")
		f.Name, all = all[0], all[1:]
		if f.Name == "" {
			f.Name = "x"
		}
		missing := rapid.IntRange(0, 2).Draw(t, "missing")
		f.Missing, all = all[:missing], all[missing:]
		f.Kind = rapid.SampledFrom([]Kind{Bool, Category, Ordinal, Integer, Decimal, Real, Datetime, Duration, ID, Text}).Draw(t, "kind")
		scale := 1.0
		switch f.Kind {
		case Bool:
			f.Levels = all[:2]
		case Category, Ordinal, Text:
			f.Levels = all
		case Integer, Decimal:
			if f.Kind == Decimal || rapid.Bool().Draw(t, "pointed") {
				f.Digits = rapid.IntRange(0, 9).Draw(t, "digits")
				f.Fixed = rapid.Bool().Draw(t, "fixed")
			}
			if f.Kind == Decimal {
				scale = pow10[f.Digits]
			}
		case Datetime:
			f.Layout = rapid.SampledFrom([]Layout{"%Y-%m-%d %H:%M:%S.%6f", "%d/%m/%Y %H:%M:%S%.f%:z"}).Draw(t, "layout")
			f.Unit = rapid.SampledFrom(units[:7]).Draw(t, "unit")
			if f.Layout.hasZone() {
				f.Zone = rapid.SampledFrom([]string{"", "+02:00", "-03:30"}).Draw(t, "zone")
			}
		case Duration:
			f.Layout = rapid.SampledFrom([]Layout{"%H:%M:%S.%6f", "iso", "go"}).Draw(t, "layout")
			f.Unit = rapid.SampledFrom(units[:7]).Draw(t, "unit")
		case ID:
			f.Pattern = escapePattern(strings.ToValidUTF8(all[0], "")) + "{007..}[a-z]{3}"
		}
		if f.Kind == Real {
			f.Min, f.Max = rapid.Float64Range(-1e300, 0).Draw(t, "min"), rapid.Float64Range(0, 1e300).Draw(t, "max")
		} else if f.Kind.Numeric() {
			bound := int64(maxExact / 2)
			if f.Unit > 0 {
				bound = int64(firstSecond * -1 / max(1, f.Unit/time.Second) / 2)
			}
			f.Min = float64(rapid.Int64Range(-bound, 0).Draw(t, "min")) / scale
			f.Max = float64(rapid.Int64Range(0, bound).Draw(t, "max")) / scale
		}
		return f
	})
}

func schemas() *rapid.Generator[*Schema] {
	return rapid.Custom(func(t *rapid.T) *Schema {
		return &Schema{
			Fields: rapid.SliceOfNDistinct(fields(), 1, 5, func(f Field) string { return f.Name }).Draw(t, "fields"),
			Dialect: Dialect{
				Delimiter: rapid.SampledFrom([]string{"", ",", ";", "\t", "|"}).Draw(t, "delimiter"),
				NoHeader:  rapid.Bool().Draw(t, "noheader"), CRLF: rapid.Bool().Draw(t, "crlf"), BOM: rapid.Bool().Draw(t, "bom"),
				Spaced: rapid.Bool().Draw(t, "spaced"), DecimalComma: rapid.Bool().Draw(t, "comma"),
			},
			Rules: rapid.SliceOfN(texts(), 0, 3).Draw(t, "rules"),
		}
	})
}

// TestSchemaFileRoundTrip: Unmarshal undoes Marshal, whatever the texts are.
func TestSchemaFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schemas().Draw(t, "schema")
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		text, err := Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Unmarshal(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if len(got.Fields) != len(s.Fields) {
			t.Fatalf("%d fields of %d\n%s", len(got.Fields), len(s.Fields), text)
		}
		for j := range s.Fields {
			want, have := s.Fields[j], got.Fields[j]
			if len(have.Missing) == 0 {
				have.Missing = want.Missing[:0]
			}
			if want.Why = ""; !sameField(want, have) {
				t.Fatalf("%+v\nbecomes %+v\n%s", want, have, text)
			}
		}
		if !s.Equal(got) || s.Dialect != got.Dialect || strings.Join(s.Rules, "\x00|") != strings.Join(got.Rules, "\x00|") {
			t.Fatalf("Equal does not hold after a round trip\n%s", text)
		}
	})
}

func sameField(f, g Field) bool {
	same := func(a, b []string) bool {
		return strings.Join(a, "\x00|") == strings.Join(b, "\x00|") && len(a) == len(b)
	}
	return f.Name == g.Name && f.Kind == g.Kind && same(f.Levels, g.Levels) && same(f.Missing, g.Missing) && f.Quoted == g.Quoted &&
		f.Min == g.Min && f.Max == g.Max && f.Digits == g.Digits && f.Fixed == g.Fixed && f.Unit == g.Unit && f.Layout == g.Layout &&
		f.Zone == g.Zone && f.Pattern == g.Pattern && f.Storage == g.Storage
}

func example() *Schema {
	return &Schema{
		Dialect: Dialect{Delimiter: ";", NoHeader: true},
		Rules:   []string{"age > 17"},
		Fields: []Field{
			{Name: "id", Kind: ID, Pattern: "[A-Z]{2}-{0042..}"},
			{Name: "age", Kind: Integer, Min: 17, Max: 90, Why: "74 whole numbers"},
			{Name: "price", Kind: Decimal, Digits: 2, Fixed: true, Min: 0.5, Max: 1999.99, Missing: []string{"", "NA"}},
			{Name: "weight", Kind: Real, Min: -1.5e-9, Max: 2},
			{Name: "sex", Kind: Category, Levels: []string{"Female", "Male"}, Quoted: true},
			{Name: "smokes", Kind: Bool, Levels: []string{"no", "yes"}},
			{Name: "day", Kind: Datetime, Layout: "%d/%m/%Y", Unit: 24 * time.Hour, Min: 0, Max: 19723},
			{Name: "seen", Kind: Datetime, Layout: "%Y-%m-%dT%H:%M%:z", Zone: "+02:00", Unit: time.Minute, Min: 0, Max: 60},
			{Name: "took", Kind: Duration, Layout: "iso", Unit: time.Second, Min: 0, Max: 93600},
		},
	}
}

const exampleFile = `# The sample space: the values that each field can take. Edit it, and give it to
# mimic fit --schema. What is left out is taken from the data.
dialect:
  delimiter: ";"
  noheader: true
fields:
  - name: id
    kind: id
    pattern: "[A-Z]{2}-{0042..}"
  - name: age
    kind: integer # 74 whole numbers
    range: [17, 90]
  - name: price
    kind: decimal
    digits: 2
    fixed: true
    range: [0.50, 1999.99]
    missing: ["", NA]
  - name: weight
    kind: real
    range: [-1.5e-09, 2]
  - name: sex
    kind: category
    levels: [Female, Male]
    quoted: true
  - name: smokes
    kind: bool
    levels: ["no", "yes"]
  - name: day
    kind: datetime
    layout: "%d/%m/%Y"
    unit: "1d"
    range: ["01/01/1970", "01/01/2024"]
  - name: seen
    kind: datetime
    layout: "%Y-%m-%dT%H:%M%:z"
    unit: "1m"
    zone: "+02:00"
    range: ["1970-01-01T02:00+02:00", "1970-01-01T03:00+02:00"]
  - name: took
    kind: duration
    layout: iso
    unit: "1s"
    range: [PT0S, P1DT2H]
rules:
  - "age > 17"
`

func TestSchemaFile(t *testing.T) {
	text, err := Marshal(example())
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != exampleFile {
		t.Errorf("written:\n%s", text)
	}
	s, err := Unmarshal([]byte(exampleFile))
	if err != nil {
		t.Fatal(err)
	}
	if !s.Equal(example()) {
		t.Error("the file reads as another schema")
	}
	for j := range s.Fields {
		changed := example()
		changed.Fields[j].Missing = append(changed.Fields[j].Missing, "-")
		if changed.Equal(s) {
			t.Errorf("Equal overlooks a missing marker of %s", s.Fields[j].Name)
		}
	}
}

// TestHandWritten: what a person may write, and how it is taken.
func TestHandWritten(t *testing.T) {
	o, err := UnmarshalOverrides([]byte(`
fields:
- {name: age, range: [0, 120]}
- name: answer   # a comment
  kind: ordinal
  levels: [no, maybe, yes, 007, 1e3, null, 2024-01-01, 'it''s',
    "a\u00e9"]
  missing: []
- name: free
  levels:
    - |-
      two
      lines
    - !!binary "/w=="
    - !!str 5
- name: income
  range: [null, 1e6]
`))
	if err != nil {
		t.Fatal(err)
	}
	answer := o.Field("answer")
	if got := strings.Join(answer.Levels, "|"); got != "no|maybe|yes|007|1e3|null|2024-01-01|it's|aé" {
		t.Errorf("levels %s", got)
	}
	if answer.Set != SetKind|SetLevels|SetMissing || answer.Kind != Ordinal || len(answer.Missing) != 0 {
		t.Errorf("%+v", answer)
	}
	if got := strings.Join(o.Field("free").Levels, "|"); got != "two\nlines|\xff|5" {
		t.Errorf("levels %q", got)
	}
	if age := o.Field("age"); age.Range != [2]string{"0", "120"} || age.Set != SetRange {
		t.Errorf("%+v", age)
	}
	if income := o.Field("income"); income.Range != [2]string{"", "1e6"} {
		t.Errorf("%+v", income)
	}
	if o.Field("none") != nil {
		t.Error("a field that is not there")
	}
	if o, err := UnmarshalOverrides([]byte("# nothing\n")); err != nil || len(o.Fields) != 0 {
		t.Errorf("an empty file: %v, %v", o, err)
	}
}

func TestSchemaFileRefused(t *testing.T) {
	const line3 = "fields:\n- name: age\n"
	for _, c := range []struct{ file, want string }{
		{"field: []", `line 1: unknown key "field"; did you mean "fields"?`},
		{"rule: []", `line 1: unknown key "rule"; did you mean "rules"?`},
		{line3 + "  kinds: integer", `line 3: unknown key "kinds"; did you mean "kind"?`},
		{line3 + "  kind: integr", `line 3: unknown kind "integr"; did you mean "integer"?`},
		{line3 + "  kind: integer\n  levels: [a]", `line 4: field "age": an integer has no levels`},
		{line3 + "  range: 5", `line 3: a list is wanted here`},
		{line3 + "  range: [5]", `line 3: a range has two ends`},
		{line3 + "  levels: [a, [b]]", `line 3: one value is wanted here, not several`},
		{line3 + "  levels: {a: b}", `line 3: a list is wanted here`},
		{line3 + "  digits: many", `line 3: "many" is no number of digits`},
		{line3 + "  digits: 99", `line 3: "99" is no number of digits`},
		{line3 + "  quoted: maybe", `line 3: "maybe" is neither true nor false`},
		{line3 + "  unit: 1fortnight", `line 3: unknown unit "1fortnight"`},
		{line3 + "  zone: CET", `line 3: "CET" is no zone`},
		{line3 + "  kind: datetime\n  layout: YYYY", `line 4: field "age": layout "YYYY" does not say year`},
		{line3 + "  kind:", `line 3: a value is missing here`},
		{line3 + "  kind: real\n  kind: real", `line 4`},
		{line3 + "  levels: [!!binary \"?\"]", `line 3: "?" is not base64`},
		{line3 + "  levels: [!!float 5]", `line 3: tag !!float`},
		{line3 + "  levels: &a [x]", `line 3: "&" is YAML that a schema does not use`},
		{line3 + "  levels: [a,, b]", `line 3: two commas`},
		{line3 + "- name: age", `line 3: field "age" is on line 2 already`},
		{"fields:\n- kind: real", `line 2: a field without a name`},
		{"fields:\n  - name: a\n   kind: real\n", `line 3: value is not allowed in this context: indent by spaces`},
		{"fields:\n\t- name: a\n", `line 2: found character`},
		{"fields:\n- 5", `line 2: keys with values are wanted here`},
		{"fields: 5", `line 1: a list is wanted`},
		{"5", `line 1: keys with values are wanted here`},
		{"dialect:\n  delimiter: ab\n", `line 2: delimiter "ab"`},
		{"dialect:\n  header: true\n", `line 2: unknown key "header"; did you mean "noheader"?`},
		{"fields: []\n---\nfields: []\n", `more than one YAML document`},
		{"fields: [", `line 1`},
		{"fields: " + strings.Repeat("[", 100), `line 1: nested too deeply`},
		{"a: b: c: d", `line 1: a second ":"`},
		{strings.Repeat("- ", 100), `line 1: nested too deeply`},
		{strings.Repeat(`"`, maxFileSigns+1), `at most 1048576 are read`},
		{strings.Repeat("x", maxFileBytes+1), `at most 33554432`},
	} {
		if _, err := UnmarshalOverrides([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: error %v, want %s", c.file, err, c.want)
		}
	}
	for _, c := range []struct{ file, want string }{
		{"", `a schema without fields`},
		{line3, `schema line 2: field "age": no kind is given`},
		{line3 + "  kind: integer", `an integer needs range`},
		{line3 + "  kind: decimal\n  range: [0, 1]", `a decimal needs digits`},
		{line3 + "  kind: category", `a category needs levels`},
		{line3 + "  kind: id", `an id needs pattern`},
		{line3 + "  kind: datetime\n  range: [a, b]", `a datetime needs layout`},
		{line3 + "  kind: integer\n  range: [0, null]", `an end of its range is left out`},
		{line3 + "  kind: integer\n  range: [0, x]", `its range: "x" is not a number`},
		{line3 + "  kind: integer\n  range: [0, nan]", `its range: "nan" is not a number`},
		{line3 + "  kind: integer\n  range: [5, 4]", `range [5, 4] is empty`},
		{line3 + "  kind: integer\n  range: [0, 4.5]", `is not on the grid`},
		{line3 + "  kind: integer\n  range: [0, 1e17]", `use kind real`},
		{line3 + "  kind: category\n  levels: []", `no levels`},
		{line3 + "  kind: category\n  levels: [a, a]", `level "a" is listed twice`},
		{line3 + "  kind: category\n  levels: [a]\n  missing: [a]", `"a" is a level and a missing marker`},
		{line3 + "  kind: category\n  levels: [a]\n  missing: [b, b]", `missing marker "b" is listed twice`},
		{line3 + "  kind: bool\n  levels: [a]", `a bool has 2 levels, not 1`},
		{line3 + "  kind: duration\n  layout: \"%H:%M\"\n  unit: 1s\n  range: [00:00, 01:00]", `unit 1s is finer than the layout`},
		{line3 + "  kind: datetime\n  layout: \"%Y-%m-%d\"\n  zone: \"+01:00\"\n  range: [2024-01-01, 2024-01-02]", `does not write it`},
		{line3 + "  kind: datetime\n  layout: \"%Y-%m-%d\"\n  range: [2024-01-01, 2024-02-30]", `"2024-02-30" is not a datetime written as "%Y-%m-%d"`},
		{line3 + "  kind: id\n  pattern: \"[a\"", `a bracket is not closed`},
	} {
		if _, err := Unmarshal([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: error %v, want %s", c.file, err, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		change func(*Schema)
		want   string
	}{
		{func(s *Schema) { s.Fields[1].Name = "" }, "field 2 has no name"},
		{func(s *Schema) { s.Fields[1].Name = "id" }, `fields 1 and 2 are both called "id"`},
		{func(s *Schema) { s.Fields[1].Kind = 99 }, "unknown kind(99)"},
		{func(s *Schema) { s.Fields[1].Max = math.Inf(1) }, "is not finite"},
		{func(s *Schema) { s.Fields[1].Min = math.NaN() }, "is not finite"},
		{func(s *Schema) { s.Fields[2].Digits = 23 }, "23 digits"},
		{func(s *Schema) { s.Fields[6].Unit = 7 }, "7ns is no unit"},
		{func(s *Schema) { s.Fields[6].Max = 1e7 }, "cannot be written as"},
		{func(s *Schema) { s.Fields[7].Zone = "CET" }, `"CET" is no zone`},
		{func(s *Schema) { s.Dialect.Delimiter = "\"" }, "delimiter"},
	} {
		s := example()
		c.change(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %s", err, c.want)
		}
	}
}

func TestSetKind(t *testing.T) {
	o, err := UnmarshalOverrides([]byte("fields: [{name: age, kind: integer, range: [0, 9], missing: [NA]}]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, arg := range []string{"age=category", "day=datetime:%d.%m.%Y", "a=b=real"} {
		if err := o.SetKind(arg); err != nil {
			t.Fatal(err)
		}
	}
	if f := o.Field("age"); f.Kind != Category || f.Set != SetKind|SetMissing {
		t.Errorf("%+v", f)
	}
	if f := o.Field("day"); f.Kind != Datetime || f.Layout != "%d.%m.%Y" || f.Set != SetKind|SetLayout {
		t.Errorf("%+v", f)
	}
	if f := o.Field("a=b"); f.Kind != Real {
		t.Errorf("%+v", f)
	}
	for arg, want := range map[string]string{
		"age": "does not say COLUMN=KIND", "=real": "does not say", "age=reel": `did you mean "real"?`,
		"age=real:%d": "a real has no layout", "age=datetime:%d": "does not say year",
	} {
		if err := o.SetKind(arg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", arg, err, want)
		}
	}
	if err := o.Check([]string{"ages", "day", "a=b"}); err == nil || !strings.Contains(err.Error(), `schema line 1: field "age": the data have no such column; did you mean "ages"?`) {
		t.Error(err)
	}
	if err := (*Overrides)(nil).Check(nil); err != nil {
		t.Error(err)
	}
}

func TestApply(t *testing.T) {
	inferred := func(kind Kind) Field {
		switch kind {
		case Datetime:
			return Field{Name: "x", Kind: Datetime, Layout: "%Y-%m-%d %H:%M", Unit: time.Hour, Min: 24, Max: 48}
		case Category:
			return Field{Name: "x", Kind: Category, Levels: []string{"a", "b"}}
		}
		return Field{Name: "x", Kind: Integer, Min: 17, Max: 90}
	}
	for _, c := range []struct {
		kind     Kind
		override string
		want     string // error, or the field as written
	}{
		{Integer, "range: [0, 120]", "range: [0, 120]"},
		{Integer, "range: [null, 120]", "range: [17, 120]"},
		{Integer, "range: [18, 120]", "the data go from 17 to 90, beyond its range [18, 120]"},
		{Integer, "levels: [a]", "it is an integer, which has no levels"},
		{Integer, "missing: [NA]", "missing: [NA]"},
		{Category, "levels: [c, b, a]", "levels: [c, b, a]"},
		{Category, "levels: [c, a]", `the data have "b", which is not among its levels`},
		{Category, "levels: [a, b]\n  missing: [a]", `"a" is a level and a missing marker`},
		{Datetime, "unit: 1m", "unit: \"1m\"\n    range: [\"1970-01-02 00:00\", \"1970-01-03 00:00\"]"},
		{Datetime, "unit: 1d", "the data are finer than unit 1d: they have 1h"},
		{Datetime, "unit: 1s", "unit 1s is finer than the layout"},
		{Datetime, "range: [1970-01-01 00:00, null]", "range: [\"1970-01-01 00:00\", \"1970-01-03 00:00\"]"},
		{Datetime, "range: [1970-01-01, null]", `"1970-01-01" is not a datetime written as`},
	} {
		o, err := UnmarshalOverrides([]byte("fields:\n- name: x\n  " + c.override))
		if err != nil {
			t.Fatal(err)
		}
		f := inferred(c.kind)
		got := ""
		if err := o.Field("x").Apply(&f); err != nil {
			got = err.Error()
		} else {
			got = string(appendField(nil, &f))
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%v with %q: %s, want %s", c.kind, c.override, got, c.want)
		}
	}
	f := inferred(Integer)
	if err := (*Override)(nil).Apply(&f); err != nil {
		t.Error(err)
	}
}

// TestSchemaFileBounds: a large schema is read in time in proportion to it.
func TestSchemaFileBounds(t *testing.T) {
	f := Field{Name: "x", Kind: Category, Levels: make([]string, 50_000)}
	for i := range f.Levels {
		f.Levels[i] = "level " + strings.Repeat("x", i%7) + string(appendDecimal(nil, float64(i), 0, false))
	}
	s := &Schema{Fields: []Field{f}}
	text, err := Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unmarshal(text)
	if err != nil || !got.Equal(s) {
		t.Fatal("50,000 levels do not come back", err)
	}
	s.Fields[0].Levels = make([]string, maxFileSigns/4+1)
	if _, err := Marshal(s); err == nil {
		t.Error("wrote a schema that cannot be read")
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(exampleFile))
	f.Add([]byte("fields: [{name: image, kind: image, size: 2x1x3, levels: 9, columns: c08..c13}]"))
	f.Add([]byte("fields: [{name: age, kind: integer, range: [0, 9], missing: [NA]}]"))
	f.Add([]byte("fields:\n- name: |\n   a\n  levels: ['x', \"\\x41\\u2028\", !!binary \"/w==\"]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if _, err := UnmarshalOverrides(text); err != nil {
			return
		}
		s, err := Unmarshal(text)
		if err != nil {
			return
		}
		again, err := Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		back, err := Unmarshal(again)
		if err != nil || !back.Equal(s) {
			t.Fatalf("a schema that was read is not read again: %v\n%s", err, again)
		}
	})
}
