package naivebayes_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/table/files"
)

// Which species a flower is, by Bayes' rule from a model of how flowers look.
func Example() {
	ctx := context.Background()
	iris, _, err := files.Read(ctx, []string{"example:iris"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(iris, 0.3, 1)
	fitted, err := fit.Run(ctx, train, naivebayes.Family{Label: "species"}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m := fitted.(*naivebayes.Model)

	b := held.All()
	posterior := make([]float64, b.N*m.Classes())
	if err := m.Posterior(posterior, b); err != nil {
		log.Fatal(err)
	}
	right := 0
	for i, species := range b.Cols[m.Label()].Code {
		best := 0
		for y := range m.Classes() {
			if posterior[i*m.Classes()+y] > posterior[i*m.Classes()+best] {
				best = y
			}
		}
		if best == int(species) {
			right++
		}
	}
	fmt.Printf("%d of %d flowers that the fit has not seen\n", right, b.N)
	// Output:
	// 43 of 45 flowers that the fit has not seen
}
