package csv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-64d012fb/mimic/space"
)

func namesOf(f *form) (names []string) {
	for _, c := range f.columns {
		names = append(names, c.Name)
	}
	return names
}

// How a file is written, found from its start.
func TestDetect(t *testing.T) {
	many := func(head, row string) string { return head + strings.Repeat(row, 30) }
	for _, c := range []struct {
		name, text string
		dialect    space.Dialect
		columns    []string
	}{
		{"comma", many("a,b,c\n", "1,2,x\n"), space.Dialect{}, []string{"a", "b", "c"}},
		{"semicolon", many("a;b;c\n", "1;2;x, y\n"), space.Dialect{Delimiter: ";"}, []string{"a", "b", "c"}},
		{"tab", many("a\tb\n", "1\tx; y, z\n"), space.Dialect{Delimiter: "\t"}, []string{"a", "b"}},
		{"bar", many("a|b\n", "1|x\n"), space.Dialect{Delimiter: "|"}, []string{"a", "b"}},
		{"quoted delimiters", many("a;b\n", "\"1;2,3\";\"x,\ny;\"\n"), space.Dialect{Delimiter: ";"}, []string{"a", "b"}},
		{"decimal comma", many("a;b;c\n", "1,5;2,25;x\n"), space.Dialect{Delimiter: ";", DecimalComma: true}, []string{"a", "b", "c"}},
		{"decimal comma, no header", many("", "1,5;2,25;3,5\n"), space.Dialect{Delimiter: ";", NoHeader: true, DecimalComma: true}, []string{"c1", "c2", "c3"}},
		{"thousands", many("a;b\n", "1,500;2\n"), space.Dialect{Delimiter: ";"}, []string{"a", "b"}},
		{"points", many("a;b\n", "1,5;2.5\n"), space.Dialect{Delimiter: ";"}, []string{"a", "b"}},
		{"a text with a point", "a;b\n1,5;x\n2,25;1.2\n3,5;y\n", space.Dialect{Delimiter: ";", DecimalComma: true}, []string{"a", "b"}},
		{"comments", "# made by x\n#\n" + many("a,b\n", "1,2\n"), space.Dialect{}, []string{"a", "b"}},
		{"comments, no header", "# made by x\n" + many("", "1,2\n"), space.Dialect{NoHeader: true}, []string{"c1", "c2"}},
		{"a name with #", many("#a,b\n", "1,2\n"), space.Dialect{}, []string{"#a", "b"}},
		{"one column", many("a\n", "1\n"), space.Dialect{}, []string{"a"}},
		{"one column of prose", "words\n" + strings.Repeat("one, two\nthree\n", 30), space.Dialect{Delimiter: ";"}, []string{"words"}},
		{"crlf", many("a,b\r\n", "1,2\r\n"), space.Dialect{CRLF: true}, []string{"a", "b"}},
		{"cr", many("a,b\r", "1,2\r"), space.Dialect{}, []string{"a", "b"}},
		{"bom", many("\ufeffa,b\n", "1,2\n"), space.Dialect{BOM: true}, []string{"a", "b"}},
		{"bom and quotes", many("\ufeff\"a\",b\n", "1,2\n"), space.Dialect{BOM: true}, []string{"a", "b"}},
		{"spaced", many("", "39, State-gov, 77516, \"x, y\"\n"), space.Dialect{NoHeader: true, Spaced: true}, []string{"c1", "c2", "c3", "c4"}},
		{"spaced with header", many("age, work\n", "39, State-gov\n"), space.Dialect{Spaced: true}, []string{"age", "work"}},
		{"empty lines", many("\n\na,b\n\n", "1,2\n\n"), space.Dialect{}, []string{"a", "b"}},

		{"numbers only", many("", "1,2\n"), space.Dialect{NoHeader: true}, []string{"c1", "c2"}},
		{"numbers and a class", "1.5,2.5,g\n2.5,1.25,h\n1.5,1.5,g\n", space.Dialect{NoHeader: true}, []string{"c1", "c2", "c3"}},
		{"texts only", "colour,shape\nred,round\nblue,square\nred,square\n", space.Dialect{}, []string{"colour", "shape"}},
		{"texts without header", "red,round\nblue,square\nred,square\n", space.Dialect{NoHeader: true}, []string{"c1", "c2"}},
		{"dates below", "when,who\n2024-01-01,Ann\n2024-01-02,Bob\n", space.Dialect{}, []string{"when", "who"}},
		{"a class named by numbers", "150,4,setosa,versicolor\n5.1,3.5,1.4,0.2\n4.9,3.0,1.4,0.2\n", space.Dialect{}, []string{"150", "4", "setosa", "versicolor"}},
		{"index of pandas", ",a,a,\n0,1,2,3\n1,1,2,3\n", space.Dialect{}, []string{"c1", "a", "a.1", "c4"}},
		{"names in quotes", "\"a\nb\",\"c\"\"d\"\n1,2\n3,4\n", space.Dialect{}, []string{"a\nb", "c\"d"}},
		{"no newline at the end", "a,b\n1,2", space.Dialect{}, []string{"a", "b"}},
		{"header alone", "a,b", space.Dialect{}, []string{"a", "b"}},
		{"row names without a name", "\"a\",\"b\"\n\"1\",2,3\n\"2\",3,4\n", space.Dialect{}, []string{"a", "b"}},
		{"bad rows", many("a,b\n1,2,3\nx\"y,1\n", "1,2\n"), space.Dialect{}, []string{"a", "b"}},
	} {
		f, err := detect(bytesFile(c.text), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if f.dialect != c.dialect || !slices.Equal(namesOf(f), c.columns) {
			t.Errorf("%s: %+v %q\nwant %+v %q", c.name, f.dialect, namesOf(f), c.dialect, c.columns)
		}
	}
}

func TestDetectObeys(t *testing.T) {
	text := "a,1;b\n2,3;c\n2,3;c\n"
	for _, c := range []struct {
		opt     Options
		columns []string
	}{
		{Options{Delimiter: ','}, []string{"a", "1;b"}},
		{Options{Delimiter: ';', Header: WithHeader}, []string{"a,1", "b"}},
		{Options{Delimiter: ';', Header: NoHeader}, []string{"c1", "c2"}},
		{Options{Delimiter: ';', Names: []string{"a,1", "b", "z"}}, []string{"a,1", "b"}},
	} {
		f, err := detect(bytesFile(text), c.opt)
		if err != nil || !slices.Equal(namesOf(f), c.columns) {
			t.Errorf("%+v: %q, %v; want %q", c.opt, namesOf(f), err, c.columns)
		}
	}
}

// A first record that is longer than the sample is read nevertheless.
func TestDetectALongHeader(t *testing.T) {
	var head, row strings.Builder
	const columns = 50_000
	for j := range columns {
		fmt.Fprintf(&head, ",column %d", j)
		row.WriteString(",1")
	}
	f, err := detect(bytesFile("first"+head.String()+"\n0"+row.String()+"\n"), Options{})
	if err != nil || len(f.columns) != columns+1 || f.dialect.NoHeader {
		t.Errorf("%d columns, %v", len(f.columns), err)
	}
}

func TestDetectRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "t.csv: there are no rows",
		"\n \r\n":                  "", // a row with a blank
		"\xff\xfea\x00,\x00b\x00":  "t.csv: is text in UTF-16",
		"\xfe\xff\x00a\x00,\x00b":  "t.csv: is text in UTF-16",
		"\"never closed\na,b\n1,2": "",
		"a \"word\"\n\n":           "t.csv: line 1: a quote inside a cell",
	} {
		_, err := NewInput(bytesFile(text), Options{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestDecimalCommas(t *testing.T) {
	text := "a;b\n1,5;x, y\n-0,25;1,2,3\n,5;-\n7;,\n"
	f, err := detect(bytesFile(text), Options{})
	if err != nil || !f.dialect.DecimalComma {
		t.Fatal(f, err)
	}
	in := newInput(text, f.grammar, 8)
	in.form = *f
	cells, err := cellsOf(in)
	if want := []string{"1.5", "x, y", "-0.25", "1,2,3", ".5", "-", "7", ","}; err != nil || !slices.Equal(cells, want) {
		t.Errorf("%q, %v; want %q", cells, err, want)
	}
	in.file = bytesFile(text + "\n\"\n\";1\n1.234;x\n")
	if _, err := cellsOf(in); err == nil || !strings.HasPrefix(err.Error(), `t.csv:9: "1.234" has a point, where the numbers of its column have a decimal comma`) {
		t.Errorf("error %v", err)
	}
	// A text that looks like a number with a point trades places with one that
	// has a comma: the writer trades again.
	in.file = bytesFile(text + "7;1.2\n")
	if cells, err := cellsOf(in); err != nil || cells[len(cells)-1] != "1,2" {
		t.Errorf("%q, %v", cells, err)
	}
}

// A title above the names leaves one column, which is not passed over in silence.
func TestOneColumnIsTold(t *testing.T) {
	for text, want := range map[string]bool{
		"Report of May\na;b\n1;2\n3;4\n": true,
		"a\n1\n2\n":                      false,
		"said\none, two\nthree\n":        false,
	} {
		in, err := NewInput(bytesFile(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		notes := in.(*input).Notes()
		if told := len(notes) == 1 && strings.Contains(notes[0], `as one column, though nearly every line has as many ";"`); told != want || !want && notes != nil {
			t.Errorf("%q: notes %q", text, notes)
		}
	}
	in, err := NewInput(bytesFile("a,b\n1,2\n3,4\n"), Options{Delimiter: ';'})
	if notes := in.(*input).Notes(); err != nil || len(notes) != 1 {
		t.Errorf("%q, %v", notes, err)
	}
}

// Lines of comment before the header are none of the rows, and count for the
// places of mistakes.
func TestComments(t *testing.T) {
	in, err := NewInput(bytesFile("# made by x\n# today\na,b\n1,2\n3\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if notes := in.(*input).Notes(); !slices.Equal(notes, []string{"t.csv: the first 2 lines were left out, comments"}) {
		t.Errorf("notes %q", notes)
	}
	if _, err := cellsOf(in.(*input)); err == nil || !strings.HasPrefix(err.Error(), "t.csv:5: ") {
		t.Errorf("error %v", err)
	}
}
