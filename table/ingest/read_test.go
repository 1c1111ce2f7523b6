package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

// Whatever the blocks and the workers, the same bytes give the same table, or
// the same error. Columns change their form at any place.
func TestBlocksAndWorkersDoNotMatter(t *testing.T) {
	cells := rapid.SampledFrom([]string{
		"", "?", "NA", "None", "-", "0", "1", "1", "2", "17", "17", "4o", "007", "1.5", "1.50", "-2.25", "1e-3", "+3",
		"0.1234567890123456", "123456789012345678", "a", "b", "b", "yes", "no", "inf", "\"x,y\"", "\"two\nlines\"",
		"2024-01-31", "2024-02-01", "31/01/2024", "01/02/2024", "2024-01-31 10:00", "10:30:00",
	})
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(2, 4).Draw(t, "columns")
		var text strings.Builder
		for j := range columns {
			fmt.Fprintf(&text, "%sx%d", ",,,,"[:min(j, 1)], j)
		}
		text.WriteByte('\n')
		// A column keeps to few cells for a while, then to others.
		palettes := make([][]string, columns)
		for range rapid.IntRange(1, 6).Draw(t, "runs") {
			for j := range palettes {
				palettes[j] = rapid.SliceOfN(cells, 1, 3).Draw(t, "palette")
			}
			for i := range rapid.IntRange(1, 60).Draw(t, "rows") {
				for j, p := range palettes {
					fmt.Fprintf(&text, "%s%s", ",,,,"[:min(j, 1)], p[(i*7+j+i/5)%len(p)])
				}
				text.WriteByte('\n')
			}
		}
		h := how{csv: csv.Options{Delimiter: ',', Header: csv.WithHeader}, workers: 1}
		want, wantReport, wantErr := read(text.String(), h)
		h.csv.BlockBytes = rapid.IntRange(1, 300).Draw(t, "block")
		h.workers = rapid.IntRange(1, 5).Draw(t, "workers")
		got, report, err := read(text.String(), h)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%s\nerror %v, want %v", text.String(), err, wantErr)
		}
		if err != nil {
			return
		}
		sameTable(t, got, want)
		for j, f := range want.Schema().Fields {
			if why := got.Schema().Fields[j].Why; why != f.Why {
				t.Fatalf("column %q: %s, want %s", f.Name, why, f.Why)
			}
		}
		if fmt.Sprint(report) != fmt.Sprint(wantReport) {
			t.Fatalf("report %v, want %v", report, wantReport)
		}
		// What is read by the schema is the same again.
		h.ingest.Schema = want.Schema()
		again, _, err := read(text.String(), h)
		if err != nil {
			t.Fatal(err)
		}
		sameTable(t, again, want)
	})
}

// model is the schema of a small training file.
func model(t *testing.T) *space.Schema {
	t.Helper()
	train, _, err := read("age,sex,day,id\n"+strings.Repeat("17,m,2024-01-01,a1\n,f,2024-01-03,a2\n90,m,2024-02-01,a3\n", 20), how{
		ingest: ingest.Options{Overrides: types(t, "id=id")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return train.Schema()
}

func types(t *testing.T, args ...string) *space.Overrides {
	t.Helper()
	o := &space.Overrides{}
	for _, a := range args {
		if err := o.SetKind(a); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func TestReadingBySchema(t *testing.T) {
	h := how{ingest: ingest.Options{Schema: model(t)}}
	h.csv.Header = csv.WithHeader

	// Columns are found by name, in any order; others are ignored.
	got, report, err := read("more,sex,age,day\n1,f,90,2024-01-02\n2,m,NA,2024-01-01\n", h)
	if err != nil {
		t.Fatal(err)
	}
	b := got.All()
	if fmt.Sprint(b.Cols) != "[{[90 NaN] [] []} {[] [0 1] []} {[19724 19723] [] []} {[] [] []}]" {
		t.Errorf("columns %v", b.Cols)
	}
	if !slices.Equal(report.Ignored, []string{"more"}) || len(report.Notes) != 1 {
		t.Errorf("report %+v", report)
	}

	// No rows are no rows.
	if got, _, err := read("age,sex,day,id\n", h); err != nil || got.Rows() != 0 {
		t.Errorf("no rows: %v, %v", got, err)
	}

	for _, c := range []struct{ text, want string }{
		{"agee,sex,day\n1,m,2024-01-01\n", `t.csv does not have all columns of the schema: "age" (did you mean "agee"?)`},
		{"a\n1\n", `t.csv does not have all columns of the schema: "age", "sex", "day"; there are "a"`},
		{"age,sex,day\n17,m,2024-01-02\n4o,m,2024-01-02\nx,m,2024-01-02\n",
			`t.csv:3: column "age": "4o" is not a value of kind integer, which the schema says (2 of 3 values)`},
		{"age,sex,day\n17,m,1/2/2024\n", `t.csv:2: column "day": "1/2/2024" is not a value of kind datetime`},
		{"age,sex,day\n17,m,2024-01-02\n91,m,2024-01-02\n", `t.csv:3: column "age": "91" is outside the sample space that the schema gives (1 of 2 values)`},
		{"age,sex,day\n17.5,m,2024-01-02\n", `t.csv:2: column "age": "17.5" is outside`},
		{"age,sex,day\n17,x,2024-01-02\n17,m,2024-01-02\n17,x,2024-01-02\n", `t.csv:2: column "sex": "x" is outside the sample space that the schema gives (2 of 3 values)`},
		{"age,sex,day\n17,m,2024-01-02\n17,,2024-01-02\n", `t.csv:3: column "sex": "" is outside`},
		{"age,sex,day\n17,m,2024-01-02\n17,m,?\n", `t.csv:3: column "day": "?" is outside`},
		{"age,sex,day\n17,m,2025-01-02\n", `t.csv:2: column "day": "2025-01-02" is outside`},
	} {
		for _, block := range []int{1, 1 << 16} {
			h.csv.BlockBytes = block
			_, _, err := read(c.text, h)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%q: error %v\nwant %s", c.text, err, c.want)
			}
		}
	}

	// For scoring, what is outside is counted.
	h.ingest.AllowUnknown = true
	got, report, err = read("age,sex,day\n17,x,2024-01-02\n95,m,2024-01-02\n17.5,y,\n", h)
	if err != nil {
		t.Fatal(err)
	}
	if b := got.All(); fmt.Sprint(b.Cols[0].Num, b.Cols[1].Code, b.Cols[2].Num) != "[17 95 17.5] [-2 1 -2] [19724 19724 NaN]" {
		t.Errorf("columns %v", b.Cols)
	}
	if got := fmt.Sprint(report.Unknown); got != `[{age {2 95 t.csv:3}} {sex {2 x t.csv:2}} {day {1  t.csv:4}}]` {
		t.Errorf("unknown: %s", got)
	}

	// And so may a column be absent, as long as there is one.
	h.ingest.AllowAbsent = true
	got, report, err = read("day,age\n2024-01-02,17\n", h)
	if err != nil {
		t.Fatal(err)
	}
	if b := got.All(); fmt.Sprint(b.Cols) != "[{[17] [] []} {[] [] []} {[19724] [] []} {[] [] []}]" || !slices.Equal(report.Absent, []string{"sex"}) {
		t.Errorf("columns %v, absent %v", b.Cols, report.Absent)
	}
	if _, _, err := read("a\n1\n", h); err == nil || !strings.Contains(err.Error(), "does not have all columns of the schema") {
		t.Errorf("none of the columns: %v", err)
	}
}

func TestOverrides(t *testing.T) {
	rows := strings.Repeat("0,007,1.25,n/a,a\n1,010,2.5,5,b\n3,1,3,6,c\n", 30)
	text := "label,code,size,rank,level\n" + rows
	got, _, err := read(text, how{ingest: ingest.Options{Overrides: types(t, "label=category", "code=integer", "size=real", "level=ordinal")}})
	if err != nil {
		t.Fatal(err)
	}
	f, b := got.Schema().Fields, got.All()
	if f[0].Kind != space.Category || !slices.Equal(f[0].Levels, []string{"0", "1", "3"}) || !slices.Equal(b.Cols[0].Code[:3], []int32{0, 1, 2}) {
		t.Errorf("label: %+v %v", f[0], b.Cols[0].Code[:3])
	}
	if f[1].Kind != space.Integer || f[1].Min != 1 || f[1].Max != 10 || !slices.Equal(b.Cols[1].Num[:3], []float64{7, 10, 1}) {
		t.Errorf("code: %+v", f[1])
	}
	if f[2].Kind != space.Real || f[4].Kind != space.Ordinal {
		t.Errorf("%+v %+v", f[2], f[4])
	}

	o, err := space.UnmarshalOverrides([]byte("fields:\n- name: rank\n  missing: [\"5\", n/a]\n- name: size\n  kind: decimal\n  digits: 3\n  range: [0, 10]\n" +
		"- name: level\n  levels: [c, b, a, z]\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, _, err = read(text, how{ingest: ingest.Options{Overrides: o, Drop: []string{"label", "code"}}})
	if err != nil {
		t.Fatal(err)
	}
	f, b = got.Schema().Fields, got.All()
	if len(f) != 3 || f[0].Digits != 3 || f[0].Max != 10 || f[1].Min != 6 || !slices.Equal(f[1].Missing, []string{"5", "n/a"}) {
		t.Errorf("%+v", f)
	}
	if !slices.Equal(b.Cols[2].Code[:3], []int32{2, 1, 0}) {
		t.Errorf("declared levels: %v", b.Cols[2].Code[:3])
	}

	for _, c := range []struct{ arg, want string }{
		{"size=integer", `column "size": declared integer, but it has fractions: 3 distinct numbers 1.25..3 with 2 decimals (use --type size=decimal or real)`},
		{"level=integer", `t.csv:2: column "level": "a" is not a number (90 of 90 values;`},
		{"level=datetime", `column "level": declared datetime, but "a" is none`},
		{"label=bool", `column "label": declared bool, but it has 3 levels`},
		{"nope=category", `t.csv: field "nope": the data have no such column`},
	} {
		_, _, err := read(text, how{ingest: ingest.Options{Overrides: types(t, c.arg)}})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %s", c.arg, err, c.want)
		}
	}
	if _, _, err := read(text, how{ingest: ingest.Options{Drop: []string{"lable"}}}); err == nil ||
		err.Error() != `t.csv: the data have no such column to drop: "lable" (did you mean "label"?)` {
		t.Errorf("dropping: error %v", err)
	}
	o, err = space.UnmarshalOverrides([]byte("fields:\n- name: bit\n  levels: [\"1\", \"0\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	bits, _, err := read("bit,x\n0,1\n1,1\n,1\n1,2\n", how{ingest: ingest.Options{Overrides: o}})
	if err != nil || !slices.Equal(bits.All().Cols[0].Code, []int32{1, 0, -1, 0}) {
		t.Errorf("levels of bits in another order: %v, %v", bits, err)
	}
	day, _, err := read("d,x\n"+strings.Repeat("01.02.03,1\n04.05.06,1\n", 30), how{ingest: ingest.Options{Overrides: types(t, "d=datetime:%y.%m.%d")}})
	if err != nil || day.Schema().Fields[0].Layout != "%y.%m.%d" {
		t.Errorf("%v %v", day, err)
	}
}

func TestSeveralFiles(t *testing.T) {
	a := textFile("a.csv", "n,c\n1,x\n2,y\n")
	got, report, err := readFiles([]ingest.File{a, textFile("b.csv", "c,n\nz,3\nx,\n"), textFile("c.csv", "n,c\r\n4.5,y")}, how{})
	if err != nil {
		t.Fatal(err)
	}
	b := got.All()
	if fmt.Sprint(b.Cols[0].Num, b.Cols[1].Code) != "[1 2 3 NaN 4.5] [0 1 2 0 1]" || report.Files != 3 || report.Rows != 5 {
		t.Errorf("%v %+v", b.Cols, report)
	}
	for _, c := range []struct{ text, want string }{
		{"n\n1\n", `b.csv does not have all columns of a.csv: "c"; there are "n"`},
		{"n,c,d\n1,2,3\n", `b.csv has a column "d" that a.csv does not have`},
		{"n,c\n1,2\n3\n", `b.csv:3: 1 cell, where the first line has 2`},
	} {
		_, _, err := readFiles([]ingest.File{a, textFile("b.csv", c.text)}, how{csv: csv.Options{Header: csv.WithHeader, Delimiter: ','}})
		if err == nil || err.Error() != c.want {
			t.Errorf("%q: error %v\nwant %s", c.text, err, c.want)
		}
	}
}

func TestSkippedRowsAreListed(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,2\n3\n", 50)
	for _, block := range []int{3, 1 << 16} {
		got, report, err := read(text, how{csv: csv.Options{SkipBadRows: true, BlockBytes: block}})
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows() != 50 || report.Skipped != 50 || len(report.Bad) != 20 || report.Bad[19].Line != 41 ||
			report.Bad[0].Err.Error() != "t.csv:3: 1 cell, where the first line has 2" {
			t.Errorf("%d rows, %d skipped, %v", got.Rows(), report.Skipped, report.Bad)
		}
	}
}

func TestNothingToRead(t *testing.T) {
	for _, text := range []string{"", "\n\n", "a,b\n", "a,b"} {
		if _, _, err := read(text, how{csv: csv.Options{Header: csv.WithHeader}}); err == nil || err.Error() != "t.csv: there are no rows" {
			t.Errorf("%q: error %v", text, err)
		}
	}
}

// An input that fails, or changes, or is given up, ends the reading.
func TestReadingEnds(t *testing.T) {
	text := "a,b\n" + strings.Repeat("1,x\n", 1000)
	broken := errors.New("the disk is on fire")
	f := textFile("t.csv", text)
	f.Open = func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader(text[:2000]), &failing{broken})), nil
	}
	if _, _, err := readFiles([]ingest.File{f}, how{csv: csv.Options{BlockBytes: 100}}); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "t.csv: ") {
		t.Errorf("error %v", err)
	}

	passes := 0
	f.Open = func() (io.ReadCloser, error) { // "late" makes a second pass needed, which finds fewer rows
		passes++
		n := len(text)
		if passes > 3 {
			n = len(text) - 4
		}
		return io.NopCloser(strings.NewReader(text[:n] + "late,x\nlate,x\nlate,x\nlate,x\n" + strings.Repeat("late,x\n", 100))), nil
	}
	if _, _, err := readFiles([]ingest.File{f}, how{csv: csv.Options{BlockBytes: 100}}); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("%d passes, error %v", passes, err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	in, err := csv.NewInput(textFile("t.csv", text), csv.Options{BlockBytes: 100})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = ingest.Read(ctx, []ingest.Input{in}, ingest.Options{Progress: func(_ string, done, total int64) {
		if done > total {
			t.Errorf("%d of %d", done, total)
		}
		cancel()
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// failing is a reader that fails.
type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

// Any bytes give a table or an error, the same whatever the blocks, and a table
// is read again by its own schema.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,x\n2,y\n", "a;b\n1,5;x\n", "1\t2\n3\t4\n", "a, b\n1, x\n", "\ufeffid,when\n1,2024-01-31\n2,31/01/2024\n",
		"n\n007\n1e5\n?\n", "a,b\n\"x\ny\",0\n\"\",1\n", "t,u\n10:30:00,yes\n11:00:00,no\n", "a\r1\r2\r", "a,a,\n1,2,3\n",
	} {
		f.Add(text, byte(5))
	}
	f.Fuzz(func(t *testing.T, text string, block byte) {
		want, _, wantErr := read(text, how{workers: 1})
		got, _, err := read(text, how{csv: csv.Options{BlockBytes: 1 + int(block)}, workers: 3})
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		if err != nil {
			return
		}
		sameTable(t, got, want)
		if err := want.Schema().Validate(); err != nil {
			t.Fatal(err)
		}
		h := how{ingest: ingest.Options{Schema: want.Schema()}}
		if h.csv.Header = csv.WithHeader; want.Schema().Dialect.NoHeader {
			h.csv.Header = csv.NoHeader
		}
		again, _, err := read(text, h)
		if err != nil {
			t.Fatal(err)
		}
		sameTable(t, again, want)
	})
}
