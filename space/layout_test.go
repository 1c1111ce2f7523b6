package space

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The instants 0001-01-01 00:00:00 and 9999-12-31 23:59:59 UTC.
const (
	firstSecond = -62135596800
	lastSecond  = 253402300799
)

// TestCalendar holds every day of the years 1 to 9999 against package time.
func TestCalendar(t *testing.T) {
	at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for days := int64(firstSecond / daySeconds); days <= lastSecond/daySeconds; days++ {
		year, month, day := at.Date()
		if got := daysFromCivil(year, int(month), day); got != days {
			t.Fatalf("%v is day %d, not %d", at, got, days)
		}
		if y, m, d := civilFromDays(days); y != year || m != int(month) || d != day {
			t.Fatalf("day %d is %04d-%02d-%02d, not %v", days, y, m, d, at)
		}
		if weekday(days) != int(at.Weekday()) || day > daysIn(year, int(month)) {
			t.Fatalf("%v: weekday %d, %d days in its month", at, weekday(days), daysIn(year, int(month)))
		}
		at = at.AddDate(0, 0, 1)
	}
}

// TestDatetimesAgainstPython holds texts and ticks against Python's datetime:
// internal/refgen/space.
func TestDatetimesAgainstPython(t *testing.T) {
	blob, err := os.ReadFile("testdata/datetimes.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Rows []struct {
			Seconds        int64
			Micros, Offset int
			Texts          map[Layout]string
		}
	}
	if err := json.Unmarshal(blob, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Rows) < 400 {
		t.Fatalf("only %d rows", len(ref.Rows))
	}
	for _, r := range ref.Rows {
		at := instant{r.Seconds, r.Micros * 1000}
		for layout, text := range r.Texts {
			if got := string(layout.append(nil, Datetime, at, r.Offset)); got != text {
				t.Errorf("%v as %q is %q, Python writes %q", at, layout, got, text)
			}
			if !layout.hasZone() && r.Offset != 0 || layout.finest(Datetime) > time.Microsecond {
				continue // the text does not say all of it
			}
			back, offset, ok := layout.parse(Datetime, []byte(text))
			if !ok || back != at || offset != r.Offset {
				t.Errorf("%q as %q reads as %v %d %v, not %v %d", text, layout, back, offset, ok, at, r.Offset)
			}
		}
	}
}

// datetimeLayouts draws layouts that show all of an instant.
func datetimeLayouts() *rapid.Generator[Layout] {
	return rapid.Custom(func(t *rapid.T) Layout {
		date := rapid.SampledFrom([]Layout{"%Y-%m-%d", "%-d/%-m/%Y", "%b %e %Y", "%A, %-d. %B %Y", "%a %d-%^b-%Y", "100%% %Y%m%d"}).Draw(t, "date")
		clock := rapid.SampledFrom([]Layout{"T%H:%M:%S", " %-H:%M:%S"}).Draw(t, "clock")
		fraction := rapid.SampledFrom([]Layout{"", ".%3f", ",%9f", "%.f", "%.6f"}).Draw(t, "fraction")
		zone := rapid.SampledFrom([]Layout{"", "Z", " %z", "%:z", "%:::z"}).Draw(t, "zone")
		if rapid.IntRange(0, 3).Draw(t, "twelve") == 0 {
			return date + " %I:%M:%S" + fraction + " %p" + zone
		}
		return date + clock + fraction + zone
	})
}

// TestDatetimesRoundTrip: over the whole domain, ticks read back bit-equal.
func TestDatetimesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Field{Name: "t", Kind: Datetime, Layout: datetimeLayouts().Draw(t, "layout")}
		if err := f.Layout.check(Datetime); err != nil {
			t.Fatal(err)
		}
		f.Unit = rapid.SampledFrom(units[:]).Filter(func(u time.Duration) bool { return u >= f.Layout.finest(Datetime) }).Draw(t, "unit")
		if f.Layout.hasZone() {
			f.Zone = rapid.SampledFrom([]string{"", "+02:00", "-03:30", "+14:00", "-12:00"}).Draw(t, "zone")
		}
		at := instant{rapid.Int64Range(firstSecond+daySeconds, lastSecond-daySeconds).Draw(t, "sec"), rapid.IntRange(0, 999_999_999).Draw(t, "nano")}
		x := math.Floor(at.ticks(f.Unit))
		if math.Abs(x) > maxExact {
			return
		}
		text := f.AppendNum(nil, x)
		y, err := f.ParseNum(text)
		if err != nil || x != y {
			t.Fatalf("%v ticks of %v are written %q and read %v, %v", x, f.Unit, text, y, err)
		}
	})
}

func durationLayouts() *rapid.Generator[Layout] {
	return rapid.SampledFrom([]Layout{
		"%H:%M:%S", "%-H:%M:%S.%3f", "%-d days %H:%M:%S%.f", "%M:%S%.6f", "%H h %M", "%S",
		"iso", "iso-hours", "iso-full", "go", "hms", "dhms", "hm",
	})
}

func TestDurationsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Field{Name: "t", Kind: Duration, Layout: durationLayouts().Draw(t, "layout")}
		if err := f.Layout.check(Duration); err != nil {
			t.Fatal(err)
		}
		f.Unit = rapid.SampledFrom(units[:]).Filter(func(u time.Duration) bool { return u >= f.Layout.finest(Duration) }).Draw(t, "unit")
		bound := int64(min(maxExact, maxExact/4*float64(time.Second)/float64(f.Unit)))
		x := float64(rapid.Int64Range(-bound, bound).Draw(t, "ticks"))
		if rapid.Bool().Draw(t, "small") {
			x = math.Trunc(math.Remainder(x, 5000))
		}
		x += 0
		text := f.AppendNum(nil, x)
		y, err := f.ParseNum(text)
		if err != nil || x != y {
			t.Fatalf("%v ticks of %v are written %q and read %v, %v", x, f.Unit, text, y, err)
		}
	})
}

// TestGoDurations holds the style "go" against time.Duration.String.
func TestGoDurations(t *testing.T) {
	f := Field{Kind: Duration, Layout: "go", Unit: time.Nanosecond}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(-maxExact, maxExact).Draw(t, "d"))
		d /= rapid.SampledFrom([]time.Duration{1, 1e3, 1e6, 1e9, 1e12, 1e14}).Draw(t, "scale")
		if rapid.Bool().Draw(t, "round") {
			d = d.Round(time.Minute)
		}
		if x, err := f.ParseNum([]byte(d.String())); err != nil || x != float64(d) {
			t.Fatalf("%v reads as %v, %v", d, x, err)
		}
		if got := string(f.AppendNum(nil, float64(d))); got != d.String() {
			t.Fatalf("%v is written %q", d, got)
		}
	})
}

func TestDurationTexts(t *testing.T) {
	for _, c := range []struct {
		layout Layout
		text   string
		sec    int64
		nano   int
	}{
		{"%H:%M:%S", "12:34:56", 45296, 0},
		{"%H:%M:%S", "-100:00:01", -360001, 0},
		{"%H:%M", "23:59", 86340, 0},
		{"%-H:%M:%S.%3f", "-0:00:00.250", -1, 750_000_000},
		{"%-d days %H:%M:%S%.f", "3 days 04:05:06.5", 273906, 500_000_000},
		{"iso", "P1DT2H", 93600, 0},
		{"iso", "PT0S", 0, 0},
		{"iso", "-PT0.5S", -1, 500_000_000},
		{"iso-hours", "PT26H0.25S", 93600, 250_000_000},
		{"iso-full", "P0DT0H1M0S", 60, 0},
		{"go", "1h0m0.5s", 3600, 500_000_000},
		{"go", "1.5ms", 0, 1_500_000},
		{"hms", "26h3m", 93780, 0},
		{"dhms", "1d2h3m", 93780, 0},
		{"hms", "0s", 0, 0},
		{"hm", "26h3m", 93780, 0},
		{"hm", "26h0m", 93600, 0},
		{"hm", "0m", 0, 0},
	} {
		at, _, ok := c.layout.parse(Duration, []byte(c.text))
		if want := (instant{c.sec, c.nano}); !ok || at != want {
			t.Errorf("%q as %q reads as %v, %v; not %v", c.text, c.layout, at, ok, want)
		}
		if got := string(c.layout.append(nil, Duration, at, 0)); got != c.text {
			t.Errorf("%q as %q is written %q", c.text, c.layout, got)
		}
	}
	for _, c := range []struct {
		layout Layout
		text   string
	}{
		{"%H:%M:%S", "12:60:00"}, {"%H:%M:%S", "1:00:00"}, {"%H:%M:%S", "012:00:00"}, {"%H:%M:%S", "-00:00:00"},
		{"%-d days %H:%M:%S", "1 days 24:00:00"}, {"iso", "P"}, {"iso", "PT"}, {"iso", "P1D2H"}, {"iso", "PT26H"}, {"iso", "P1M"},
		{"iso", "PT0.50S"}, {"iso", "P01D"}, {"hms", "90m"}, {"hm", "90m"}, {"hm", "1h"}, {"hm", "0h5m"}, {"hm", "1h0m0s"}, {"hm", "1.5m"}, {"hms", "5"}, {"hms", "h"}, {"go", "1h"}, {"go", "1000ms"}, {"dhms", "24h"},
		{"hms", "99999999999999h"}, {"iso", "P9999999999999D"},
	} {
		if at, _, ok := c.layout.parse(Duration, []byte(c.text)); ok {
			t.Errorf("%q as %q reads as %v", c.text, c.layout, at)
		}
	}
}

func TestDatetimesRefused(t *testing.T) {
	for _, c := range []struct {
		layout Layout
		text   string
	}{
		{"%Y-%m-%d", "2023-02-29"}, {"%Y-%m-%d", "1900-02-29"}, {"%Y-%m-%d", "2023-13-01"}, {"%Y-%m-%d", "0000-01-01"},
		{"%Y-%m-%d", "2023-1-01"}, {"%Y-%m-%d", "2023-01-01 "}, {"%-d/%-m/%Y", "01/2/2023"}, {"%-d/%-m/%Y", "1/0/2023"},
		{"%a %d %b %Y", "Mon 02 Jan 2024"}, {"%d %b %Y", "02 JAN 2024"}, {"%Y-%m-%d %H:%M:%S", "2023-01-01 24:00:00"},
		{"%Y-%m-%d %H:%M:%S", "2023-01-01 00:00:60"}, {"%Y-%m-%d %I:%M %p", "2023-01-01 13:00 PM"}, {"%Y-%m-%d %I:%M %p", "2023-01-01 00:30 AM"},
		{"%Y-%m-%d %H:%M:%S%.f", "2023-01-01 00:00:00.10"}, {"%Y-%m-%d %H:%M:%S%.6f", "2023-01-01 00:00:00.000000"},
		{"%Y-%m-%d %H:%M%:z", "2023-01-01 00:00+24:00"}, {"%Y-%m-%d %H:%M%:::z", "2023-01-01 00:00+01:00"}, {"%b %e %Y", "Jan 02 2024"},
	} {
		if at, _, ok := c.layout.parse(Datetime, []byte(c.text)); ok {
			t.Errorf("%q as %q reads as %v", c.text, c.layout, at)
		}
	}
}

func TestLayoutCheck(t *testing.T) {
	for _, c := range []struct {
		kind   Kind
		layout Layout
		ok     bool
	}{
		{Datetime, "%Y-%m-%d", true}, {Datetime, "%-d. %B %Y, %I:%M %p", true}, {Datetime, "%y%m%d", true}, {Datetime, "%a %b %e %H:%M:%S %Y", true},
		{Datetime, "", false}, {Datetime, "%Y-%m", false}, {Datetime, "%Y-%m-%d %I:%M", false}, {Datetime, "%Y-%m-%d %p", false},
		{Datetime, "%Y-%m-%d %", false}, {Datetime, "%Y-%m-%d %Q", false}, {Datetime, "%Y-%m-%d %m", false}, {Datetime, "%Y-%b-%m-%d", false},
		{Datetime, "%-Y-%m-%d", false}, {Datetime, "%Y-%m-%d %H%.3f", false}, {Datetime, "%Y-%m-%d %M", false}, {Datetime, "%Y-%m-%d %H:%M:%S.%f", false},
		{Datetime, "%Y-%m-%d %H:%M:%S%.0f", false}, {Datetime, "iso", false}, {Datetime, "%Y-%m-%d %::z", false}, {Datetime, "%Y-%m-%d %H %I %p", false},
		{Duration, "%H:%M", true}, {Duration, "iso", true}, {Duration, "%-d d %H:%M:%S.%3f", true},
		{Duration, "", false}, {Duration, "ISO", false}, {Duration, "%H:%S", false}, {Duration, "%d %H", false}, {Duration, "%Y", false}, {Duration, "%M:%H", false},
	} {
		if err := c.layout.check(c.kind); (err == nil) != c.ok {
			t.Errorf("%v %q: %v", c.kind, c.layout, err)
		}
	}
}

func FuzzLayouts(f *testing.F) {
	f.Add("%Y-%m-%dT%H:%M:%S%.f%:z", "2024-02-29T12:34:56.789+02:00", true)
	f.Add("%-d days %H:%M:%S", "1 days 02:03:04", false)
	f.Add("go", "1h0m1.5s", false)
	f.Add("%A, %-d. %B %Y %I:%M %P", "Monday, 1. January 2024 01:05 am", true)
	f.Fuzz(func(t *testing.T, layout, text string, datetime bool) {
		l, kind := Layout(layout), Duration
		if datetime {
			kind = Datetime
		}
		if l.check(kind) != nil {
			return
		}
		leap := instant{1709210096, 987654321} // 2024-02-29 12:34:56
		f := Field{Kind: kind, Layout: l, Unit: l.finest(kind)}
		x := math.Floor(leap.ticks(f.Unit))
		if y, err := f.ParseNum(f.AppendNum(nil, x)); err != nil || x != y {
			t.Errorf("%q: %v ticks are written %q and read %v, %v", l, x, f.AppendNum(nil, x), y, err)
		}
		at, offset, ok := l.parse(kind, []byte(text))
		if !ok || l.hasZone() {
			return
		}
		if got := string(l.append(nil, kind, at, offset)); got != text {
			t.Errorf("%q reads %q as %v and writes %q", l, text, at, got)
		}
	})
}
