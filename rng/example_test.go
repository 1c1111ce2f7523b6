package rng_test

import (
	"fmt"

	"github.com/seed-64d012fb/mimic/rng"
)

// A key stands for an endless sequence, of which any part can be had without the
// rest.
func Example() {
	k := rng.New(1).Child(3)
	all := make([]uint64, 1000)
	k.Uint64s(all, 0)
	part := make([]uint64, 10)
	k.Uint64s(part, 500)
	fmt.Println(part[7] == all[507], k.Uint64(507) == all[507])
	// Output: true true
}
