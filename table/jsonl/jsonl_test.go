package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/ingest"
)

func inMemory(name, text string) ingest.File {
	return ingest.File{Name: name, Size: int64(len(text)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(text)), nil
	}}
}

// cells reads files through their blocks and returns the columns, and the cells
// of each row as JSON has them: a string in quotes, a number, true, null.
func cells(files []ingest.File, opt Options, in ingest.Options, ext extent) (columns []string, rows [][]string, bad []ingest.BadRow, err error) {
	inputs, err := open(context.Background(), files, opt, ext)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, x := range inputs {
		x.(*input).obey(&in)
		columns = nil
		for _, c := range x.Columns() {
			columns = append(columns, c.Name)
		}
		p, err := x.Open()
		if err != nil {
			return nil, nil, nil, err
		}
		defer p.Close()
		var c ingest.Chunk
		for {
			b, err := p.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, nil, nil, err
			}
			if err := b.Decode(&c, slices.Repeat([]bool{true}, len(columns))); err != nil {
				return nil, nil, nil, err
			}
			for i := range c.Rows {
				var row []string
				for j := range columns {
					row = append(row, cell(&c.Cols[j], i))
				}
				rows = append(rows, row)
			}
			bad = append(bad, c.Bad...)
			b.Release()
		}
	}
	return columns, rows, bad, nil
}

func cell(v *ingest.Values, i int) string {
	s := v.Spans[i*v.Stride]
	if s == ingest.Null {
		return "null"
	}
	text := string(s.In(v.Buf))
	if s == (ingest.Span{Lo: s.Lo, Hi: s.Hi}.Quoted()) {
		return string(appendString(nil, text))
	}
	return text
}

// encoding/json reads the same.
func oracle(text string) (columns []string, rows []map[string]any) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" {
			continue
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.UseNumber()
		row := map[string]any{}
		d.Token()
		for d.More() {
			key, _ := d.Token()
			value, _ := d.Token()
			if !slices.Contains(columns, key.(string)) {
				columns = append(columns, key.(string))
			}
			row[key.(string)] = value
		}
		rows = append(rows, row)
	}
	return columns, rows
}

func same(cell string, want any) bool {
	switch w := want.(type) {
	case nil:
		return cell == "null"
	case string:
		return cell == string(appendString(nil, w))
	}
	return cell == fmt.Sprint(want)
}

// anyObject draws a line, with keys left out, in any order, with spaces and
// escapes.
func anyObject(t *rapid.T) string {
	names := []string{`"a"`, `"b b"`, `"\u00fc"`, `"d\""`, `"e"`}
	values := []string{
		`null`, `true`, `false`, `0`, `-1.5e+3`, `12345678901234567890`, `""`, `"x"`, `"\u0041\n\"\\\/"`,
		`"日本"`, `"\ud83d\ude00 end"`, `"  "`, `"a very long text without escapes"`,
	}
	keys := rapid.Permutation(names).Draw(t, "keys")[:rapid.IntRange(0, len(names)).Draw(t, "count")]
	space := rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "space")
	var members []string
	for _, k := range keys {
		members = append(members, k+space+":"+space+rapid.SampledFrom(values).Draw(t, "value"))
	}
	return space + "{" + strings.Join(members, ","+space) + "}" + space
}

func TestReadsAsEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := append(rapid.SliceOfN(rapid.Custom(anyObject), 0, 30).Draw(t, "lines"), `{"a":1}`)
		if rapid.Bool().Draw(t, "blank lines") {
			lines = append([]string{"", " "}, lines...)
		}
		text := strings.Join(lines, rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "newline"))
		if rapid.Bool().Draw(t, "last newline") {
			text += "\n"
		}
		wantColumns, want := oracle(text)
		opt := Options{BlockBytes: rapid.IntRange(1, 200).Draw(t, "block")}
		columns, got, _, err := cells([]ingest.File{inMemory("t", text)}, opt, ingest.Options{}, allBlocks)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(columns, wantColumns) || len(got) != len(want) {
			t.Fatalf("%q × %d, want %q × %d", columns, len(got), wantColumns, len(want))
		}
		for i, row := range want {
			for j, name := range columns {
				if !same(got[i][j], row[name]) {
					t.Fatalf("row %d, %q: %s, want %#v", i, name, got[i][j], row[name])
				}
			}
		}
		// One list of the same objects holds the same rows.
		list := "[" + strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" }), " ,\n") + "]\n"
		_, listed, _, err := cells([]ingest.File{inMemory("t", list)}, opt, ingest.Options{}, allBlocks)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(listed) != fmt.Sprint(got) {
			t.Fatalf("as a list: %q, want %q", listed, got)
		}
	})
}

// A key that comes late, or in the second file, is a column all the same.
func TestNewKeys(t *testing.T) {
	first := strings.Repeat(`{"a":1,"b":"x"}`+"\n", 50) + `{"b":"y","late":2}` + "\n"
	files := []ingest.File{inMemory("1", first), inMemory("2", `{"other":true,"a":3}`)}
	opt := Options{BlockBytes: 64}
	if _, _, _, err := cells(files, opt, ingest.Options{}, firstBlock); err == nil {
		t.Fatal("the test wants a key that the first block does not have")
	}
	for _, workers := range []int{1, 3} {
		ctx := par.WithWorkers(context.Background(), workers)
		tb, _, err := Read(ctx, files, opt, ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range tb.Schema().Fields {
			names = append(names, f.Name)
		}
		if !slices.Equal(names, []string{"a", "b", "late", "other"}) || tb.Rows() != 52 {
			t.Errorf("%d workers: columns %q of %d rows", workers, names, tb.Rows())
		}
		if late := tb.All().Cols[2].Num; late != nil && (late[50] != 2 || !math.IsNaN(late[51])) {
			t.Errorf("%d workers: late is %v", workers, late[49:])
		}
	}
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{\"a\":1}\n\n{\"a\":", "t:3: the line ends within its object: each object must be on one line"},
		{"{\n \"a\": 1\n}\n", "t:1: the line ends within its object"},
		{"{\"a\":1}\n[1]\n", "t:2: the line is a list: each must be an object"},
		{"{\"a\":1}\n7\n", "t:2: the line is a number"},
		{"{\"a\":1} {\"a\":2}\n", `t:1: the line goes on after its object, with "{\"a\":2}"`},
		{"{\"a\":1,\"a\":2}\n", `t:1: key "a" comes twice`},
		{"{\"a\":1}\n{\"a\":{\"b\":1}}\n", `t:2: key "a" is an object, and a cell is one value: drop the column (--drop a)`},
		{"{\"a\":[1,2]}\n", `t:1: key "a" is a list`},
		{"{\"a\":01}\n", "t:1: byte 7 of the line: "},
		{"{\"a\":\"\xff\"}\n", "t:1: byte 7 of the line: invalid UTF-8"},
		{"{\"\":1}\n", "t:1: a key is empty"},
		{"{}\n{}\n", "t: no object has a key"},
		{`[{"a":1},{"a":`, "t: after element 1 of the list: unexpected EOF"},
		{`[{"a":1}] x`, "t: after element 1 of the list"},
		{`[{"a":1}] {}`, "t: the file goes on after its list"},
		{`[{"a":1},7]`, "t:2: the line is a number"},
		{strings.Repeat("{\"a\":1}\n", 40) + "7\n", "t:41: the line is a number"},
	} {
		for _, block := range []int{0, 16} {
			_, _, _, err := cells([]ingest.File{inMemory("t", c.text)}, Options{BlockBytes: block}, ingest.Options{}, allBlocks)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%.40q: %v, want %q", c.text, err, c.want)
			}
		}
	}
}

func TestSkipBadRows(t *testing.T) {
	text := `{"a":1,"b":2}
{"a":1
{"b":3,"a":4,"b":5}
{"a":"x\ty","b":[]}
"a"
{"b":6}
`
	_, rows, bad, err := cells([]ingest.File{inMemory("t", text)}, Options{SkipBadRows: true}, ingest.Options{}, allBlocks)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(rows); got != "[[1 2] [null 6]]" {
		t.Errorf("rows %v", got)
	}
	var lines []int64
	for _, b := range bad {
		lines = append(lines, b.Line)
	}
	if !slices.Equal(lines, []int64{2, 3, 4, 5}) {
		t.Errorf("skipped lines %d", lines)
	}
}

// A column that is left out may hold anything.
func TestLeftOutColumns(t *testing.T) {
	files := []ingest.File{inMemory("t", "{\"a\":1,\"b\":[1,{}]}\n{\"b\":{},\"a\":2}\n")}
	tb, _, err := Read(context.Background(), files, Options{}, ingest.Options{Drop: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(tb.Schema().Fields) != 1 || tb.Rows() != 2 {
		t.Errorf("%d fields, %d rows", len(tb.Schema().Fields), tb.Rows())
	}
}

// Booleans are the levels of the schema's bool, whatever its words.
func TestBooleansUnderASchema(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{{Name: "ok", Kind: space.Bool, Levels: []string{"No", "Yes"}}}}
	files := []ingest.File{inMemory("t", strings.Repeat("{\"ok\":true}\n{\"ok\":false}\n{\"ok\":\"Yes\"}\n", 40))}
	tb, _, err := Read(context.Background(), files, Options{BlockBytes: 100}, ingest.Options{Schema: s})
	if err != nil {
		t.Fatal(err)
	}
	if got := tb.All().Cols[0].Code[:6]; !slices.Equal(got, []int32{1, 0, 1, 1, 0, 1}) {
		t.Errorf("codes %d", got)
	}
}

// Values have the JSON types that they had.
func TestTypesRoundTrip(t *testing.T) {
	text := `{"number":1,"string":"1","fraction":0.5,"text":"0.5","true":true,"word":"true","day":"2024-01-31","level":"ü \"q\" \\ \n","mixed":"a","none":null}
{"number":2,"string":"2","fraction":1.25,"text":"1.25","true":false,"word":"false","day":"2024-02-01","level":"b","mixed":7,"none":null}
{"number":null,"string":null,"fraction":null,"text":null,"true":null,"word":null,"day":null,"level":null,"mixed":null,"none":null}
`
	text = strings.Repeat(text, 9)
	tb, _, err := Read(context.Background(), []ingest.File{inMemory("t", text)}, Options{}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := NewWriter(&out, tb.Schema())
	if err := w.Write(tb.All()); err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(text, `"mixed":7`, `"mixed":"7"`) // a column has one type
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String()[:len(text)/9], want[:len(text)/9])
	}
}

// IDs are numbers where all of them are; what JSON has no word for is null.
func TestSpecialValues(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{
		{Name: "n", Kind: space.ID, Pattern: "{1..}"},
		{Name: "hex", Kind: space.ID, Pattern: "[0-9a-f]{4}"},
		{Name: "maybe", Kind: space.ID, Pattern: "{1..}", Missing: []string{"", "-"}},
		{Name: "x", Kind: space.Real, Min: math.Inf(-1)},
		{Name: "Flag", Kind: space.Bool, Levels: []string{"False", "True"}},
		{Name: "size", Kind: space.Category, Levels: []string{"1", "02"}},
	}}
	b := &table.Batch{Schema: s, N: 2, Cols: []table.Column{
		{Text: []string{"1", "2"}}, {Text: []string{"1e10", "1234"}}, {Text: []string{"7", "-"}},
		{Num: []float64{math.Inf(-1), 1e-9}}, {Code: []int32{1, 0}}, {Code: []int32{0, 1}},
	}}
	var out bytes.Buffer
	if err := NewWriter(&out, s).Write(b); err != nil {
		t.Fatal(err)
	}
	want := `{"n":1,"hex":"1e10","maybe":7,"x":null,"Flag":true,"size":"1"}
{"n":2,"hex":"1234","maybe":null,"x":1e-09,"Flag":false,"size":"02"}
`
	if out.String() != want {
		t.Errorf("got\n%s want\n%s", out.String(), want)
	}
}

func TestWriterRefusesWhatIsNoValue(t *testing.T) {
	s := &space.Schema{Fields: []space.Field{{Name: "c", Kind: space.Category, Levels: []string{"a"}}}}
	b := table.NewBatch(s, 7, 1)
	b.Cols[0].Code[0] = table.Unknown
	if err := NewWriter(io.Discard, s).Write(b); err == nil || !strings.Contains(err.Error(), `row 7: field "c"`) {
		t.Errorf("an unknown level was written: %v", err)
	}
	b.Cols[0] = table.Column{}
	if err := NewWriter(io.Discard, s).Write(b); err == nil {
		t.Error("a column without values was written")
	}
}

// Any text gives rows or an error, the same for any size of block; and a line
// that encoding/json takes for an object of plain values is a row.
func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{
		"{\"a\":1,\"b\":\"x\"}\n{\"b\":null}\n", `[{"a":1}, {"a":true}]`, "\ufeff{\"\\u0061\":\"\\ud83d\"}\n",
		"{\"a\":1", "{}", "[", "[]", "{\"a\":[[]]}", "{\"a\":1,\"a\":2}", "{\"a\":1}\r\n\r\n{\"a\":2}", "null", "{\"\xff\":0}",
	} {
		f.Add(seed, 5)
	}
	f.Fuzz(func(t *testing.T, text string, block int) {
		files := []ingest.File{inMemory("t", text)}
		opt := Options{SkipBadRows: true}
		columns, rows, bad, err := cells(files, opt, ingest.Options{}, allBlocks)
		opt.BlockBytes = 1 + block&0xff
		columns2, rows2, bad2, err2 := cells(files, opt, ingest.Options{}, allBlocks)
		if (err == nil) != (err2 == nil) || fmt.Sprint(columns, rows, len(bad)) != fmt.Sprint(columns2, rows2, len(bad2)) {
			t.Fatalf("blocks of %d bytes: %q %q %d %v, not %q %q %d %v",
				opt.BlockBytes, columns2, rows2, len(bad2), err2, columns, rows, len(bad), err)
		}
		if err != nil || strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(text, "\ufeff"), " \t\r\n"), "[") {
			return
		}
		plain := 0
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			var object map[string]any
			if json.Valid([]byte(line)) && json.Unmarshal([]byte(line), &object) == nil && object != nil {
				plain++
			}
		}
		if len(rows) > plain {
			t.Fatalf("%d rows of %d objects", len(rows), plain)
		}
	})
}
