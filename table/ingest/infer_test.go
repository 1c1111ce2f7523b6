package ingest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/csv"
)

// What a column of cells becomes. Each is read in one block, and in blocks so
// small that the first one tells little of what is to come.
func TestInference(t *testing.T) {
	day := 24 * time.Hour
	with := func(cells []string, more ...string) []string { return append(slices.Clip(cells), more...) }
	for _, c := range []struct {
		name  string
		cells []string
		want  space.Field
	}{
		// Numbers.
		{"age", repeat(60, "17", "90", "38"), space.Field{Kind: space.Integer, Min: 17, Max: 90}},
		{"signed", repeat(60, "-5", "0", "+7", "-0"), space.Field{Kind: space.Integer, Min: -5, Max: 7}},
		{"constant", repeat(60, "7"), space.Field{Kind: space.Integer, Min: 7, Max: 7}},
		{"labels", repeat(60, "0", "1", "2"), space.Field{Kind: space.Integer, Max: 2}},
		{"population", spread(300), space.Field{Kind: space.Integer, Min: 1000, Max: 100798}},
		{"whole with points", repeat(60, "1.0", "25.0"), space.Field{Kind: space.Integer, Min: 1, Max: 25, Digits: 1, Fixed: true}},
		{"some with points", repeat(60, "1.0", "25"), space.Field{Kind: space.Integer, Min: 1, Max: 25}},
		{"up to 2^53", repeat(60, "9007199254740992", "1"), space.Field{Kind: space.Integer, Min: 1, Max: 1 << 53}},
		{"thousands of R", repeat(60, "99999", "1e+05"), space.Field{Kind: space.Integer, Min: 99999, Max: 100000}},
		{"price", repeat(60, "1.50", "12.05", "0.99"), space.Field{Kind: space.Decimal, Digits: 2, Fixed: true, Min: 0.99, Max: 12.05}},
		{"length", repeat(60, "1.5", "12.05", "3"), space.Field{Kind: space.Decimal, Digits: 2, Min: 1.5, Max: 12.05}},
		{"small", repeat(60, "1e-05", "0.25"), space.Field{Kind: space.Decimal, Digits: 5, Min: 1e-5, Max: 0.25}},
		{"standardised", repeat(60, "-0.001882016528", "0.0380759064"), space.Field{Kind: space.Decimal, Digits: 12, Min: -0.001882016528, Max: 0.0380759064}},
		{"computed", repeat(60, "0.1234567890123456", "0.25"), space.Field{Kind: space.Real, Min: 0.1234567890123456, Max: 0.25}},
		{"huge", repeat(60, "1e300", "-2.5e200"), space.Field{Kind: space.Real, Min: -2.5e200, Max: 1e300}},
		{"blanks", repeat(60, " 1", "22 ", " 3 "), space.Field{Kind: space.Integer, Min: 1, Max: 22}},

		// What looks like numbers and is none.
		{"zip", repeat(60, "00501", "10001", "94105"), space.Field{Kind: space.Category, Levels: []string{"00501", "10001", "94105"}}},
		{"beyond 2^53", repeat(60, "9007199254740993", "12345678901234567890"), space.Field{Kind: space.Category,
			Levels: []string{"9007199254740993", "12345678901234567890"}}},
		{"grade", repeat(60, "1", "2", "10", "K"), space.Field{Kind: space.Category, Levels: []string{"1", "10", "2", "K"}}},
		{"inf", repeat(60, "1", "2", "inf"), space.Field{Kind: space.Category, Levels: []string{"1", "2", "inf"}}},

		// Truth.
		{"bits", repeat(60, "0", "1", "1"), space.Field{Kind: space.Bool, Levels: []string{"0", "1"}}},
		{"bits with points", repeat(60, "1.0", "0.0", ""), space.Field{Kind: space.Bool, Levels: []string{"0.0", "1.0"}, Missing: []string{""}}},
		{"bits in two ways", repeat(60, "1.0", "0"), space.Field{Kind: space.Integer, Max: 1}},
		{"truth", repeat(60, "True", "False"), space.Field{Kind: space.Bool, Levels: []string{"False", "True"}}},
		{"truth or none", repeat(60, "True", "False", "None"), space.Field{Kind: space.Bool, Levels: []string{"False", "True"}, Missing: []string{"None"}}},
		{"yes", repeat(60, "yes", "no", "NA"), space.Field{Kind: space.Bool, Levels: []string{"no", "yes"}, Missing: []string{"NA"}}},
		{"padded bits", repeat(60, "0", "1 "), space.Field{Kind: space.Integer, Max: 1}},
		{"sex", repeat(60, "m", "f"), space.Field{Kind: space.Category, Levels: []string{"f", "m"}}},
		{"only true", repeat(60, "true"), space.Field{Kind: space.Category, Levels: []string{"true"}}},

		// Missing values.
		{"no number", repeat(60, "1", "2.5", "NA", "", "NA"), space.Field{Kind: space.Decimal, Digits: 1, Min: 1, Max: 2.5, Missing: []string{"NA", ""}}},
		{"none", repeat(60, "1", "2", "None", "-"), space.Field{Kind: space.Integer, Min: 1, Max: 2, Missing: []string{"-", "None"}}},
		{"blank", repeat(60, "1", "2", " "), space.Field{Kind: space.Integer, Min: 1, Max: 2, Missing: []string{" "}}},
		{"work", repeat(60, "Private", "?", "State"), space.Field{Kind: space.Category, Levels: []string{"Private", "State"}, Missing: []string{"?"}}},
		{"alcohol", repeat(60, "None", "Some", "-"), space.Field{Kind: space.Category, Levels: []string{"-", "None", "Some"}}},
		{"country", repeat(60, "DE", "NA", "ZA", "BW", ""), space.Field{Kind: space.Category, Levels: []string{"BW", "DE", "NA", "ZA"}, Missing: []string{""}}},
		{"pool", repeat(60, "Gd", "NA", "Ex"), space.Field{Kind: space.Category, Levels: []string{"Ex", "Gd"}, Missing: []string{"NA"}}},
		{"nothing", repeat(60, "", "NA", ""), space.Field{Kind: space.Category, Levels: []string{}, Missing: []string{"", "NA"}}},
		{"late", with(repeat(60, ""), "5", "6"), space.Field{Kind: space.Integer, Min: 5, Max: 6, Missing: []string{""}}},
		{"late day", with(repeat(60, ""), "2024-01-31"), space.Field{Kind: space.Datetime, Layout: "%Y-%m-%d", Unit: day, Min: 19753, Max: 19753, Missing: []string{""}}},

		// Times.
		{"day", repeat(60, "2024-01-31", "2023-02-28", ""), space.Field{Kind: space.Datetime, Layout: "%Y-%m-%d", Unit: day, Min: 19416, Max: 19753, Missing: []string{""}}},
		{"day without marks", append(days(300), "", "20231231"), space.Field{Kind: space.Datetime, Layout: "%Y%m%d", Unit: day, Min: 19662, Max: 19722, Missing: []string{""}}},
		{"no day after all", append(days(300), "20231232"), space.Field{Kind: space.Integer, Min: 20231101, Max: 20231232}},
		{"few days", repeat(60, "20240131", "20240201"), space.Field{Kind: space.Integer, Min: 20240131, Max: 20240201}},
		{"order_id", days(28), space.Field{Kind: space.ID}},
		{"day or month", with(repeat(60, "01/02/2024"), "13/02/2024"), space.Field{Kind: space.Datetime, Layout: "%d/%m/%Y", Unit: day, Min: 19754, Max: 19766}},
		{"midnights", with(repeat(60, "2024-01-31 00:00:00"), "2024-01-31 12:00:00"),
			space.Field{Kind: space.Datetime, Layout: "%Y-%m-%d %H:%M:%S", Unit: time.Hour, Min: 474072, Max: 474084}},
		{"fractions", with(repeat(60, "2024-01-31 00:00:00"), "2024-01-31 00:00:00.5"),
			space.Field{Kind: space.Datetime, Layout: "%Y-%m-%d %H:%M:%S%.f", Unit: 100 * time.Millisecond, Min: 17066592000, Max: 17066592005}},
		{"span", repeat(60, "01:30:00", "26:00:00"), space.Field{Kind: space.Duration, Layout: "%H:%M:%S", Unit: time.Minute, Min: 90, Max: 1560}},
		{"no time after all", with(repeat(60, "2024-01-31", "2023-02-28"), repeat(60, "soon")...),
			space.Field{Kind: space.Category, Levels: []string{"2023-02-28", "2024-01-31", "soon"}}},

		// Texts and IDs.
		{"city", repeat(60, "Paris, TX", `"London"`, "São Paulo", "\xff\xfe"), space.Field{Kind: space.Category,
			Levels: []string{`"London"`, "Paris, TX", "São Paulo", "\xff\xfe"}}},
		{"opinion", repeat(60, "I liked it very much indeed", "I did not like it at all"), space.Field{Kind: space.Text,
			Levels: []string{"I did not like it at all", "I liked it very much indeed"}}},
		{"code", sequence(300, "AB-%04d"), space.Field{Kind: space.ID, Pattern: "AB-{0300..}"}},
		{"row", sequence(300, "%d"), space.Field{Kind: space.ID, Pattern: "{300..}"}},
		{"patient_id", slices.Concat(sequence(300, "7%03d"), sequence(30, "1%03d")), space.Field{Kind: space.ID}},
		{"names", []string{"Ann", "Bob", "Cid"}, space.Field{Kind: space.Category, Levels: []string{"Ann", "Bob", "Cid"}}},
		{"id", []string{"3", "1", "2"}, space.Field{Kind: space.ID, Pattern: "{4..}"}},
		{"paid", []string{"3", "1", "2"}, space.Field{Kind: space.Integer, Min: 1, Max: 3}},
		{"id twice", with(sequence(300, "%d"), "17"), space.Field{Kind: space.Integer, Max: 299}},
		{"code twice", with(sequence(300, "c%03d"), "c017"), space.Field{Kind: space.Category}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, block := range []int{40, 1 << 16} {
				quoted := make([]string, len(c.cells))
				for i, cell := range c.cells {
					if quoted[i] = cell; strings.ContainsAny(cell, `",`) {
						quoted[i] = quote(cell)
					}
				}
				f, _, err := column(c.name, quoted, how{csv: csv.Options{BlockBytes: block}})
				if err != nil {
					t.Fatalf("blocks of %d: %v", block, err)
				}
				want := c.want
				want.Name, want.Why = c.name, f.Why
				if want.Kind == space.ID && want.Pattern == "" {
					want.Pattern = f.Pattern
				}
				if want.Kind == space.Category && want.Levels == nil && want.Missing == nil {
					want.Levels = f.Levels
				}
				if d := cmp.Diff(want, f); d != "" {
					t.Errorf("blocks of %d: -want +got:\n%s", block, d)
				}
				if f.Why == "" {
					t.Error("it does not say why")
				}
			}
		})
	}
}

// days returns n days of one November, again and again, as 20231101.
func days(n int) []string {
	days := make([]string, n)
	for i := range days {
		days[i] = fmt.Sprintf("202311%02d", 1+i%28)
	}
	return days
}

// The values themselves, at the places where the form of a column changes.
func TestValues(t *testing.T) {
	for _, c := range []struct {
		cells []string
		want  string
	}{
		{[]string{"1", "", "-2.5", "1e2"}, "[1 NaN -2.5 100]"},
		{[]string{"0", "1", "", "1"}, "[0 1 -1 1]"},
		{[]string{"b", "a", "?", "b"}, "[1 0 -1 1]"},
		{[]string{"10", "9", "x", "?"}, "[0 1 2 -1]"},
		{[]string{"2024-01-02", "", "2024-01-01"}, "[19724 NaN 19723]"},
		{[]string{"2024-01-02 00:00", "", "2024-01-01 06:00"}, "[473376 NaN 473358]"},
	} {
		for _, block := range []int{5, 1 << 16} {
			_, col, err := column("x", c.cells, how{csv: csv.Options{BlockBytes: block}})
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprint(col.Num)
			if col.Num == nil {
				got = fmt.Sprint(col.Code)
			}
			if got != c.want {
				t.Errorf("%q in blocks of %d: %s, want %s", c.cells, block, got, c.want)
			}
		}
	}
}

// Columns that no kind fits are refused by name, all at once, with a way out.
// A column of zeros alone is a bit among bits, and a number among others.
func TestConstantBits(t *testing.T) {
	text := "a,b,c,d\n0,1,0,1\n1,0,0,1\n"
	got, _, err := read(text, how{})
	if err != nil {
		t.Fatal(err)
	}
	for j, want := range [][]int32{{0, 1}, {1, 0}, {0, 0}, {1, 1}} {
		if f, c := got.Schema().Fields[j], got.All().Cols[j]; f.Kind != space.Bool || !slices.Equal(f.Levels, []string{"0", "1"}) || !slices.Equal(c.Code, want) {
			t.Errorf("%+v %v, want %v", f, c, want)
		}
	}
	got, _, err = read("a,b,c\n0,2,0\n1,3,0\n", how{})
	if err != nil || got.Schema().Fields[2].Kind != space.Integer {
		t.Errorf("%+v, %v", got.Schema(), err)
	}
}

func TestRefusals(t *testing.T) {
	words := strings.Fields("one thing led to another and so it went on for a long while until it did not")
	prose := make([]string, 300)
	for i := range prose {
		prose[i] = fmt.Sprint("note ", i, " ", strings.Join(words[i%9:i%9+6], " "))
	}
	for _, c := range []struct {
		name  string
		cells []string
		want  string
	}{
		{"prose", prose, `column "x": free text that does not repeat (300 different texts in 300 rows, such as "note 0 one thing`},
		{"prose", prose, `use --type x=id to have it made up, or leave it out with --drop x`},
		{"thousands", append(sequence(900, "1 %03d.50"), "12"), `column "x": "1 000.50" is a text, not a number, because of the marks between its thousands (there are 901`},
		{"names", append(sequence(1500, "Name %d"), "Name 1"), `column "x": free text that does not repeat (1500 different texts in 1501 rows`},
		{"typo", slices.Insert(spread(300), 250, "4o"), `t.csv:252: column "x": "4o" is not a number (1 of 301 values; use --type x=category to keep them)`},
		{"early typo", slices.Insert(spread(300), 0, "4o"), `t.csv:2: column "x": "4o" is not a number (1 of 301 values;`},
		{"infinite", slices.Insert(spread(300), 7, "-inf"), `t.csv:9: column "x": "-inf" is not a number`},
		{"bad day", slices.Insert(repeat(300, "2024-01-31", "2023-02-28"), 200, "2023-02-29"),
			`t.csv:202: column "x": "2023-02-29" is not written as "%Y-%m-%d" (1 of 301 values; use --type x=category to keep them)`},
	} {
		for _, block := range []int{40, 1 << 16} {
			_, _, err := column("x", c.cells, how{csv: csv.Options{BlockBytes: block}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s in blocks of %d: error %v\nwant %s", c.name, block, err, c.want)
			}
		}
	}
	_, _, err := read("a,b\n"+strings.Repeat("1.5,7\n", 300)+"x,7\n"+"1.5,y\n", how{})
	if err != nil {
		t.Errorf("few different numbers may be names: %v", err)
	}
}
