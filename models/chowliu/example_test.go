package chowliu_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Two columns of a table of five, exactly as the whole model has them.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := fit.Run(ctx, iris, chowliu.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	pair, err := model.(mimic.Marginalizer).Marginal([]string{"species", "petal length (cm)"})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := sample.Table(ctx, pair, table.Range{Hi: 10}, 1)
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range rows.Schema().Fields {
		fmt.Println(f.Name, f.Kind)
	}
	// Output:
	// species category
	// petal length (cm) decimal
}
