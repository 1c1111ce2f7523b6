package uniform_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-64d012fb/mimic/fit"
	"github.com/seed-64d012fb/mimic/models/uniform"
	"github.com/seed-64d012fb/mimic/table/files"
)

// The box that holds the cities of more than a million people.
func Example() {
	ctx := context.Background()
	cities, _, err := files.Read(ctx, []string{"example:cities"}, files.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := fit.Run(ctx, cities, uniform.Family{}, fit.Options{})
	if err != nil {
		log.Fatal(err)
	}
	box := m.(*uniform.Model)
	for _, name := range []string{"longitude", "latitude"} {
		lo, hi := box.Corner(cities.Schema().Index(name))
		fmt.Printf("%s from %.4f to %.4f\n", name, lo, hi)
	}
	// Output:
	// longitude from -121.8950 to 153.0281
	// latitude from -37.8140 to 59.9386
}
