package nade_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Rings of eight bits of which three neighbours are set: eight rows of 256 that
// there could be.
func Example() {
	ctx := context.Background()
	s := new(space.Schema)
	for j := range 8 {
		s.Fields = append(s.Fields, space.Field{Name: fmt.Sprint("bit ", j), Kind: space.Bool, Levels: []string{"0", "1"}})
	}
	rings := table.NewBatch(s, 0, 2000)
	for i := range rings.N {
		for j := range 3 {
			rings.Cols[(i+j)%8].Code[i] = 1
		}
	}
	model, err := fit.Run(ctx, table.New(rings), nade.Family{Hidden: 32}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	logp := make([]float64, rings.N)
	if err := model.(mimic.Density).LogProb(logp, rings); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f nats, of an even chance among 256 rows -5.5, among eight -2.1\n", logp[0])
	// Output: -2.1 nats, of an even chance among 256 rows -5.5, among eight -2.1
}
