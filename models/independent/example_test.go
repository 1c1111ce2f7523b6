package independent_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/table/files"
)

// How probable the flowers of iris are, if their measures had nothing to do with
// each other.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.3, 1)
	m, err := fit.Run(ctx, train, independent.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	nats, err := fit.Evaluate(ctx, m, held)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f nats per row on %d rows that the fit has not seen\n", nats.Mean, nats.Rows)
	// Output:
	// -14.6 nats per row on 45 rows that the fit has not seen
}
