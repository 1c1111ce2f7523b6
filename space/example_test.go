package space_test

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// A schema is written for people, and what they make of it is read back.
func ExampleUnmarshal() {
	s, err := space.Unmarshal([]byte(`
fields:
  - name: age
    kind: integer
    range: [17, 90]
  - name: born
    kind: datetime
    layout: "%d.%m.%Y"
    range: [01.01.1904, 31.12.2006]
    missing: ["", "?"]
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	born := &s.Fields[1]
	days, err := born.ParseNum([]byte("29.02.2000"))
	fmt.Println(days, err)
	fmt.Printf("%s\n", born.AppendNum(nil, days+1))
	// Output:
	// 11016 <nil>
	// 01.03.2000
}

func ExampleParseEvidence() {
	s := &space.Schema{Fields: []space.Field{
		{Name: "age", Kind: space.Integer, Min: 17, Max: 90},
		{Name: "sex", Kind: space.Category, Levels: []string{"Female", "Male"}},
	}}
	e, err := space.ParseEvidence(s, "age=30..40,sex=Female")
	fmt.Println(e[0].Ranges, e[1].Codes, err)
	_, err = space.ParseEvidence(s, "age=30..40,sex=Femal")
	fmt.Println(err)
	// Output:
	// [{30 40}] [0] <nil>
	// sex: no level is "Femal"; did you mean "Female"?
}

// IDs of any rows can be had without the others, and no two are the same.
func ExampleFillIDs() {
	f := &space.Field{Name: "id", Kind: space.ID, Pattern: "[A-Z]{2}-{0042..}"}
	ids := make([]string, 2)
	for _, first := range []int64{0, 1_000_000} {
		if err := space.FillIDs(f, rng.New(1), ids, first); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(ids[0][2:], ids[1][2:]) // the letters are random
	}
	// Output:
	// -0042 -0043
	// -1000042 -1000043
}

func ExampleTimes() {
	var t space.Times
	for _, text := range []string{"01/02/2024 09:00", "13/02/2024 17:00"} {
		t.Add([]byte(text))
	}
	f := space.Field{Name: "when"}
	fmt.Println(t.Describe(&f), f.Kind, f.Layout, f.Unit)
	// Output:
	// true datetime %d/%m/%Y %H:%M 1h0m0s
}
