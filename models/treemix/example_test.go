package treemix_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Which species most flowers of long petals are: an exact conditional, and a
// marginal of it.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	model, err := fit.Run(ctx, iris, treemix.Family{Seed: 1}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	long, err := space.ParseEvidence(iris.Schema(), "petal length (cm)=5.5..")
	if err != nil {
		log.Fatal(err)
	}
	given, err := model.(mimic.Conditioner).Condition(long)
	if err != nil {
		log.Fatal(err)
	}
	species, err := given.(mimic.Marginalizer).Marginal([]string{"species"})
	if err != nil {
		log.Fatal(err)
	}
	rows, err := sample.Table(ctx, species, table.Range{Hi: 1000}, 1)
	if err != nil {
		log.Fatal(err)
	}
	count := map[string]int{}
	for _, code := range rows.All().Cols[0].Code {
		count[rows.Schema().Fields[0].Levels[code]]++
	}
	fmt.Println("most are virginica:", count["virginica"] > 500)
	// Output: most are virginica: true
}
