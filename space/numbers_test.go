package space

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// numberText is what strconv takes for a number and people write for one.
var numberText = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// plainNumbers is Numbers as one would write it with the standard library.
func plainNumbers(texts []string) (n Numbers, values []float64) {
	n.Sequence = true
	for _, text := range texts {
		x, err := strconv.ParseFloat(text, 64)
		if !numberText.MatchString(text) || err != nil {
			continue
		}
		x += 0 // no -0
		digits, exponent, exp := strings.Cut(strings.ToLower(text), "e")
		whole, fraction, pointed := strings.Cut(strings.TrimLeft(digits, "+-"), ".")
		e, _ := strconv.Atoi(exponent)
		after := max(0, len(fraction)-max(e, -1<<20)) // beyond which nobody counts
		if len(values) == 0 {
			n.Min, n.Max, n.First, n.MinDigits = x, x, x, after
		} else if n.Last+1 != x {
			n.Sequence = false
		}
		n.Count++
		if x == math.Trunc(x) {
			n.Whole++
		}
		n.Min, n.Max, n.Last = math.Min(n.Min, x), math.Max(n.Max, x), x
		n.MinDigits, n.MaxDigits = min(n.MinDigits, after), max(n.MaxDigits, after)
		mantissa, _ := new(big.Int).SetString(whole+fraction, 10)
		if mantissa.IsUint64() {
			n.Mantissa = max(n.Mantissa, mantissa.Uint64())
		} else {
			n.Mantissa = math.MaxUint64
		}
		n.TrailingZero = n.TrailingZero || !exp && strings.HasSuffix(fraction, "0")
		n.Padded = n.Padded || len(whole) > 1 && whole[0] == '0'
		n.Odd = n.Odd || exp || text[0] == '+' || text[0] == '-' && x == 0 || pointed && (whole == "" || fraction == "")
		n.Large = n.Large || !exp && fraction == "" && math.Abs(x) > 1<<53
		values = append(values, x)
	}
	n.Sequence = n.Sequence && len(values) > 0
	return n, values
}

func anyNumbers() *rapid.Generator[string] {
	digits := func(most int) *rapid.Generator[string] {
		return rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), 0, most, -1)
	}
	written := rapid.Custom(func(t *rapid.T) string {
		text := rapid.SampledFrom([]string{"", "", "-", "+"}).Draw(t, "sign") + digits(rapid.SampledFrom([]int{3, 9, 22}).Draw(t, "whole most")).Draw(t, "whole")
		if rapid.Bool().Draw(t, "pointed") {
			text += "." + digits(rapid.SampledFrom([]int{3, 9, 22}).Draw(t, "fraction most")).Draw(t, "fraction")
		}
		if rapid.IntRange(0, 5).Draw(t, "exponent") == 0 {
			text += rapid.SampledFrom([]string{"e", "E", "e-", "e+", "E+0"}).Draw(t, "e") + digits(3).Draw(t, "power")
		}
		return text
	})
	return rapid.OneOf(written, rapid.StringOfN(rapid.RuneFrom([]rune("0123456789.-+eE ,x")), 0, 12, -1))
}

// inBuffer returns text as a part of a longer text, or on its own.
func inBuffer(text string, alone bool) []byte {
	if alone {
		return []byte(text)[:len(text):len(text)]
	}
	return append([]byte(text), "9.9,9.9,"...)[:len(text)]
}

func TestNumbersAgainstStrconv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(anyNumbers(), 0, 8).Draw(t, "texts")
		want, values := plainNumbers(texts)
		alone := rapid.Bool().Draw(t, "alone")
		cut := rapid.IntRange(0, len(texts)).Draw(t, "cut")
		var parts [2]Numbers
		for i, text := range texts {
			n := &parts[0]
			if i >= cut {
				n = &parts[1]
			}
			before := *n
			x, ok := n.Add(inBuffer(text, alone))
			if !ok {
				if !reflect.DeepEqual(before, *n) {
					t.Fatalf("%q is no number, but was noticed", text)
				}
				continue
			}
			if len(values) == 0 || math.Float64bits(x) != math.Float64bits(values[0]) {
				t.Fatalf("%q is %v, want the first of %v", text, x, values)
			}
			values = values[1:]
		}
		if len(values) > 0 {
			t.Fatalf("%q: not seen: %v", texts, values)
		}
		parts[0].Merge(&parts[1])
		got := parts[0]
		if got.Count > 0 && want.Mantissa > maxExact && got.Mantissa > maxExact {
			got.Mantissa = want.Mantissa // how much more does not matter
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n%+v\nwant\n%+v", texts, got, want)
		}
	})
}

// A number that was never text is noticed as the shortest text of it would be.
func TestNumbersAddValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var got, want Numbers
		for range rapid.IntRange(1, 6).Draw(t, "count") {
			x := rapid.Float64Range(-1e6, 1e6).Draw(t, "x")
			if digits := rapid.IntRange(0, 12).Draw(t, "digits"); digits < 10 {
				x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
				x += 0
			}
			got.AddValue(x)
			want.Add(strconv.AppendFloat(nil, x, 'f', -1, 64))
		}
		gotKind, gotDigits, _ := got.grid()
		wantKind, wantDigits, _ := want.grid()
		if got.Count != want.Count || got.Min != want.Min || got.Max != want.Max || got.Whole != want.Whole ||
			wantKind != Real && (gotKind != wantKind || gotDigits != wantDigits && wantKind == Decimal) {
			t.Fatalf("%+v is %v with %d digits\nwant %+v, %v with %d", got, gotKind, gotDigits, want, wantKind, wantDigits)
		}
	})
}

func TestDistinct(t *testing.T) {
	for _, n := range []int{0, 1, 2, 999, 1000, 1001, 5000} {
		var all, even, odd Distinct
		for i := range n {
			x := []float64{float64(i) * 0.1, math.NaN()}
			all.Add(x)
			if i%2 == 0 {
				even.Add(x)
			} else {
				odd.Add(x)
			}
		}
		even.Merge(&odd)
		for _, d := range []*Distinct{&all, &even} {
			if count, exact := d.Count(); count != min(n, 1000) || exact != (n <= 1000) || d.Repeats() {
				t.Errorf("%d numbers: %d, exact %v, repeats %v", n, count, exact, d.Repeats())
			}
		}
		if n > 0 && n < 1000 {
			all.Merge(&even)
			if count, _ := all.Count(); count != n || !all.Repeats() {
				t.Errorf("%d numbers twice: %d, repeats %v", n, count, all.Repeats())
			}
		}
	}
}

func TestMarkers(t *testing.T) {
	for _, text := range []string{"", " ", "?", "NA", "na", "N/A", "NaN", "-NaN", "Null", "NULL", `\N`, "None", "-", "--", ".", "unknown", " NA\t", "<NA>", "NaT"} {
		if !IsMarker([]byte(text)) {
			t.Errorf("%q is a marker", text)
		}
	}
	for _, text := range []string{"0", "-1", "Nan y", "NAN1", "unknown2", "Namibia", "+", "no", "nothing", "x", "\xff"} {
		if IsMarker([]byte(text)) {
			t.Errorf("%q is no marker", text)
		}
	}
	for _, text := range []string{"None", "none", "-", ".", "unknown", "Na", "na"} {
		if isPlainMarker(text) {
			t.Errorf("%q may be a level", text)
		}
	}
}

func TestNamesID(t *testing.T) {
	for name, want := range map[string]bool{
		"id": true, "ID": true, "user_id": true, "userId": true, "PassengerId": true, "Id_2": true, "row key": true, "UUID": true, "": false,
		"paid": false, "idea": false, "grid": false, "width": false, "number": false, "identity": false, "Ид": false,
	} {
		if got := namesID(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func BenchmarkNumbers(b *testing.B) {
	for _, text := range []string{"38", "1234567", "-45.1234", "-145.12345", "0.7231742029971469", "1e-05", "Private"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			var n Numbers
			value := inBuffer(text, false)
			for b.Loop() {
				n.Add(value)
			}
		})
	}
}

func ExampleNumbers() {
	var n Numbers
	for _, text := range []string{"1.50", "-2.25", "4o"} {
		x, ok := n.Add([]byte(text))
		fmt.Println(x, ok)
	}
	fmt.Println(n.Count, "numbers with", n.MaxDigits, "digits after the point")
	// Output:
	// 1.5 true
	// -2.25 true
	// 0 false
	// 2 numbers with 2 digits after the point
}
