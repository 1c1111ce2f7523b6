package pixelnet

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/wire"
	"github.com/seed-64d012fb/mimic/rng"
)

// What the networks and their descents are like.
const (
	networks    = 8 // at most
	hidden      = 256
	second      = 64
	batch       = 8
	rate        = .004
	epochs      = 2
	toldEpochs  = 1      // where labels are told: a longer fit tells no more, another network does
	leastVisits = 20_000 // of pictures, where there are few
)

// grow fits networks one after the other, each from a start of its own: fresh makes
// them. It ends when there are as many as may be, when one brings the mean of all too
// little on the held-out pictures (and is left out if it brings nothing), or when
// there is no time for another.
func (f Family) grow(ctx context.Context, fresh func() *net, train, held *pictures, c criterion, k rng.Key) (*ensemble, error) {
	keep, nets, err := resume(ctx, fresh)
	if err != nil {
		return nil, err
	}
	var e *ensemble
	var least float64 // loss of e
	if len(nets) > 0 {
		e = newEnsemble(nets...)
		if least, err = e.loss(ctx, held, c); err != nil {
			return nil, err
		}
	}
	for start := time.Now(); len(nets) < cmp.Or(f.Networks, networks); start = time.Now() {
		n := fresh()
		loss, err := f.fit(ctx, keep, n, len(nets), train, held, c, k.Child(uint64(len(nets))))
		if err != nil {
			return nil, err
		}
		nets = append(nets, n)
		larger := newEnsemble(nets...)
		if e != nil { // that of the first alone is known
			if loss, err = larger.loss(ctx, held, c); err != nil {
				return nil, err
			}
		}
		gain := least - loss
		if e == nil || gain > 0 {
			e, least = larger, loss
		}
		if len(nets) > 1 && gain < leastGain*least {
			break
		}
		keep.finish(n)
		if until, ok := pace.Until(ctx); ok && time.Until(until) < time.Since(start)/leastShare {
			break
		}
	}
	return e, nil
}

const (
	// leastGain is the share of the loss that a network has to bring for another to
	// follow: scoring takes as many times as long as there are networks.
	leastGain = 5e-4
	// leastShare is the part of the time that the last network took that there is to
	// be for another: one that learned far less would bring little.
	leastShare = 4
)

// The children of a network's key.
const (
	forStart = iota
	forOrder
	forVisits
)

// fit fits a network, of which there are some before, and returns its held-out loss.
func (f Family) fit(ctx context.Context, keep *keeper, n *net, before int, train, held *pictures, c criterion, k rng.Key) (float64, error) {
	tensors := n.start(k.Child(forStart))
	o := newObjective(n, train, held, c, k.Child(forVisits))
	inner := pace.WithTell(ctx, func(stage string, done, total int64) {
		pace.Tell(ctx, fmt.Sprintf("network %d, %s", before+1, stage), done, total)
	})
	if keep != nil {
		inner = pace.WithKeeper(inner, keep)
	}
	passes := float64(epochs)
	if c.lambda > 0 {
		passes = toldEpochs
	}
	r, err := descent.Run(inner, o, tensors[:n.used()], descent.Options{
		Examples: train.n, Batch: batch, Lanes: lanes, Rate: rate, Tail: 1,
		Epochs: cmp.Or(f.Epochs, max(passes, leastVisits/float64(train.n))),
		Key:    k.Child(forOrder), Identity: fmt.Sprint(train.digest(), held.digest(), c), Unit: "nats",
	})
	return r.Held, err
}

// keeper keeps the networks that are fitted beside the state of the descent of the
// next. It is nil where nothing is kept.
type keeper struct {
	pace.Keeper
	growthWire
}

type growthWire struct {
	Done []netWire `cbor:"done"`
	Next []byte    `cbor:"next"`
}

// resume returns the networks that the context's keeper has, and a keeper that goes
// on from there.
func resume(ctx context.Context, fresh func() *net) (*keeper, []*net, error) {
	outer := pace.KeeperOf(ctx)
	if outer == nil {
		return nil, nil, nil
	}
	k := &keeper{Keeper: outer}
	data, err := outer.Load()
	if err != nil || data == nil {
		return k, nil, err
	}
	if err := wire.Decode(data, &k.growthWire); err != nil {
		return nil, nil, fmt.Errorf("checkpoint: it is damaged, or of another version: %w", err)
	}
	var nets []*net
	for _, w := range k.Done {
		n := fresh()
		if err := n.take(w); err != nil {
			return nil, nil, fmt.Errorf("checkpoint: it is of another fit: %w", err)
		}
		nets = append(nets, n)
	}
	return k, nets, nil
}

// Load implements pace.Keeper.
func (k *keeper) Load() ([]byte, error) { return k.Next, nil }

// Save implements pace.Keeper.
func (k *keeper) Save(state []byte) error {
	k.Next = state
	data, err := wire.Append(nil, k.growthWire)
	if err != nil {
		return err
	}
	return k.Keeper.Save(data)
}

// finish takes a network to those that are fitted.
func (k *keeper) finish(n *net) {
	if k != nil {
		k.Done, k.Next = append(k.Done, n.wire()), nil
	}
}
