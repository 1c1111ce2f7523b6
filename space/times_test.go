package space

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func timesOf(texts ...string) *Times {
	t := &Times{}
	for _, text := range texts {
		t.Add([]byte(text))
	}
	return t
}

func TestTimes(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		texts  string // with ; between them
		layout Layout // "" if there is none
		unit   time.Duration
		zone   string
		why    string // is a part of Why
	}{
		{"2024-02-29;1999-12-31", "%Y-%m-%d", day, "", "all 2 values"},
		{"2024-2-9;1999-12-31", "%Y-%-m-%-d", day, "", ""},
		{"2024/02/29", "%Y/%m/%d", day, "", ""},
		// The order of day and month is decided by all values.
		{"01/02/2024;13/02/2024", "%d/%m/%Y", day, "", ""},
		{"13/02/2024;01/02/2024", "%d/%m/%Y", day, "", ""},
		{"01/02/2024;02/13/2024", "%m/%d/%Y", day, "", ""},
		{"01/02/2024;03/04/2024", "%m/%d/%Y", day, "", "%d/%m/%Y fits them too"},
		{"03/03/2024;04/04/2024", "%m/%d/%Y", day, "", "all 2 values are written so"},
		{"01/02/2024;13/02/2024;02/13/2024", "", 0, "", ""},
		{"1/2/24;11/30/24", "%-m/%-d/%y", day, "", ""},
		{"01-02-2024;03-04-2024", "%d-%m-%Y", day, "", "%m-%d-%Y fits them too"},
		{"01.02.2024;31.12.2024", "%d.%m.%Y", day, "", ""},
		{"1.2.2024;31.12.2024", "%-d.%-m.%Y", day, "", ""},
		{"02 Jan 2006;31 May 2007", "%d %b %Y", day, "", ""},
		{"2 January 2006;31 May 2007", "%-d %B %Y", day, "", ""},
		{"January 2, 2006", "%B %-d, %Y", day, "", ""},
		{"02-JAN-06", "%d-%^b-%y", day, "", ""},
		// Units are those of the values, not those of the layout.
		{"2024-02-29 00:00:00;2024-03-01 00:00:00", "%Y-%m-%d %H:%M:%S", day, "", ""},
		{"2024-02-29 12:00:00;2024-03-01 00:00:00", "%Y-%m-%d %H:%M:%S", time.Hour, "", ""},
		{"2024-02-29T12:30;2024-03-01T00:00", "%Y-%m-%dT%H:%M", time.Minute, "", ""},
		{"2024-02-29 12:30:59", "%Y-%m-%d %H:%M:%S", time.Second, "", ""},
		{"2/29/2024 1:05:00 PM;12/1/2024 11:00:30 AM", "%-m/%-d/%Y %-I:%M:%S %p", time.Second, "", ""},
		{"29.02.2024, 9:05", "%d.%m.%Y, %-H:%M", time.Minute, "", ""},
		// Fractions.
		{"2024-02-29 12:30:59.123", "%Y-%m-%d %H:%M:%S.%3f", time.Millisecond, "", ""},
		{"2024-02-29 12:30:59.500;2024-02-29 12:30:59.000", "%Y-%m-%d %H:%M:%S.%3f", 100 * time.Millisecond, "", ""},
		{"2024-02-29 12:30:59.123456;2024-02-29 12:30:59", "%Y-%m-%d %H:%M:%S%.6f", time.Microsecond, "", ""},
		{"2024-02-29 12:30:59.5;2024-02-29 12:30:59.25;2024-02-29 12:30:59", "%Y-%m-%d %H:%M:%S%.f", 10 * time.Millisecond, "", ""},
		{"2024-02-29 12:30:59,123", "%Y-%m-%d %H:%M:%S,%3f", time.Millisecond, "", ""},
		{"2024-02-29 12:30:59.123456789", "%Y-%m-%d %H:%M:%S.%9f", time.Microsecond, "", "kept to 1us"},
		{"2024-02-29 12:30:59.123456000", "%Y-%m-%d %H:%M:%S.%9f", time.Microsecond, "", "written so"},
		{"1970-01-01 00:00:00.000000001", "%Y-%m-%d %H:%M:%S.%9f", time.Nanosecond, "", ""},
		{"2024-02-29 12:30:59.1;2024-02-29 12:30:59.25;2024-02-29 12:30:59.50", "", 0, "", ""},
		// Zones.
		{"2024-02-29T12:30:59Z", "%Y-%m-%dT%H:%M:%SZ", time.Second, "", ""},
		{"2024-02-29T12:30:59.25Z", "%Y-%m-%dT%H:%M:%S.%2fZ", 10 * time.Millisecond, "", ""},
		{"2024-02-29T12:30:59+02:00;2024-03-01T12:30:59+02:00", "%Y-%m-%dT%H:%M:%S%:z", time.Second, "+02:00", "written so"},
		{"2024-02-29T12:30:59+02:00;2024-06-01T12:30:59+03:00", "%Y-%m-%dT%H:%M:%S%:z", time.Second, "", "offsets vary"},
		{"2024-02-29T12:30:59+02:00;2024-06-01T12:30:59Z", "%Y-%m-%dT%H:%M:%S%:z", time.Second, "", "offsets vary"},
		{"2024-02-29 12:30:59+00:00", "%Y-%m-%d %H:%M:%S%:z", time.Second, "", ""},
		{"2024-02-29 12:30:59 -0330", "%Y-%m-%d %H:%M:%S %z", time.Second, "-03:30", ""},
		{"2024-02-29 12:30:59+02", "%Y-%m-%d %H:%M:%S%:::z", time.Second, "+02:00", ""},
		{"2024-02-29 12:30:59 UTC", "%Y-%m-%d %H:%M:%S UTC", time.Second, "", ""},
		{"Thu, 29 Feb 2024 12:30:59 GMT", "%a, %d %b %Y %H:%M:%S GMT", time.Second, "", ""},
		{"Thu Feb 29 12:30:59 2024", "%a %b %d %H:%M:%S %Y", time.Second, "", ""},
		{"Wed Oct 10 20:19:24 +0000 2018", "%a %b %d %H:%M:%S %z %Y", time.Second, "", ""},
		{"10/Oct/2000:13:55:36 -0700", "%d/%b/%Y:%H:%M:%S %z", time.Second, "-07:00", ""},
		{"20240229T123059Z", "%Y%m%dT%H%M%SZ", time.Second, "", ""},
		// Durations and times of day.
		{"12:34:56;100:00:00", "%H:%M:%S", time.Second, "", ""},
		{"12:34;23:59", "%H:%M", time.Minute, "", ""},
		{"1:02:03;12:34:56", "%-H:%M:%S", time.Second, "", ""},
		{"-00:00:01.5", "%H:%M:%S.%1f", 100 * time.Millisecond, "", ""},
		{"1 days 02:03:04;0 days 00:00:00.500000", "%-d days %H:%M:%S%.6f", 100 * time.Millisecond, "", ""},
		{"P1DT2H;PT30M", "iso", time.Minute, "", ""},
		{"PT26H;PT30M", "iso-hours", time.Minute, "", ""},
		{"P0DT0H1M0S", "iso-full", time.Minute, "", ""},
		{"1h0m0s;1.5ms", "go", 100 * time.Microsecond, "", ""},
		{"1h30m;45s", "hms", time.Second, "", ""},
		{"1d2h;45s", "dhms", time.Second, "", ""},
		{"1h30m;45m;2h0m", "hm", time.Minute, "", ""},
		// No times.
		{"20240229", "", 0, "", ""},
		{"1709210096", "", 0, "", ""},
		{"12.5", "", 0, "", ""},
		{"2024-02-30", "", 0, "", ""},
		{"2024-02", "", 0, "", ""},
		{"2024", "", 0, "", ""},
		{"May", "", 0, "", ""},
		{"", "", 0, "", ""},
		{"1.2.3", "", 0, "", ""},
		{"192.168.0.1", "", 0, "", ""},
		{"2024-02-29T25:00:00", "", 0, "", ""},
		{"2024-02-29;never", "", 0, "", ""},
		{"never;2024-02-29", "", 0, "", ""},
	} {
		var f Field
		ok := timesOf(strings.Split(c.texts, ";")...).Describe(&f)
		if ok != (c.layout != "") || f.Layout != c.layout || f.Unit != c.unit || f.Zone != c.zone || !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: layout %q, unit %v, zone %q (%s); want %q, %v, %q (%s)", c.texts, f.Layout, f.Unit, f.Zone, f.Why, c.layout, c.unit, c.zone, c.why)
		}
	}
}

// writtenColumn draws values in one of the layouts that are detected.
func writtenColumn() *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		f := Field{Kind: Datetime, Unit: time.Nanosecond}
		f.Layout = rapid.SampledFrom(dateLayouts[:]).Draw(t, "date")
		if rapid.Bool().Draw(t, "clock") && f.Layout.finest(Datetime) == 24*time.Hour {
			f.Layout += rapid.SampledFrom([]Layout{"T", " ", ", "}).Draw(t, "between") + rapid.SampledFrom(clockLayouts[:]).Draw(t, "time")
			if strings.HasSuffix(string(f.Layout), "%S") {
				f.Layout += fractionForms[rapid.IntRange(0, len(fractionForms)-1).Draw(t, "fraction")]
			}
			f.Layout += zoneForms[rapid.IntRange(0, len(zoneForms)-1).Draw(t, "zoneform")]
		}
		if rapid.IntRange(0, 3).Draw(t, "duration") == 0 {
			f.Kind, f.Layout = Duration, rapid.SampledFrom(spanLayouts[:]).Draw(t, "span")
			if strings.HasSuffix(string(f.Layout), "%S") {
				f.Layout += fractionForms[rapid.IntRange(0, len(fractionForms)-1).Draw(t, "fraction")]
			}
		}
		grain := rapid.SampledFrom([]int64{1, 60, 3600, daySeconds}).Draw(t, "grain")
		offset := zoneSeconds(rapid.SampledFrom([]string{"", "+02:00", "-03:30"}).Draw(t, "zone"))
		var texts []string
		for range rapid.IntRange(1, 20).Draw(t, "n") {
			// Two-digit years end in 2068.
			at := instant{sec: rapid.Int64Range(0, 3_000_000_000).Draw(t, "sec") / grain * grain}
			if rapid.Bool().Draw(t, "nano") {
				at.nano = rapid.IntRange(0, 999_999).Draw(t, "micros") * 1000
			}
			texts = append(texts, string(f.Layout.append(nil, f.Kind, at, offset)))
		}
		return texts
	})
}

// TestTimesWriteThemAgain: a column that was written in a layout which is
// detected is read, and written again as it was, all values within the range
// and on the grid.
func TestTimesWriteThemAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := writtenColumn().Draw(t, "texts")
		f := Field{Name: "x"}
		if !timesOf(texts...).Describe(&f) {
			t.Fatalf("no layout for %q", texts)
		}
		if err := f.check(); err != nil {
			t.Fatal(err)
		}
		seen := []float64{}
		for _, text := range texts {
			x, err := f.ParseNum([]byte(text))
			if err != nil || x < f.Min || x > f.Max || f.Snap(x) != x {
				t.Fatalf("%q reads as %v (%v) in %+v", text, x, err, f)
			}
			if got := string(f.AppendNum(nil, x)); got != text {
				t.Fatalf("%q is written %q by %q", text, got, f.Layout)
			}
			seen = append(seen, x)
		}
		if slices.Min(seen) != f.Min || slices.Max(seen) != f.Max {
			t.Fatalf("range %v..%v of %v", f.Min, f.Max, seen)
		}
	})
}

// TestTimesMonoid: merging parts is adding the values in order.
func TestTimesMonoid(t *testing.T) {
	describe := func(x *Times) string {
		var f Field
		ok := x.Describe(&f)
		_, layout, misfit := x.Misfit()
		return fmt.Sprint(ok, f, layout != "" && misfit && !ok)
	}
	rapid.Check(t, func(t *rapid.T) {
		texts := writtenColumn().Draw(t, "texts")
		if rapid.IntRange(0, 3).Draw(t, "mixed") == 0 {
			texts = append(texts, writtenColumn().Draw(t, "more")...)
		}
		whole := timesOf(texts...)
		cut := rapid.IntRange(0, len(texts)).Draw(t, "cut")
		again := rapid.IntRange(cut, len(texts)).Draw(t, "again")
		left := timesOf(texts[:cut]...)
		left.Merge(timesOf(texts[cut:again]...))
		left.Merge(timesOf(texts[again:]...))
		right := timesOf(texts[cut:again]...)
		right.Merge(timesOf(texts[again:]...))
		all := timesOf(texts[:cut]...)
		all.Merge(right)
		if want := describe(whole); describe(left) != want || describe(all) != want {
			t.Fatalf("%q cut at %d, %d:\nwhole %s\nleft  %s\nright %s", texts, cut, again, want, describe(left), describe(all))
		}
	})
}

func TestMisfit(t *testing.T) {
	x := timesOf("2024-01-01", "2024-01-02", "soon", "2024-01-03")
	if text, layout, ok := x.Misfit(); !ok || text != "soon" || layout != "%Y-%m-%d" {
		t.Error(text, layout, ok)
	}
	if _, _, ok := timesOf("soon").Misfit(); ok {
		t.Error("a text that is no time, before any that is, is no misfit")
	}
	declared, err := TimesOf(Datetime, "%Y%m%d")
	if err != nil {
		t.Fatal(err)
	}
	if !declared.Add([]byte("20240229")) || declared.Add([]byte("2024-02-29")) {
		t.Error("a declared layout reads its own texts and no other")
	}
	if text, layout, ok := declared.Misfit(); !ok || text != "2024-02-29" || layout != "%Y%m%d" {
		t.Error(text, layout, ok)
	}
	if _, err := TimesOf(Datetime, "%Y%m"); err == nil {
		t.Error("a layout without a day")
	}
}

func BenchmarkTimes(b *testing.B) {
	for _, text := range []string{"2024-02-29T12:34:56.789Z", "01/02/2024", "Bachelors", "39"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			x, value := &Times{}, []byte(text)
			for b.Loop() {
				x.Add(value)
			}
		})
	}
}
