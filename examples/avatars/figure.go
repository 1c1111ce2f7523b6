package main

import (
	"math"

	"github.com/seed-64d012fb/mimic/rng"
)

// trait is a feature of a figure: a name, its values, and how frequent they are.
type trait struct {
	name   string
	values []string
	share  []float64
}

// The traits, in the order of the table's columns.
const (
	hair = iota
	hairColour
	skin
	glasses
	beard
	mouth
	clothes
	clothesColour
)

var traits = [...]trait{
	hair:          {"hair", []string{"short", "long", "curly", "bun", "bald"}, []float64{.35, .25, .2, .1, .1}},
	hairColour:    {"hair_colour", []string{"black", "brown", "blond"}, []float64{.4, .35, .25}},
	skin:          {"skin", []string{"light", "medium", "dark"}, []float64{.4, .35, .25}},
	glasses:       {"glasses", []string{"none", "round", "square", "dark"}, []float64{.55, .2, .15, .1}},
	beard:         {"beard", []string{"no", "yes"}, []float64{.75, .25}},
	mouth:         {"mouth", []string{"smile", "straight", "open"}, []float64{.5, .3, .2}},
	clothes:       {"clothes", []string{"shirt", "stripes", "tie", "dress"}, []float64{.35, .25, .2, .2}},
	clothesColour: {"clothes_colour", []string{"dark", "grey", "bright"}, []float64{.3, .4, .3}},
}

// bearded is the share of beards among the figures of each hair: the one
// dependence there is between traits. Overall it is beard's own share.
var bearded = []float64{.35, .1, .25, .1, .425}

// figure is one value of each trait, by index.
type figure [len(traits)]int

// draws returns n figures, independent of each other.
func draws(n int, k rng.Key) []figure {
	figures := make([]figure, n)
	u := make([]float64, n)
	for t := range traits {
		k.Child(uint64(t)).Float64s(u, 0)
		for i := range figures {
			figures[i][t] = pick(shares(t, &figures[i]), u[i])
		}
	}
	return figures
}

// shares returns how probable the values of trait t are for a figure whose
// earlier traits are known.
func shares(t int, f *figure) []float64 {
	if t == beard {
		p := bearded[f[hair]]
		return []float64{1 - p, p}
	}
	return traits[t].share
}

// pick returns the value at u of the cumulative shares.
func pick(share []float64, u float64) int {
	for v, p := range share {
		if u < p {
			return v
		}
		u -= p
	}
	return len(share) - 1
}

// logProb returns the log-probability of a figure by the rules that make them,
// in nats: no model of figures, or of their pictures, can be better on average.
func (f *figure) logProb() float64 {
	sum := 0.0
	for t := range traits {
		sum += math.Log(shares(t, f)[f[t]])
	}
	return sum
}

// entropy returns the entropy of figures in nats: minus the mean of logProb over
// all that there are.
func entropy() float64 {
	sum := 0.0
	for t := range traits {
		if t == beard {
			for h, p := range traits[hair].share {
				sum += p * entropyOf([]float64{1 - bearded[h], bearded[h]})
			}
			continue
		}
		sum += entropyOf(traits[t].share)
	}
	return sum
}

func entropyOf(share []float64) float64 {
	sum := 0.0
	for _, p := range share {
		sum -= p * math.Log(p)
	}
	return sum
}
