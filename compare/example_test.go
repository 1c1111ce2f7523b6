package compare_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/compare"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/table/files"
)

// What does a tree of dependence buy on iris, and between which fields?
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.2, 1)
	rungs := []mimic.Family{independent.Family{}, chowliu.Family{}}
	c, err := compare.Run(ctx, train, held, rungs, compare.Options{})
	if err != nil {
		log.Fatal(err)
	}
	tree := c.Rungs[1]
	fmt.Printf("%s gains %.0f nats per row on independent; it answers %s conditions exactly\n", tree.Kind, tree.Gain.Mean, tree.Can.Conditions)
	fmt.Printf("independence fails most between %s and %s\n", c.Lesson.Pairs[0].A, c.Lesson.Pairs[0].B)
	// Output:
	// chowliu gains 2 nats per row on independent; it answers all conditions exactly
	// independence fails most between sepal length (cm) and petal length (cm)
}
