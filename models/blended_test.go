package models

import "testing"

// TestConstituents: a large table has fewer networks, each of a seed of its own.
func TestConstituents(t *testing.T) {
	for _, c := range []struct {
		rows     int64
		fields   int
		networks int
	}{{0, 0, 6}, {18_338, 16, 6}, {3361, 839, 3}, {330_212, 17, 2}, {1_000_000, 100, 2}} {
		seeds := map[uint64]bool{}
		for _, part := range Constituents(Options{Seed: 7, Validation: 5}, c.rows, c.fields) {
			if part.Validation != 5 {
				t.Errorf("%s does not know of the validation rows", part.Kind)
			}
			if part.Kind == "nade" {
				seeds[part.Seed] = true
			}
		}
		if len(seeds) != c.networks {
			t.Errorf("%d rows of %d fields: %d networks, want %d", c.rows, c.fields, len(seeds), c.networks)
		}
	}
}
