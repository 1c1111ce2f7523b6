package nade

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"

	"github.com/seed-64d012fb/mimic/internal/coded"
	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/rng"
)

// The descent, the same for all data; docs/decisions/0101 has the trials.
const (
	heldOut = .1  // share of the rows held out where the caller holds out none
	hidden  = 200 // units, unless the family says so
	dropped = .3  // share of them
	batch   = 100 // rows of a step
	lanes   = 4   // parts of a batch that can run at a time
	rate    = 1e-3
	tail    = .25 // share of the steps in which the rate falls
	epochs  = 200 // at most

	// Of the descent that learns from the rows held out as well.
	againRate   = 5e-4 // falls from the first steps on
	againWarmup = 10
	againEpochs = 8   // passes, or more
	againSteps  = 400 // for so many steps
)

// The purposes that a seed serves.
const (
	forHoldOut = iota
	forOrder
	forStart
	forVisits
	forDropout
	forAgain
)

// learn fits a network to d, but for the rows that are held out to say when to stop.
func (o Family) learn(ctx context.Context, d *coded.Data) (*network, error) {
	key := rng.New(o.Seed)
	train, valid := d.HoldOut(o.Validation, heldOut, key.Child(forHoldOut))
	n := independent(train.Rows, cmp.Or(o.Hidden, hidden), key)
	if d.N < 2 || n.units() == 0 { // no row to hold out, or nothing to learn
		return n, nil
	}
	r := n.rowsOf(train)
	n.scatter(r, key.Child(forStart))
	return n, o.descend(ctx, n, r, n.rowsOf(valid), key, descent.Options{
		Epochs: float64(cmp.Or(o.Epochs, epochs)), Rate: rate, Tail: tail,
	})
}

// learnAgain goes on with a network that was fitted to d, and looks at all rows.
func (o Family) learnAgain(ctx context.Context, n *network, d *coded.Data) error {
	if d.N < 2 || n.units() == 0 || pace.Past(ctx) {
		return nil
	}
	return o.descend(pace.WithKeeper(ctx, nil), n, n.rowsOf(d), nil, rng.New(o.Seed).Child(forAgain), descent.Options{
		Epochs: max(againEpochs, againSteps*batch/float64(d.N)), Rate: againRate, Warmup: againWarmup, Tail: 1,
	})
}

// descend moves the parameters of a network to where rows are more probable.
func (o Family) descend(ctx context.Context, n *network, train, valid *rows, key rng.Key, opt descent.Options) error {
	obj := &objective{network: n, train: train, valid: valid, key: key.Child(forDropout)}
	if share := cmp.Or(o.Dropout, dropped); share > 0 {
		obj.dropout = newDropout(share)
	}
	for range lanes {
		obj.scratch = append(obj.scratch, newScratch(n))
	}
	opt.Examples, opt.Batch, opt.Lanes = train.n(), batch, lanes
	opt.Key, opt.Identity, opt.Unit = key.Child(forVisits), o.digest(train), "nats"
	_, err := descent.Run(ctx, obj, n.tensors(), opt)
	return err
}

// independent returns a network that gives every field the distribution of its
// codes in rows [fields][codes], whatever the others are: all of its parameters
// but b are 0. The order of the fields is random.
func independent(rows [][]float64, hidden int, key rng.Key) *network {
	codes, base := make([]int, len(rows)), make([]int, len(rows))
	for j, weight := range rows {
		codes[j] = len(weight)
		for c, w := range weight {
			if w > weight[base[j]] {
				base[j] = c
			}
		}
	}
	n := layOut(codes, base, rand.New(key.Child(forOrder).Stream(0)).Perm(len(rows)), hidden)
	n.w, n.v = make([]float32, n.units()*hidden), make([]float32, n.units()*hidden)
	n.b, n.c = make([]float32, n.units()), make([]float32, hidden)
	for q, j := range n.order {
		for u := n.first[q]; u < n.first[q+1]; u++ {
			n.b[u] = float32(math.Log((rows[j][n.code(q, u)] + .5) / (rows[j][n.base[q]] + .5)))
		}
	}
	return n
}

// scatter draws where the descent starts.
func (n *network) scatter(r *rows, key rng.Key) {
	normal := rand.New(key.Stream(0)).NormFloat64
	fill := func(x []float32, deviation float64) {
		for i := range x {
			x[i] = float32(deviation * normal())
		}
	}
	usual := float64(len(r.active)) / float64(r.n()) // active units of a row
	fill(n.w, .25/math.Sqrt(1+usual))
	fill(n.v, .3/math.Sqrt(float64(n.hidden)))
	fill(n.c, .1)
}

// digest names the family and its rows, for a checkpoint to know its fit by.
func (o Family) digest(r *rows) string {
	h := sha256.New()
	for _, x := range []any{r.active, r.weight, o.Validation, o.Seed, o.Dropout} {
		binary.Write(h, binary.LittleEndian, x) // to a hash it cannot fail
	}
	return string(h.Sum(nil))
}
