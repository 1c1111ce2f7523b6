package judge_test

import (
	"context"
	"fmt"
	"math"

	"github.com/seed-64d012fb/mimic/judge"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// points returns n points on a circle.
func points(seed uint64, n int) *table.Table {
	s := &space.Schema{Fields: []space.Field{
		{Name: "x", Kind: space.Real, Min: -2, Max: 2}, {Name: "y", Kind: space.Real, Min: -2, Max: 2}}}
	b := table.NewBatch(s, 0, n)
	angle := make([]float64, n)
	rng.New(seed).Float64s(angle, 0)
	for i, u := range angle {
		b.Cols[0].Num[i], b.Cols[1].Num[i] = math.Cos(2*math.Pi*u), math.Sin(2*math.Pi*u)
	}
	return table.New(b)
}

// Samples that are the training rows again are seen through, however well they
// look.
func ExampleRun() {
	train, held := points(1, 200), points(2, 200)
	j, err := judge.Run(context.Background(), judge.Input{
		Train: train, Held: held, Samples: train, Rules: []string{"x*x + y*y > 0.9"},
	}, judge.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	v := j.Verdict
	fmt.Printf("impossible %.0f %%, copies %.0f %%, good %.0f %%\n",
		100*v.Samples.Impossible.Value, 100*v.Samples.Copied.Value, 100*v.Samples.Good.Value)
	for _, f := range j.Figures {
		if f.Key == "trend.fixed" || f.Key == "near" {
			fmt.Printf("%s: %s\n", f.Name, f.Outcome)
		}
	}
	// Output:
	// impossible 0 %, copies 100 %, good 0 %
	// Trend, fixed edges: like real
	// Copies or too near: worse than real
}
