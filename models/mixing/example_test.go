package mixing_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Two switches and a lamp that burns when one of them is on, not both. Pairs of
// fields know nothing of each other; contexts of two do.
func Example() {
	ctx := context.Background()
	s := new(space.Schema)
	for _, name := range []string{"left", "right", "lamp"} {
		s.Fields = append(s.Fields, space.Field{Name: name, Kind: space.Bool, Levels: []string{"off", "on"}})
	}
	b := table.NewBatch(s, 0, 1000)
	for i := range b.N {
		left, right := int32(i&1), int32(i>>1&1)
		b.Cols[0].Code[i], b.Cols[1].Code[i], b.Cols[2].Code[i] = left, right, left^right
	}
	model, err := fit.Run(ctx, table.New(b), mixing.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	logp := make([]float64, 2)
	rows := table.NewBatch(s, 0, 2)
	rows.Cols[0].Code[0], rows.Cols[2].Code[0] = 1, 1 // left alone is on, and the lamp burns
	rows.Cols[0].Code[1] = 1                          // the same, and it does not
	if err := model.(mimic.Density).LogProb(logp, rows); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f nats, and less than -6: %v\n", logp[0], logp[1] < -6)
	// Output: -1.4 nats, and less than -6: true
}
