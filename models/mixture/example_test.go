package mixture_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Three components over the flowers of iris find the species.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := fit.Run(ctx, iris, mixture.Family{Components: 3, Covariance: mixture.Full}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range m.(mimic.Describer).Describe()[2].Rows {
		fmt.Println(row)
	}
	// Output:
	// [species virginica 99.3% setosa 99.3% versicolor 99.3%]
}
