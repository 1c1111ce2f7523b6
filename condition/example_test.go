package condition_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/condition"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Flowers of one species, from the model of all three.
func ExampleGiven() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := fit.Run(ctx, iris, chowliu.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	e, err := space.ParseEvidence(iris.Schema(), "species=setosa")
	if err != nil {
		log.Fatal(err)
	}
	given, quality, err := condition.Given(ctx, model, e)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := sample.Table(ctx, given, table.Range{Hi: 100}, 1)
	if err != nil {
		log.Fatal(err)
	}
	species := iris.Schema().Index("species")
	of := map[string]int{}
	for _, code := range rows.All().Cols[species].Code {
		of[iris.Schema().Fields[species].Levels[code]]++
	}
	fmt.Println(of, quality.Exact)
	// Output: map[setosa:100] true
}
