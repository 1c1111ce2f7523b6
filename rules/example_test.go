package rules_test

import (
	"context"
	"fmt"

	"github.com/seed-64d012fb/mimic/rules"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

func Example() {
	s := &space.Schema{Fields: []space.Field{
		{Name: "hours-per-week", Kind: space.Integer, Min: 0, Max: 200},
		{Name: "education", Kind: space.Ordinal, Levels: []string{"school", "college"}},
		{Name: "years", Kind: space.Integer, Min: 1, Max: 2},
	}}
	set, err := rules.Compile(s, []string{"hours_per_week <= 168", "years == level(education)"}, rules.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := table.NewBatch(s, 0, 3)
	copy(b.Cols[0].Num, []float64{40, 170, 168})
	copy(b.Cols[1].Code, []int32{0, 1, table.Missing})
	copy(b.Cols[2].Num, []float64{2, 2, 2})
	broken, err := set.Check(context.Background(), b)
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, rows := range broken {
		fmt.Println(set.Text(k), "is broken by rows", rows)
	}
	// Output:
	// hours_per_week <= 168 is broken by rows [1]
	// years == level(education) is broken by rows [0]
}
