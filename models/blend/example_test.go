package blend_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table/files"
)

// A tree and latent classes are wrong in different ways: on rows that neither has
// seen, their mixture is better than both.
func Example() {
	ctx := context.Background()
	adult, _, err := files.Read(ctx, []string{"example:adult"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	train, held := fit.Split(adult, .2, 1)
	parts := []blend.Part{{Family: chowliu.Family{}}, {Family: naivebayes.Family{}}}
	family := blend.Family{Parts: func(*space.Schema, int64, int64) ([]blend.Part, error) { return parts, nil }}
	model, err := fit.Run(ctx, train, family, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	both, err := fit.Evaluate(ctx, model, held)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range parts {
		alone, err := fit.Run(ctx, train, p.Family, fit.Options{})
		if err != nil {
			log.Fatal(err)
		}
		one, err := fit.Evaluate(ctx, alone, held)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(alone.Kind(), "alone is worse:", one.Mean < both.Mean)
	}
	// Output:
	// chowliu alone is worse: true
	// naivebayes alone is worse: true
}
