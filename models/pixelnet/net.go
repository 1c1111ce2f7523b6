package pixelnet

import (
	"math"
	"math/rand/v2"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/rng"
)

// The parameters of the network. The first hidden layer has rows of hidden
// numbers, the second rows of second.
const (
	window      = iota // [offsets][hidden] ink at an offset from the pixel
	before             // [pixels][hidden] ink anywhere before it
	place              // [2·pixels][hidden] where the pixel is; a quiet one elsewhere than one that is not
	mix                // [hidden][second]
	mixBias            // [second]
	near               // [patterns][second] the pixels next to it
	out                // [second]
	outAt              // [2·pixels][second] added to out, where the pixel is
	outBias            // [2·pixels]
	outWide            // [patterns] more pixels next to it
	class              // [classes][hidden] from here on there is nothing without a label
	classMix           // [classes][second]
	classBias          // [classes·2·pixels]
	classAt            // [classes·2·pixels][second] added to out, where the pixel is
	tint               // [offsets·shades][hidden] from here on there is nothing with one shade of ink; added to window
	tintBefore         // [pixels·shades][hidden] added to before
	shade              // [shades][second] log-odds of a shade, given that there is ink
	shadeAt            // [2·pixels][shades] where the pixel is
	shadeBeside        // [levels²][shades] the tones to the left and above
	classScale         // [classes][hidden] times the first layer; nothing without a label
	tensors
)

// net is the network of the pixels: the log-odds that a pixel has ink, given what
// it sees, and those of its shade, given that it has.
type net struct {
	raster
	classes        int // of the label, 0 without one
	hidden, second int
	w              [tensors][]float32
}

// shape says how a parameter is stored: as rows of a width, or as a whole.
type shape struct {
	rows, width int
	whole       bool
}

func (n *net) shapes() [tensors]shape {
	p, shades, pairs := n.pixels(), n.shades(), n.levels*n.levels
	if shades == 0 {
		pairs = 0
	}
	return [tensors]shape{
		window:    {n.offsets, n.hidden, true},
		before:    {p, n.hidden, false},
		place:     {2 * p, n.hidden, false},
		mix:       {n.hidden, n.second, true},
		mixBias:   {1, n.second, true},
		near:      {1 << nearBits, n.second, false},
		out:       {1, n.second, true},
		outAt:     {2 * p, n.second, false},
		outBias:   {2 * p, 1, false},
		outWide:   {1 << wideBits, 1, false},
		class:     {n.classes, n.hidden, true},
		classMix:  {n.classes, n.second, true},
		classBias: {n.classes * 2 * p, 1, false},
		classAt:   {n.classes * 2 * p, n.second, false},

		tint:        {n.offsets * shades, n.hidden, true},
		tintBefore:  {p * shades, n.hidden, false},
		shade:       {shades, n.second, true},
		shadeAt:     {2 * p, shades, false},
		shadeBeside: {pairs, shades, false},

		classScale: {n.classes, n.hidden, true},
	}
}

// used returns the number of tensors, the first, that the net has.
func (n *net) used() int {
	switch {
	case n.classes > 0:
		return tensors
	case n.shades() > 0:
		return classScale
	}
	return class
}

// classPlace returns the row of a place in a picture of the label.
func (n *net) classPlace(label, place int) int { return label*2*n.pixels() + place }

// row returns a row of a parameter.
func (n *net) row(tensor, row, width int) []float32 { return n.w[tensor][row*width:][:width] }

// decay is how fast the weights of places shrink, so that those whose pixels
// say little stay small.
const decay = .005

// quietOdds are the log-odds of ink that a quiet pixel starts with.
const quietOdds = -4

// start returns tensors for the net to be fitted, and makes them its weights.
func (n *net) start(k rng.Key) []*descent.Tensor {
	spread := [tensors]float64{
		window: .15, before: .02, place: .02,
		mix: 1.2 / math.Sqrt(float64(n.hidden)), out: .3,
		class: .02, classMix: .02,
	}
	all := make([]*descent.Tensor, tensors)
	for i, s := range n.shapes() {
		t := &descent.Tensor{W: make([]float32, s.rows*s.width)}
		if !s.whole {
			t.Width = s.width
		}
		if i == before || i == place || i == tintBefore {
			t.Decay = decay
		}
		r := rand.New(k.Stream(int64(i)))
		for j := range t.W {
			if spread[i] > 0 {
				t.W[j] = float32(r.NormFloat64() * spread[i])
			}
		}
		all[i], n.w[i] = t, t.W
	}
	copy(n.w[classScale], ones(len(n.w[classScale])))
	quiet := n.w[outBias][n.pixels():]
	for j := range quiet {
		quiet[j] = quietOdds
	}
	return all
}
