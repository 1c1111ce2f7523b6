package sample_test

import (
	"context"
	"log"
	"os"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/uniform"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/csv"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Write rows 1,000,000,000 to 1,000,000,002 of a sequence, without the rows
// before them.
func ExampleRun() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := fit.Run(ctx, iris, uniform.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	rows := table.Range{Lo: 1_000_000_000, Hi: 1_000_000_003}
	out := csv.NewWriter(os.Stdout, model.Schema())
	if err := sample.Run(ctx, model, out, sample.Options{Rows: rows, Seed: 1}); err != nil {
		log.Fatal(err)
	}
	if err := out.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// sepal length (cm),sepal width (cm),petal length (cm),petal width (cm),species
	// 7.5,4.2,3.7,0.6,virginica
	// 5,2.2,1.2,0.6,versicolor
	// 7.1,4.3,4,2.2,virginica
}
