package csv

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// write returns a table as text, written in pieces of so many rows.
func write(t rapid.TB, tb *table.Table, piece int) string {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out, tb.Schema())
	for lo := 0; lo < int(tb.Rows()); lo += piece {
		if err := w.Write(tb.All().Slice(lo, min(lo+piece, int(tb.Rows())))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func read(text string, opt Options, by ingest.Options) (*table.Table, error) {
	in, err := NewInput(bytesFile(text), opt)
	if err != nil {
		return nil, err
	}
	t, _, err := ingest.Read(par.WithWorkers(context.Background(), 2), []ingest.Input{in}, by)
	return t, err
}

func same(a, b *table.Table) bool {
	x, y := a.All(), b.All()
	return x.N == y.N && slices.EqualFunc(x.Cols, y.Cols, func(p, q table.Column) bool {
		return slices.Equal(p.Code, q.Code) && slices.Equal(p.Text, q.Text) &&
			slices.EqualFunc(p.Num, q.Num, func(f, g float64) bool { return f == g || f != f && g != g })
	})
}

// anyText is text with everything in it that needs care.
func anyText() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.SampledFrom([]rune("ab1,;\t|\"\n\r é-.?")), 0, 8, -1)
}

// anyField returns a generator of fields of any kind that a file can have.
func anyField(name string, d space.Dialect) *rapid.Generator[space.Field] {
	return rapid.Custom(func(t *rapid.T) space.Field {
		f := space.Field{Name: name, Quoted: rapid.Bool().Draw(t, "quoted")}
		f.Missing = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"", "?", "NA", "a,b", "\n"}), 0, 2, rapid.ID).Draw(t, "missing")
		f.Kind = rapid.SampledFrom([]space.Kind{
			space.Bool, space.Category, space.Integer, space.Decimal, space.Real, space.Datetime, space.Duration, space.ID,
		}).Draw(t, "kind")
		switch f.Kind {
		case space.Bool:
			f.Levels = []string{"no", "yes"}
		case space.Category:
			text := anyText().Filter(func(s string) bool {
				return !slices.Contains(f.Missing, s) && !space.IsMarker([]byte(s)) && !(d.DecimalComma && strings.ContainsAny(s, ".,"))
			})
			f.Levels = rapid.SliceOfNDistinct(text, 1, 5, rapid.ID).Draw(t, "levels")
		case space.Integer:
			f.Min, f.Max = -1000, 1000
		case space.Decimal:
			f.Digits = rapid.IntRange(1, 6).Draw(t, "digits")
			f.Fixed = rapid.Bool().Draw(t, "fixed")
			f.Min, f.Max = -1000, 1000
		case space.Real:
			f.Min, f.Max = -1e300, 1e300
		case space.Datetime:
			f.Layout = rapid.SampledFrom([]space.Layout{"%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%b %d, %Y %H:%M:%S"}).Draw(t, "layout")
			f.Unit, f.Max = time.Second, 2e9
		case space.Duration:
			f.Layout, f.Unit, f.Max = "%H:%M:%S", time.Second, 1e5
		case space.ID:
			f.Pattern = "{1..}"
		}
		return f
	})
}

// anyTable returns a generator of tables in any dialect.
func anyTable() *rapid.Generator[*table.Table] {
	return rapid.Custom(func(t *rapid.T) *table.Table {
		d := space.Dialect{
			Delimiter: rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "delimiter"),
			NoHeader:  rapid.Bool().Draw(t, "no header"),
			CRLF:      rapid.Bool().Draw(t, "crlf"),
			BOM:       rapid.Bool().Draw(t, "bom"),
			Spaced:    rapid.Bool().Draw(t, "spaced"),
		}
		d.Spaced = d.Spaced && d.Delimiter != "\t" // encoding/csv takes a tab for a space
		d.DecimalComma = d.Delimiter != "," && rapid.Bool().Draw(t, "decimal comma")
		s := &space.Schema{Dialect: d}
		for j := range rapid.IntRange(1, 5).Draw(t, "columns") {
			name := fmt.Sprintf("c%d", j+1)
			if !d.NoHeader {
				name = anyText().Filter(func(s string) bool {
					return s == strings.TrimSpace(s) && s != "" && !strings.ContainsAny(s, "0123456789.")
				}).Draw(t, "name") + name
			}
			s.Fields = append(s.Fields, anyField(name, d).Draw(t, "field"))
		}
		b := table.NewBatch(s, 0, rapid.IntRange(0, 40).Draw(t, "rows"))
		for j := range s.Fields {
			f, c := &s.Fields[j], &b.Cols[j]
			for i := range b.N {
				missing := f.Optional() && rapid.IntRange(0, 3).Draw(t, "missing") == 0
				switch {
				case c.Text != nil:
					c.Text[i] = anyText().Filter(func(s string) bool { return !(d.DecimalComma && strings.ContainsAny(s, ".,")) }).Draw(t, "id")
				case c.Code != nil && missing:
					c.Code[i] = table.Missing
				case c.Code != nil:
					c.Code[i] = int32(rapid.IntRange(0, len(f.Levels)-1).Draw(t, "code"))
				case missing:
					c.Num[i] = table.NoNumber
				default:
					c.Num[i] = f.Snap(rapid.Float64Range(f.Min, f.Max).Draw(t, "number"))
				}
			}
		}
		return table.New(b)
	})
}

// What is written is read back by the same schema, value by value, and it does
// not matter in which pieces it was written.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTable().Draw(t, "table")
		d := want.Schema().Dialect
		text := write(t, want, rapid.IntRange(1, 50).Draw(t, "piece"))
		if all := write(t, want, 1000); text != all {
			t.Fatalf("%q in pieces, %q in one", text, all)
		}
		if want.Rows() == 0 {
			return // nothing tells of what there may be
		}
		opt := Options{Delimiter: d.Delimiter[0], Header: WithHeader, BlockBytes: rapid.IntRange(1, 400).Draw(t, "block")}
		if d.NoHeader {
			opt.Header = NoHeader
		}
		in, err := NewInput(bytesFile(text), opt)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		// Few rows do not show all of a dialect: it is given, as of a model.
		in.(*input).dialect, in.(*input).grammar.spaced = d, d.Spaced
		got, _, err := ingest.Read(t.Context(), []ingest.Input{in}, ingest.Options{Schema: want.Schema()})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if !same(got, want) {
			t.Fatalf("%q:\n%v\nwant\n%v", text, got.All().Cols, want.All().Cols)
		}
	})
}

// encoding/csv reads what is written: the same cells, of as many rows.
func TestEncodingCSVReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := anyTable().Draw(t, "table")
		d := tb.Schema().Dialect
		text := write(t, tb, 7)
		r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, bom)))
		r.Comma, r.TrimLeadingSpace = rune(d.Delimiter[0]), d.Spaced
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		rows := int(tb.Rows())
		if !d.NoHeader {
			rows++
		}
		if len(records) != rows {
			t.Fatalf("%q: %d records, want %d", text, len(records), rows)
		}
	})
}

// A file that was read, written and read again has the same sample space, and
// the same bytes if it was written in one way throughout.
func TestSameFileAgain(t *testing.T) {
	row := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i%10, i%13, i*i%97)
		}
		return b.String()
	}
	for _, text := range []string{
		"a,b,c\n" + row("%d,x%d,%d.5\n", 100),
		"a;b;c\r\n" + row("%d;\"x%d; y\";%d,25\r\n", 100),
		"\ufeffa\tb\tc\n" + row("%d\t?\tx%.0[2]d\t%[3]d\n", 0) + row("%d\tx%d\t%d.50\n", 100) + "?\t?\t?\n",
		row("%d, x%d, 1%d.5\n", 100),
		"\"a\",\"b\",\"c\"\n" + row("\"%d\",\"x%d\",\"%d\"\n", 100),
		"day,when,yes\n" + row("2024-01-0%[1]d,2024-01-31 10:%02[2]d:30,T\n", 0) + strings.Repeat("2024-01-01,31.12.2023 10:20,yes\n2023-05-06,01.01.2024 00:00,no\n", 30),
		"n,t\n" + strings.Repeat("1.0,\"say \"\"hi\"\"\"\n2.0,\"two\nlines\"\n,NA\n", 30),
	} {
		first, err := read(text, Options{}, ingest.Options{})
		if err != nil {
			t.Errorf("%.60q: %v", text, err)
			continue
		}
		again := write(t, first, 33)
		second, err := read(again, Options{}, ingest.Options{})
		if err != nil {
			t.Errorf("%.60q: %v", again, err)
			continue
		}
		if !first.Schema().Equal(second.Schema()) || !same(first, second) {
			a, _ := space.Marshal(first.Schema())
			b, _ := space.Marshal(second.Schema())
			t.Errorf("%.60q:\n%s\nagain:\n%s", text, a, b)
		}
		if strings.HasPrefix(text, `"a"`) {
			again = strings.Replace(again, "a,b,c", `"a","b","c"`, 1)
		}
		if again != text {
			t.Errorf("%.200q\nbecame\n%.200q", text, again)
		}
	}
}

func TestWhatCannotBeWritten(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "n", Kind: space.Integer, Max: 9},
		{Name: "c", Kind: space.Category, Levels: []string{"x"}},
		{Name: "i", Kind: space.ID, Pattern: "{1..}"},
	}}
	w := NewWriter(&bytes.Buffer{}, s)
	b := table.NewBatch(s, 0, 2)
	if err := w.Write(b); err != nil {
		t.Error(err)
	}
	b.Cols[1].Code[1] = table.Unknown
	if err := w.Write(b); err == nil || err.Error() != `row 1 has a value of column "c" that the schema does not list` {
		t.Errorf("error %v", err)
	}
	b = table.NewBatch(s, 0, 2)
	b.Cols[2] = table.Column{}
	if err := w.Write(b); err == nil || err.Error() != `column "i" has no values to write` {
		t.Errorf("error %v", err)
	}
	if _, err := w.AppendBatch(nil, &table.Batch{N: 1}); err == nil {
		t.Error("a batch of another schema was written")
	}
	b = table.NewBatch(s, 0, 1)
	b.Cols[0].Num[0], b.Cols[1].Code[0] = math.NaN(), table.Missing
	text, err := w.AppendBatch(nil, b)
	if err != nil || string(text) != ",,\n" {
		t.Errorf("missing values of fields that have no marker: %q, %v", text, err)
	}
}

// BenchmarkWrite formats rows like those of adult: six whole numbers and nine
// categories.
func BenchmarkWrite(b *testing.B) {
	s := &space.Schema{}
	for j := range 15 {
		f := space.Field{Name: fmt.Sprint("column", j), Kind: space.Category}
		if j%5 < 2 {
			f.Kind, f.Max = space.Integer, math.Pow10(2+j%4)
		} else {
			for l := range 10 {
				f.Levels = append(f.Levels, fmt.Sprintf("Level-%d-of-%d", l, j))
			}
		}
		s.Fields = append(s.Fields, f)
	}
	const n = 32768
	rows := table.NewBatch(s, 0, n)
	for j, c := range rows.Cols {
		for i := range n {
			if c.Num != nil {
				c.Num[i] = float64((i*7919 + j) % int(s.Fields[j].Max))
			} else {
				c.Code[i] = int32((i*31 + j) % 10)
			}
		}
	}
	w := NewWriter(&bytes.Buffer{}, s)
	var text []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if text, err = w.AppendBatch(text[:0], rows); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
	b.ReportMetric(float64(len(text))/n, "B/row")
}
