// Package mixing is the rung of context mixing: the chain rule, each of whose
// questions is answered by the counts of many contexts, mixed by gated logistic
// units that learned which to believe.
//
//	p(c) = mean over orders of ∏_j p(c_j given the codes before it in the order)
//	logit p(yes) = v·z,   z_m = w_m[s_m]·x
//
// where c_j is the code of field j in its codebook. A code is told by questions
// with two answers. The inputs x of a question are the logits of what the counts
// of its contexts say (a context: some codes before it), the logit of a mixture
// of products fitted to the rows, and some of the codes before it; the selectors
// s_m choose the weights of each unit.
//
// A grey picture is told pixel by pixel in raster order, each value by planes: is
// it 0, and if not its bits; a label beside it comes first. See picture.go.
//
// Base measure: that of each field (see space.Field).
//
// Missing: a code like any other, to be predicted and to predict by.
//
// Cost: fit O(n·Σ_j questions of j·inputs) a pass and order, 24 to 72 inputs a
// question; scoring the same without the passes, sampling that of one order. A
// picture of w pixels that are not 0 takes about pixels + 8w questions of 24
// inputs.
//
// Exact answers: the likelihood; of pictures, conditionals on the label and on the
// first pixels. All others are by weighted draws.
//
// How it fails: it knows no more of numbers than that their codes are in order,
// sees at most 16 groups of a field's codes at a time, and asks a question for
// each code but one; a field of more than 1024 codes is refused. Rows that
// depend on thousands of earlier fields evenly, such as long text, have no
// context to be counted in.
//
// Reference: Mahoney (2005), Adaptive weighing of context models for lossless
// data compression; Mattern (2016), On statistical data compression, chapter 4;
// Veness et al. (2017), Online learning with gated linear networks, section 3;
// Uria, Murray & Larochelle (2014), A deep and tractable density estimator (the
// mean over orders).
//
// Deviations: rows are counted once, and what the counts said of them before is
// passed over several times; then the model is frozen, so that it is one
// distribution and not a code that adapts to what it is asked.
package mixing

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/space"
)

// Kind is the name of the rung.
const Kind = "mixing"

// Family is the parametric family. The zero value works.
type Family struct {
	// Orders is the number of orders of the fields that are averaged; 0 takes as
	// many as raise the likelihood of held-out rows, 2 to 8 at most, of a large table
	// fewer.
	Orders int
	// Seed of the orders, of the rows that are held out, of the contexts that
	// are drawn at random, and of the order in which rows are looked at.
	Seed uint64
	// Validation is the number of the last rows that the number of orders is
	// chosen by; 0 holds a tenth of the rows out at random. In the end they are
	// counted, too.
	Validation int64
}

var _ mimic.Family = Family{}

// Kind implements mimic.Family.
func (Family) Kind() string { return Kind }

// NewFit implements mimic.Family.
func (o Family) NewFit(s *space.Schema, rows int64) (mimic.Fit, error) {
	if o.Orders < 0 || o.Orders > mostOrders {
		return nil, fmt.Errorf("%d orders: want 0 (chosen on held-out rows) to %d", o.Orders, mostOrders)
	}
	if grey(s) {
		if _, err := suits(s); err != nil {
			return nil, err
		}
	}
	return coded.NewRefitter(s, rows, func(ctx context.Context, d *coded.Data) (mimic.Model, coded.Refit, error) {
		for j, rows := range d.Rows {
			if len(rows) > mostCodes {
				return nil, nil, fmt.Errorf("field %q has %d codes and mixing asks a question for each, at most %d: group its values, or take forest: %w",
					s.Fields[d.Fields[j]].Name, len(rows), mostCodes, mimic.ErrUnsuited)
			}
		}
		if grey(d.Schema) {
			law, err := fitPicture(ctx, d, o)
			return model(coded.NewChain(Kind, d, law)), nil, err
		}
		law, again, err := fitVector(ctx, d, o)
		m := model(coded.NewChain(Kind, d, law))
		return m, func(ctx context.Context) (mimic.Model, error) { return m, again(ctx) }, err
	})
}

// model returns the model of a chain, which knows what its law does.
func model(m *coded.Chain) mimic.Model {
	if _, ok := m.Law().(*picture); ok {
		return &Pictures{m}
	}
	return m
}

// grey reports whether rows are pictures of more than black and white.
func grey(s *space.Schema) bool { return s.Image != nil && s.Image.Levels > 2 }

// blob is what AppendBinary of either distribution writes.
type blob struct {
	Vector  *vectorBlob  `cbor:"vector,omitempty"`
	Picture *pictureBlob `cbor:"picture,omitempty"`
}

// Decode reads what Model.AppendBinary wrote.
func Decode(s *space.Schema, data []byte) (mimic.Model, error) {
	m, err := coded.DecodeChain(Kind, s, data, func(codes []int, data []byte) (coded.ChainLaw, error) {
		var b blob
		if err := wire.Decode(data, &b); err != nil {
			return nil, err
		}
		switch {
		case grey(s) && b.Picture != nil:
			return b.Picture.picture(s, codes)
		case !grey(s) && b.Vector != nil:
			return b.Vector.vector(codes)
		}
		return nil, errors.New("no model of such data")
	})
	if err != nil {
		return nil, err
	}
	return model(m), nil
}
