package parquet

import (
	"bytes"
	"context"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func encode(t testing.TB, tb *table.Table) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, tb.Schema(), 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(tb.All()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A file that others wrote, read and written again, has the same types and the
// same cells.
func TestFilesOfOthersRoundTrip(t *testing.T) {
	loadExpected(t)
	for name, of := range expected.Files {
		t.Run(name, func(t *testing.T) {
			f := testFile(t, name+".parquet")
			tb, _, err := Read(context.Background(), []File{f}, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			fillIDs(t, f, tb)
			again := inMemory("again", encode(t, tb))
			got, d, err := cells(again, ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			was := newDataset(&ingest.Options{})
			if _, err := was.add(f); err != nil {
				t.Fatal(err)
			}
			for j, c := range d.columns {
				if want := was.columns[j]; c.name != want.name || c.storage != want.storage {
					t.Errorf("column %q %v became %q %v", want.name, want.storage, c.name, c.storage)
				}
				if c.name == "dec38" {
					continue // its fifteen leading digits are kept
				}
				for i, w := range expected.Cells[of][c.name] {
					// NaN and the empty text are missing to the sample space.
					if g := asText(got[c.name][i], w); g != w && !(w == "" && g == nil) {
						t.Errorf("%s, row %d: %#v, want %#v", c.name, i, g, w)
						break
					}
				}
			}
		})
	}
}

// fillIDs puts the texts of the file into the ID columns of a table that was
// read from it, if Read left them out.
func fillIDs(t *testing.T, f File, tb *table.Table) {
	t.Helper()
	for j := range tb.Schema().Fields {
		if col := tb.All().Cols[j]; col.Num == nil && col.Code == nil && col.Text == nil {
			t.Fatalf("column %q was not read", tb.Schema().Fields[j].Name)
		}
	}
}

// Files of one dataset may store a column in types that have one in common.
func TestTypesOfSeveralFiles(t *testing.T) {
	column := func(f space.Field, values ...float64) File {
		f.Name = "x"
		f.Min, f.Max = slices.Min(values), slices.Max(values)
		s := &space.Schema{Fields: []space.Field{f}}
		return inMemory(f.Storage, encode(t, table.New(&table.Batch{Schema: s, N: len(values), Cols: []table.Column{{Num: values}}})))
	}
	whole := func(storage string, values ...float64) File {
		return column(space.Field{Kind: space.Integer, Storage: storage}, values...)
	}
	moment := func(storage string, values ...float64) File {
		return column(space.Field{Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%d %H:%M:%S", Storage: storage}, values...)
	}
	for _, c := range []struct {
		files   []File
		storage string
		want    []float64
	}{
		{[]File{whole("int8", 1, 2), whole("uint32", 3, 4)}, "", []float64{1, 2, 3, 4}}, // int64
		{[]File{whole("int8", 1, 2), whole("int8", 3, 4)}, "int8", []float64{1, 2, 3, 4}},
		{[]File{whole("int64", 1, 2), whole("float", 3, 4)}, "double", []float64{1, 2, 3, 4}},
		{[]File{moment("timestamp[ms]", 1, 2), moment("timestamp[ns]", 3, 4)}, "timestamp[ns]", []float64{1, 2, 3, 4}},
		{[]File{moment("timestamp[ms]", 253402300799), moment("timestamp[us]", 1)}, "", []float64{253402300799, 1}},
	} {
		tb, _, err := Read(context.Background(), c.files, ingest.Options{})
		if err != nil {
			t.Errorf("%s and %s: %v", c.files[0].Name, c.files[1].Name, err)
			continue
		}
		if f := tb.Schema().Fields[0]; f.Storage != c.storage || !slices.Equal(tb.All().Cols[0].Num, c.want) {
			t.Errorf("%s and %s: %s, %v", c.files[0].Name, c.files[1].Name, f.Storage, tb.All().Cols[0].Num)
		}
	}
	for _, files := range [][]File{
		{whole("int8", 1), moment("timestamp[ms]", 1)},
		{moment("timestamp[ms]", 1), moment("timestamp[ms,UTC]", 1)},
	} {
		_, _, err := Read(context.Background(), files, ingest.Options{})
		if want := `write it with one type in all files`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s and %s: %v", files[0].Name, files[1].Name, err)
		}
	}
}

// What the caller says of a column decides in what form it is read.
func TestOverridesOfTypedColumns(t *testing.T) {
	f := testFile(t, "pyarrow-default.parquet")
	o := &space.Overrides{}
	for _, arg := range []string{"i8=category", "ts_far=category", "dec9=real", "bool=category"} {
		if err := o.SetKind(arg); err != nil {
			t.Fatal(err)
		}
	}
	tb, _, err := Read(context.Background(), []File{f}, ingest.Options{Overrides: o})
	if err != nil {
		t.Fatal(err)
	}
	s := tb.Schema()
	for name, want := range map[string]struct {
		kind    space.Kind
		storage string
		level   string
	}{
		"i8": {space.Category, "int8", "127"}, "ts_far": {space.Category, "timestamp[us]", "9999-12-31 00:00:00"},
		"dec9": {space.Real, "decimal(9,2)", ""}, "bool": {space.Category, "bool", "true"},
	} {
		f := s.Fields[s.Index(name)]
		if f.Kind != want.kind || f.Storage != want.storage || want.level != "" && !slices.Contains(f.Levels, want.level) {
			t.Errorf("%s: %v stored as %s, levels %.60q", name, f.Kind, f.Storage, f.Levels)
		}
	}
	// And it is written in its own type again.
	_, d, err := cells(inMemory("again", encode(t, tb)), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"i8": "int8", "ts_far": "timestamp[us]", "dec9": "decimal(9,2)", "bool": "bool"} {
		if got := d.byName[name].storage.String(); got != want {
			t.Errorf("%s was written as %s", name, got)
		}
	}
}

func TestStorageNames(t *testing.T) {
	for _, s := range []storage{
		{base: sBool}, {base: sInt, bits: 8}, {base: sInt, bits: 64}, {base: sUint, bits: 32},
		{base: sFloat}, {base: sDouble}, {base: sDecimal, precision: 38, scale: 10}, {base: sDate},
		{base: sTime, unit: time.Millisecond}, {base: sTime, unit: time.Nanosecond, utc: true},
		{base: sTimestamp, unit: time.Microsecond}, {base: sTimestamp, unit: time.Millisecond, utc: true},
		{base: sString}, {base: sBinary}, {base: sEnum}, {base: sJSON}, {base: sUUID},
	} {
		if got, err := parseStorage(s.String()); err != nil || got != s {
			t.Errorf("%v was read as %v (%v)", s, got, err)
		}
	}
	for _, text := range []string{"", "int", "int7", "int8x", "decimal", "decimal(2,9)", "decimal(0,0)", "time", "time[s]", "timestamp[us,CET]", "text", "uuid4"} {
		if s, err := parseStorage(text); err == nil {
			t.Errorf("%q was read as %v", text, s)
		}
	}
}

// A text that is stored and read again is the same text.
func TestTextsOfStorage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]storage{
			{base: sInt, bits: 64}, {base: sDecimal, precision: 18, scale: 4}, {base: sDate},
			{base: sTime, unit: time.Microsecond}, {base: sTimestamp, unit: time.Millisecond},
			{base: sTimestamp, unit: time.Nanosecond, utc: true},
		}).Draw(t, "storage")
		x := rapid.Int64Range(-1e15, 1e15).Draw(t, "value")
		switch s.base {
		case sTimestamp:
			x %= 6e13 // texts have years of four digits
		case sDate:
			x %= 700_000
		case sTime:
			x = (x%86400e6 + 86400e6) % 86400e6
		}
		text := string(s.appendInt(nil, x))
		v, err := s.valueOf(&space.Field{Kind: space.Category}, text)
		if err != nil {
			t.Fatal(err)
		}
		got := v.Int64()
		if s.base == sDate {
			got = int64(v.Int32())
		}
		if got != x {
			t.Fatalf("%v %d is %q, which is %d", s, x, text, got)
		}
	})
}

func TestBigDecimals(t *testing.T) {
	s := storage{base: sDecimal, precision: 38, scale: 10}
	for _, text := range []string{"0.0000000000", "-0.0000000001", "9999999999999999999999999999.9999999999", "-9999999999999999999999999999.9999999999"} {
		v, err := s.valueOf(&space.Field{}, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(appendBigDecimal(nil, v.ByteArray(), s.scale)); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
	if n := decimalBytes(38); n != 16 {
		t.Errorf("38 digits take %d bytes", n)
	}
	for digits := 1; digits <= 76; digits++ {
		top := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
		if n := decimalBytes(digits); top.BitLen()+1 > 8*n || top.BitLen()+1 <= 8*(n-1) && n > 1 && new(big.Int).Sub(top, big.NewInt(1)).BitLen()+1 <= 8*(n-1) {
			t.Errorf("%d digits need %d bits and a sign; they got %d bytes", digits, top.BitLen(), n)
		}
	}
}

func TestUsualTypes(t *testing.T) {
	for _, c := range []struct {
		field space.Field
		want  string
	}{
		{space.Field{Kind: space.Integer}, "int64"},
		{space.Field{Kind: space.Decimal, Digits: 2}, "double"},
		{space.Field{Kind: space.Real}, "double"},
		{space.Field{Kind: space.Bool, Levels: []string{"False", "True"}}, "bool"},
		{space.Field{Kind: space.Bool, Levels: []string{"no", "yes"}}, "string"},
		{space.Field{Kind: space.Bool, Levels: []string{"0", "1"}}, "int64"},
		{space.Field{Kind: space.Category, Levels: []string{"2", "10"}}, "int64"},
		{space.Field{Kind: space.Category, Levels: []string{"2", "10"}, Quoted: true}, "string"},
		{space.Field{Kind: space.Category, Levels: []string{"02", "10"}}, "string"},
		{space.Field{Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d"}, "date"},
		{space.Field{Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d %H:%M:%S"}, "timestamp[us]"},
		{space.Field{Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%dT%H:%M:%S%:z"}, "timestamp[us,UTC]"},
		{space.Field{Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%dT%H:%M:%SZ"}, "timestamp[us,UTC]"},
		{space.Field{Kind: space.Duration, Unit: time.Second, Layout: "%H:%M:%S", Max: 86399}, "time[us]"},
		{space.Field{Kind: space.Duration, Unit: time.Second, Layout: "%H:%M:%S", Max: 86400}, "string"},
		{space.Field{Kind: space.Duration, Unit: time.Second, Layout: "iso", Max: 1}, "string"},
		{space.Field{Kind: space.ID, Pattern: "id-{1..}"}, "string"},
		{space.Field{Kind: space.ID, Pattern: "{1..}"}, "int64"},
	} {
		if got := usual(&c.field).String(); got != c.want {
			t.Errorf("%v %q %q: %s, want %s", c.field.Kind, c.field.Levels, c.field.Layout, got, c.want)
		}
	}
}

// A schema that was edited so that its values do not fit the type of the file
// is refused before a row is written.
func TestStorageThatDoesNotFit(t *testing.T) {
	for _, f := range []space.Field{
		{Kind: space.Integer, Max: 128, Storage: "int8"},
		{Kind: space.Integer, Min: -1, Storage: "uint64"},
		{Kind: space.Integer, Max: 10, Storage: "decimal(3,2)"},
		{Kind: space.Decimal, Max: 0.5, Storage: "int32"},
		{Kind: space.Category, Levels: []string{"x"}, Storage: "int32"},
		{Kind: space.Category, Levels: []string{"x"}, Storage: "bool"},
		{Kind: space.Category, Levels: []string{"x"}, Storage: "uuid"},
		{Kind: space.Datetime, Unit: time.Second, Layout: "%Y-%m-%d %H:%M:%S", Max: 1, Storage: "date"},
		{Kind: space.Datetime, Unit: time.Microsecond, Layout: "%Y-%m-%d %H:%M:%S.%6f", Max: 1, Storage: "timestamp[ms]"},
		{Kind: space.Datetime, Unit: 24 * time.Hour, Layout: "%Y-%m-%d", Max: 1e6, Storage: "timestamp[ns]"},
		{Kind: space.Duration, Unit: time.Second, Layout: "%H:%M:%S", Max: 86400, Storage: "time[us]"},
		{Kind: space.Integer, Storage: "int128"},
	} {
		f.Name = "x"
		_, err := NewWriter(&bytes.Buffer{}, &space.Schema{Fields: []space.Field{f}}, 1)
		if err == nil || !strings.HasPrefix(err.Error(), `field "x": `) {
			t.Errorf("%v [%v, %v] %q as %s: %v", f.Kind, f.Min, f.Max, f.Levels, f.Storage, err)
		}
	}
}

func TestWriterNamesTheRow(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{{Name: "n", Kind: space.Integer, Max: 5, Storage: "int8"}}}
	b := table.NewBatch(s, 100, 3)
	for _, bad := range []float64{math.NaN(), 1000, 0.5} {
		b.Cols[0].Num = []float64{1, 2, bad}
		w, err := NewWriter(&bytes.Buffer{}, s, 1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(b); err == nil || !strings.HasPrefix(err.Error(), `row 102: field "n": `) {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// The file does not depend on how the rows come in batches, nor on the workers;
// and holds one row group in memory.
func TestRowGroups(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "n", Kind: space.Integer, Max: 1e6},
		{Name: "c", Kind: space.Category, Levels: []string{"a", "b"}, Missing: []string{""}},
	}}
	b := table.NewBatch(s, 0, 2*groupRows+10)
	for i := range b.N {
		b.Cols[0].Num[i] = float64(i * 7 % 1000001)
		b.Cols[1].Code[i] = int32(i%3) - 1
	}
	want := encode(t, table.New(b))
	for _, workers := range []int{1, 3} {
		var out bytes.Buffer
		w, err := NewWriter(&out, s, workers)
		if err != nil {
			t.Fatal(err)
		}
		for lo := 0; lo < b.N; lo += 50_000 {
			if err := w.Write(b.Slice(lo, min(lo+50_000, b.N))); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%d workers, batches of 50000 rows: another file", workers)
		}
	}
	got, _, err := Read(context.Background(), []File{inMemory("t", want)}, ingest.Options{Schema: s})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.All().Cols[0].Num, b.Cols[0].Num) || !slices.Equal(got.All().Cols[1].Code, b.Cols[1].Code) {
		t.Error("the rows changed")
	}
}
