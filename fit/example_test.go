package fit_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/models/uniform"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Fit the columns of a table by themselves, and measure the model on rows that
// it has not seen.
func ExampleRun() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.2, 1)
	model, err := fit.Run(ctx, train, independent.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	nats, err := fit.Evaluate(ctx, model, held)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %.0f nats per row on %d rows\n", model.Kind(), nats.Mean, nats.Rows)
	// Output: independent: -14 nats per row on 30 rows
}

// Climb a ladder of two rungs and see what the second buys.
func ExampleClimb() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.2, 1)
	rungs := []mimic.Family{uniform.Family{}, independent.Family{}}
	trials, best, err := fit.Climb(ctx, train, held, rungs, 0, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range trials {
		fmt.Printf("%-11s %.0f\n", t.Kind, t.Held.Mean)
	}
	fmt.Println("best:", trials[best].Kind)
	// Output:
	// uniform     -15
	// independent -14
	// best: independent
}
