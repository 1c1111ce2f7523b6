package space

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

var plainDecimal = regexp.MustCompile(`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$`)

// checkParseNumber holds parseNumber against strconv: the same texts but hex,
// underscores, infinities and NaN, and the same bits but for -0.
func checkParseNumber(t interface{ Errorf(string, ...any) }, text string) {
	want, err := strconv.ParseFloat(text, 64)
	wantOK := err == nil && plainDecimal.MatchString(text)
	x, ok := parseNumber([]byte(text))
	switch {
	case ok != wantOK:
		t.Errorf("parseNumber(%q) = %v, %v; strconv says %v, %v", text, x, ok, want, err)
	case ok && x != want:
		t.Errorf("parseNumber(%q) = %v, strconv gives %v", text, x, want)
	case ok && math.Signbit(x) && x == 0:
		t.Errorf("parseNumber(%q) is -0", text)
	}
}

var numberTexts = []string{
	"0", "-0", "+0", "-0.0", "-0e5", "1", "-1", "+1", "12.5", "-12.50", ".5", "5.", ".", "", "-", "+", "e5", "1e", "1e+",
	"1e5", "1E-05", "1e999", "-1e999", "1e-999", "1e1048577", "9007199254740992", "9007199254740993", "9007199254740995",
	"18446744073709551615", "18446744073709551616", "99999999999999999999999", "0.1", "0.30000000000000004",
	"123456789012345678", "0.000000000000000000000012", "1.7976931348623157e308", "1.7976931348623159e308",
	"4.9406564584124654e-324", "2.2250738585072011e-308", "00012.500", "1_000", "0x10", "0x1p-2", "inf", "Infinity", "nan",
	" 1", "1 ", "1,5", "1.2.3", "--1", "1-", "٣", "8.5e22", "123e22", "9007199254740993e22", "1e23",
}

func TestParseNumberAgainstStrconv(t *testing.T) {
	for _, text := range numberTexts {
		checkParseNumber(t, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		checkParseNumber(t, rapid.StringMatching(`[-+]?[0-9]{0,20}\.?[0-9]{0,20}([eE][-+]?[0-9]{1,3})?`).Draw(t, "text"))
	})
}

func FuzzParseNumber(f *testing.F) {
	for _, text := range numberTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkParseNumber(t, text) })
}

// numericFields are fields without a layout, of all kinds and digits.
func numericField() *rapid.Generator[*Field] {
	return rapid.Custom(func(t *rapid.T) *Field {
		return &Field{
			Name:   "x",
			Kind:   rapid.SampledFrom([]Kind{Integer, Decimal, Real}).Draw(t, "kind"),
			Digits: rapid.IntRange(0, 22).Draw(t, "digits"),
			Fixed:  rapid.Bool().Draw(t, "fixed"),
		}
	})
}

// TestNumbersRoundTrip: every float64 reads back from its text with the same
// bits, on the grid and off it.
func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := numericField().Draw(t, "field")
		x := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "x") + 0
		if rapid.Bool().Draw(t, "grid") {
			n := rapid.Int64Range(-maxExact, maxExact).Draw(t, "n")
			x = float64(n)
			if f.Kind == Decimal {
				x /= pow10[f.Digits]
			}
			if s := f.Snap(x); s != x && math.Abs(x) < 1<<52/pow10[f.Digits] {
				t.Fatalf("Snap moves the grid value %v of %d digits to %v", x, f.Digits, s)
			}
		}
		text := f.AppendNum(nil, x)
		y, err := f.ParseNum(text)
		if err != nil || math.Float64bits(x) != math.Float64bits(y) {
			t.Fatalf("%v (%d digits) is written %q and read %v, %v", x, f.Digits, text, y, err)
		}
	})
}

// TestDecimalText: a decimal reads and writes as the same text, and Snap gives
// the same bits as reading.
func TestDecimalText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &Field{Kind: Decimal, Digits: rapid.IntRange(1, 8).Draw(t, "digits"), Fixed: true}
		text := rapid.StringMatching(`(0|[1-9][0-9]{0,6})\.[0-9]{8}`).Draw(t, "number")
		text = text[:len(text)-8+f.Digits]
		if rapid.Bool().Draw(t, "negative") {
			text = "-" + text
		}
		x, err := f.ParseNum([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := strconv.ParseFloat(text, 64); x != want || f.Snap(x) != x {
			t.Fatalf("%q reads as %v and snaps to %v", text, x, f.Snap(x))
		}
		if x == 0 {
			return // the sign of -0.00 is dropped
		}
		if got := string(f.AppendNum(nil, x)); got != text {
			t.Fatalf("%q is written %q", text, got)
		}
	})
}

func TestAppendNum(t *testing.T) {
	for _, c := range []struct {
		field Field
		x     float64
		want  string
	}{
		{Field{Kind: Integer}, 0, "0"},
		{Field{Kind: Integer}, -42, "-42"},
		{Field{Kind: Integer}, 9007199254740992, "9007199254740992"},
		{Field{Kind: Integer}, 0.5, "0.5"},
		{Field{Kind: Decimal, Digits: 2}, 1.5, "1.5"},
		{Field{Kind: Decimal, Digits: 2, Fixed: true}, 1.5, "1.50"},
		{Field{Kind: Decimal, Digits: 2, Fixed: true}, 0, "0.00"},
		{Field{Kind: Decimal, Digits: 2}, 0, "0"},
		{Field{Kind: Decimal, Digits: 2}, -0.05, "-0.05"},
		{Field{Kind: Decimal, Digits: 2}, 1.234, "1.234"},
		{Field{Kind: Decimal, Digits: 22}, 1e-22, "0.0000000000000000000001"},
		{Field{Kind: Real}, 1e6, "1000000"},
		{Field{Kind: Real}, 1e-7, "1e-07"},
		{Field{Kind: Real}, 1e22, "1e+22"},
		{Field{Kind: Real}, math.Copysign(0, -1), "0"},
		{Field{Kind: Real, Missing: []string{"NA", "?"}}, math.NaN(), "NA"},
		{Field{Kind: Real}, math.NaN(), ""},
	} {
		if got := string(c.field.AppendNum(nil, c.x)); got != c.want {
			t.Errorf("%v with %d digits: %v is written %q, not %q", c.field.Kind, c.field.Digits, c.x, got, c.want)
		}
	}
}

func TestNumbersDoNotAllocate(t *testing.T) {
	day := &Field{Kind: Datetime, Layout: "%d/%m/%Y %H:%M:%S%.f", Unit: 1e6}
	span := &Field{Kind: Duration, Layout: "iso", Unit: 1e6}
	buf := make([]byte, 0, 64)
	for _, c := range []struct {
		f    *Field
		text string
	}{
		{&Field{Kind: Integer}, "77516"}, {&Field{Kind: Decimal, Digits: 2}, "-19.95"}, {&Field{Kind: Real}, "0.1234567890123456789"},
		{day, "31/12/1969 23:59:59.5"}, {span, "P1DT2H3M4.5S"},
	} {
		text := []byte(c.text)
		if n := testing.AllocsPerRun(100, func() {
			x, _ := c.f.ParseNum(text)
			buf = c.f.AppendNum(buf[:0], x)
		}); n != 0 {
			t.Errorf("%s: %v allocations", c.text, n)
		}
	}
}

func BenchmarkParseNum(b *testing.B) { benchmarkNum(b, parsing) }

func BenchmarkAppendNum(b *testing.B) { benchmarkNum(b, appending) }

func parsing(b *testing.B, f *Field, text []byte) {
	for b.Loop() {
		if _, err := f.ParseNum(text); err != nil {
			b.Fatal(err)
		}
	}
}

func appending(b *testing.B, f *Field, text []byte) {
	x, _ := f.ParseNum(text)
	buf := make([]byte, 0, 64)
	for b.Loop() {
		buf = f.AppendNum(buf[:0], x)
	}
}

func benchmarkNum(b *testing.B, run func(*testing.B, *Field, []byte)) {
	for _, c := range []struct {
		name string
		f    Field
		text string
	}{
		{"integer", Field{Kind: Integer}, "77516"},
		{"decimal", Field{Kind: Decimal, Digits: 2}, "1234.56"},
		{"real", Field{Kind: Real}, "0.12345678901234"},
		{"real17", Field{Kind: Real}, "0.12345678901234567"},
		{"date", Field{Kind: Datetime, Layout: "%Y-%m-%d", Unit: units[0]}, "2024-02-29"},
		{"datetime", Field{Kind: Datetime, Layout: "%Y-%m-%dT%H:%M:%S.%3fZ", Unit: 1e6}, "2024-02-29T12:34:56.789Z"},
		{"clock", Field{Kind: Duration, Layout: "%H:%M:%S", Unit: 1e9}, "12:34:56"},
		{"iso", Field{Kind: Duration, Layout: "iso", Unit: 1e9}, "P1DT2H3M4S"},
	} {
		b.Run(c.name, func(b *testing.B) { b.ReportAllocs(); run(b, &c.f, []byte(c.text)) })
	}
}
