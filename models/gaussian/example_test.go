package gaussian_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/gaussian"
	"github.com/seed-64d012fb/mimic/table/files"
)

// The mean and the spread of the flowers of iris.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := fit.Run(ctx, iris, gaussian.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range m.(mimic.Describer).Describe()[0].Rows {
		fmt.Println(row)
	}
	// Output:
	// [sepal length (cm) 5.8433 0.8253]
	// [sepal width (cm) 3.0573 0.4344]
	// [petal length (cm) 3.758 1.759]
	// [petal width (cm) 1.1993 0.7597]
}
