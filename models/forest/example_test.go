package forest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/table/files"
)

// What the dependence between columns is worth, in nats per row that neither
// model has seen.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.2, 1)
	trials, best, err := fit.Climb(ctx, train, held, []mimic.Family{independent.Family{}, forest.Family{}}, 0, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s, by more than a nat: %v\n", trials[best].Kind, trials[1].Held.Mean-trials[0].Held.Mean > 1)
	// Output: forest, by more than a nat: true
}
