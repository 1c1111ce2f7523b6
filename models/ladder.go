package models

import (
	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/models/blend"
	"github.com/seed-64d012fb/mimic/models/chowliu"
	"github.com/seed-64d012fb/mimic/models/forest"
	"github.com/seed-64d012fb/mimic/models/gaussian"
	"github.com/seed-64d012fb/mimic/models/independent"
	"github.com/seed-64d012fb/mimic/models/kde"
	"github.com/seed-64d012fb/mimic/models/mixing"
	"github.com/seed-64d012fb/mimic/models/mixture"
	"github.com/seed-64d012fb/mimic/models/nade"
	"github.com/seed-64d012fb/mimic/models/naivebayes"
	"github.com/seed-64d012fb/mimic/models/pixelnet"
	"github.com/seed-64d012fb/mimic/models/treemix"
	"github.com/seed-64d012fb/mimic/models/uniform"
)

// ladder lists the rungs, the simplest first.
var ladder = append(rungs, Rung{
	Kind:    blend.Kind,
	Summary: "several rungs mixed, by weights that make held-out rows most probable",
	New:     newBlend,
	Decode:  decodeBlend,
})

// rungs are those that a blend can be made of.
var rungs = []Rung{
	{
		Kind:    uniform.Kind,
		Summary: "the box: every row within its corners is as probable as any other",
		New:     func(Options) (mimic.Family, error) { return uniform.Family{}, nil },
		Decode:  uniform.Decode,
	},
	{
		Kind:    independent.Kind,
		Summary: "every column by itself, none knows of another",
		New:     func(Options) (mimic.Family, error) { return independent.Family{}, nil },
		Decode:  independent.Decode,
	},
	{
		Kind:    naivebayes.Kind,
		Summary: "columns are independent given a class: the label, or latent classes found by EM",
		New: func(o Options) (mimic.Family, error) {
			return naivebayes.Family{Label: o.Label, Seed: o.Seed}, nil
		},
		Decode: naivebayes.Decode,
	},
	{
		Kind:    gaussian.Kind,
		Summary: "numbers jointly normal, levels independent",
		New:     func(Options) (mimic.Family, error) { return gaussian.Family{}, nil },
		Decode:  gaussian.Decode,
	},
	{
		Kind:    mixture.Kind,
		Summary: "a mixture of normal distributions, as many as held-out rows are for",
		New: func(o Options) (mimic.Family, error) {
			return mixture.Family{Seed: o.Seed, Validation: o.Validation}, nil
		},
		Decode: mixture.Decode,
	},
	{
		Kind:    kde.Kind,
		Summary: "kernels on the training rows, as wide as held-out rows are for",
		New:     func(o Options) (mimic.Family, error) { return kde.Family{Validation: o.Validation}, nil },
		Decode:  kde.Decode,
	},
	{
		Kind:    chowliu.Kind,
		Summary: "one tree: every column depends on at most one other; exact answers to any question",
		New:     func(Options) (mimic.Family, error) { return chowliu.Family{}, nil },
		Decode:  chowliu.Decode,
	},
	{
		Kind:    treemix.Kind,
		Summary: "many trees, of columns and of latent states, mixed; exact answers to any question",
		New: func(o Options) (mimic.Family, error) {
			return treemix.Family{Seed: o.Seed, Validation: o.Validation}, nil
		},
		Decode: treemix.Decode,
	},
	{
		Kind:    forest.Kind,
		Summary: "the chain rule by trees: every column given those before it",
		New:     func(o Options) (mimic.Family, error) { return forest.Family{Seed: o.Seed, Sharp: o.Sharp}, nil },
		Decode:  forest.Decode,
	},
	{
		Kind:    mixing.Kind,
		Summary: "the chain rule by context mixing: counts of many contexts, mixed by units that learn which to believe",
		New: func(o Options) (mimic.Family, error) {
			return mixing.Family{Seed: o.Seed, Validation: o.Validation}, nil
		},
		Decode: mixing.Decode,
	},
	{
		Kind:    pixelnet.Kind,
		Summary: "pictures of up to 16 levels, pixel by pixel: a network that looks at the ink around each",
		New: func(o Options) (mimic.Family, error) {
			return pixelnet.Family{Label: o.Label, Seed: o.Seed, Validation: o.Validation, Discriminate: o.Discriminate}, nil
		},
		Decode: pixelnet.Decode,
	},
	{
		Kind:    nade.Kind,
		Summary: "the chain rule by a neural network, for vectors of bits and small categories",
		New: func(o Options) (mimic.Family, error) {
			return nade.Family{Seed: o.Seed, Validation: o.Validation}, nil
		},
		Decode: nade.Decode,
	},
}
