package pixelnet_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/sample"
	"github.com/seed-64d012fb/mimic/space"
	"github.com/seed-64d012fb/mimic/table"
)

// Pictures of 8x8 pixels with one bar, in any line. Eight pictures are possible:
// each has log(1/8) = -2.08 nats. With independent pixels it would be about -24.
func Example() {
	ctx := context.Background()
	m := space.Image{Name: "image", Width: 8, Height: 8, Channels: 1, Levels: 2}
	s := &space.Schema{Fields: m.Fields(), Image: &m}
	b := table.NewBatch(s, 0, 800)
	for i := range b.N {
		for x := range 8 {
			b.Cols[m.Field(x, i%8, 0)].Code[i] = 1
		}
	}
	model, err := fit.Run(ctx, table.New(b), pixelnet.Family{Networks: 1, Hidden: 32, Epochs: 10}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	logp := make([]float64, 1)
	if err := model.(mimic.Density).LogProb(logp, b.Slice(3, 4)); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f nats\n", logp[0])
	rows, err := sample.Table(ctx, model, table.Range{Hi: 1}, 1)
	if err != nil {
		log.Fatal(err)
	}
	bars := 0
	for y := range 8 {
		bar := true
		for x := range 8 {
			bar = bar && rows.All().Cols[m.Field(x, y, 0)].Code[0] == 1
		}
		if bar {
			bars++
		}
	}
	fmt.Println("bars in a sample:", bars)
	// Output:
	// -2.1 nats
	// bars in a sample: 1
}
