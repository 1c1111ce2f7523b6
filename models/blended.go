package models

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/rng"
	"github.com/seed-64d012fb/mimic/space"
)

// Constituent is a rung that a blend is made of. Until the blend has its weights it
// does not learn from the rows of Options.Validation.
type Constituent struct {
	Kind string
	Options
}

// How many networks a blend has: as many as look at so many cells of the table in
// all; docs/decisions/0126.
const (
	networkCells = 10e6
	fewNetworks  = 2
	mostNetworks = 6
)

// Constituents returns what the rung blend of a table of so many rows and fields
// is made of: rungs that are wrong in different ways, and of the one that depends
// most on an order drawn at random, several, of a large table fewer.
func Constituents(o Options, rows int64, fields int) []Constituent {
	all := []Constituent{{"treemix", o}, {"mixing", o}}
	networks := min(max(networkCells/max(float64(rows)*float64(fields), 1), fewNetworks), mostNetworks)
	for i := range int(networks) {
		own := o
		if i > 0 {
			own.Seed = rng.New(o.Seed).Uint64(int64(i))
		}
		all = append(all, Constituent{"nade", own})
	}
	return all
}

// newBlend returns the family of blends.
func newBlend(o Options) (mimic.Family, error) {
	parts := func(s *space.Schema, rows, validation int64) (parts []blend.Part, err error) {
		o.Validation = validation
		for _, c := range Constituents(o, rows, len(s.Learned())) {
			r, err := find(rungs, c.Kind)
			if err != nil {
				return nil, err
			}
			f, err := r.New(c.Options)
			if err != nil {
				return nil, err
			}
			parts = append(parts, blend.Part{Family: f, Validates: true})
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
