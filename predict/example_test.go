package predict_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/predict"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Predict the species of irises from a model of irises, and see how good that
// is beside not looking at them.
func ExampleRun() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.2, 1)
	model, err := fit.Run(ctx, train, naivebayes.Family{Label: "species"}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	p, err := predict.Run(ctx, model, held, predict.Options{Label: "species"})
	if err != nil {
		log.Fatal(err)
	}
	species := held.All().Cols[4].Code
	fmt.Printf("accuracy %.2f, of a constant %.2f\n", p.Measure(species).Accuracy, p.Constant(species).Measure(species).Accuracy)
	// Output: accuracy 0.93, of a constant 0.40
}
