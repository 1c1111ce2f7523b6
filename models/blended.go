package models

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// Constituent is a rung that a blend is made of.
type Constituent struct {
	Kind string
	Options
	// Validates says that the rung takes Options.Validation: it does not learn
	// from those rows.
	Validates bool
}

// Constituents returns what the rung blend is made of under the options: rungs
// that are wrong in different ways, and of the one that depends most on an order
// drawn at random, several.
func Constituents(o Options) []Constituent {
	var all []Constituent
	add := func(kind string, times int, validates bool) {
		for i := range times {
			own := o
			if i > 0 {
				own.Seed = rng.New(o.Seed).Uint64(int64(i))
			}
			all = append(all, Constituent{kind, own, validates})
		}
	}
	add("treemix", 1, true)
	add("mixing", 1, true)
	add("nade", 6, true)
	return all
}

// newBlend returns the family of blends.
func newBlend(o Options) (mimic.Family, error) {
	parts := func(validation int64) (parts []blend.Part, err error) {
		o.Validation = validation
		for _, c := range Constituents(o) {
			r, err := find(rungs, c.Kind)
			if err != nil {
				return nil, err
			}
			f, err := r.New(c.Options)
			if err != nil {
				return nil, err
			}
			parts = append(parts, blend.Part{Family: f, Validates: c.Validates})
		}
		return parts, nil
	}
	return blend.Family{Parts: parts, Seed: o.Seed, Validation: o.Validation}, nil
}

// decodeBlend reads a blend of any rungs but blends.
func decodeBlend(s *space.Schema, blob []byte) (mimic.Model, error) {
	return blend.Decode(s, blob, func(kind string, s *space.Schema, blob []byte) (mimic.Model, error) {
		r, err := find(rungs, kind)
		if err != nil {
			return nil, err
		}
		return r.Decode(s, blob)
	})
}
