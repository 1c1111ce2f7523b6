package descent

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/wire"
)

// state is what a descent knows at a step, but for its tensors.
type state struct {
	Step  int64   `cbor:"step"`  // steps taken
	Limit int64   `cbor:"limit"` // steps to take at most
	Best  float64 `cbor:"best"`  // least loss on the examples held out
	Held  float64 `cbor:"held"`  // the last such loss
	Poor  int     `cbor:"poor"`  // validations since Best
	Falls bool    `cbor:"falls"` // the rate falls because validation said so
}

// validate measures the tensors on the examples held out.
func (d *descent) validate(ctx context.Context) error {
	held, err := d.objective.Held(ctx)
	if err != nil {
		return err
	}
	d.state.Held = held
	switch {
	case math.IsNaN(held):
		d.Best = held
		return nil
	case held < d.Best:
		d.Best, d.Poor = held, 0
		for _, t := range d.tensors {
			t.best = append(t.best[:0], t.W...)
		}
		return nil
	}
	if d.Poor++; d.Poor < d.Patience {
		return nil
	}
	d.Poor = 0
	falling := d.Falls || float64(d.Step) >= (1-d.Tail)*float64(d.Limit)
	if falling {
		d.Limit = d.Step
	} else {
		d.Falls = true
		d.Limit = min(d.Limit, int64(math.Ceil(float64(d.Step)/(1-d.Tail))))
	}
	return nil
}

// stage says for an onlooker where the descent is.
func (d *descent) stage() string {
	epoch := d.Step*int64(d.Batch)/int64(d.Examples) + 1
	if d.Held == 0 || math.IsNaN(d.Held) {
		return fmt.Sprintf("epoch %d", epoch)
	}
	return fmt.Sprintf("epoch %d, %.4g %s", epoch, d.Held, d.Unit)
}

// keepEvery is how much time may be lost.
const keepEvery = 30 * time.Second

// keeper saves the state now and then.
type keeper struct {
	pace.Keeper
	last time.Time
}

func newKeeper(ctx context.Context) *keeper { return &keeper{pace.KeeperOf(ctx), time.Now()} }

// atFirst saves the state with which the descent starts.
func (k *keeper) atFirst(d *descent) error {
	if k.Keeper == nil || d.Step > 0 {
		return nil
	}
	return k.save(d)
}

// sometimes saves the state if the last time is long ago.
func (k *keeper) sometimes(d *descent) error {
	if k.Keeper == nil || time.Since(k.last) < keepEvery {
		return nil
	}
	k.last = time.Now()
	return k.save(d)
}

// atLast saves the state because the descent ends with err.
func (k *keeper) atLast(d *descent, err error) error {
	if k.Keeper == nil {
		return err
	}
	return errors.Join(err, k.save(d))
}

func (k *keeper) save(d *descent) error {
	data, err := d.encode()
	if err != nil {
		return err
	}
	return k.Save(data)
}

// checkpoint is a state as it is kept.
type checkpoint struct {
	Fit     []byte       `cbor:"fit"` // digest of what the descent is of
	State   state        `cbor:"state"`
	Tensors []tensorWire `cbor:"tensors"`
}

type tensorWire struct {
	W       []byte  `cbor:"w"`
	M       []byte  `cbor:"m"`
	V       []byte  `cbor:"v"`
	Best    []byte  `cbor:"best"`
	Touches []int64 `cbor:"touches"`
}

// digest names what the descent is of.
func (d *descent) digest() []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%+v", d.Options)
	for _, t := range d.tensors {
		fmt.Fprintf(h, " %d %d %v", len(t.W), t.Width, t.Decay)
	}
	return h.Sum(nil)
}

func (d *descent) encode() ([]byte, error) {
	c := checkpoint{Fit: d.digest(), State: d.state}
	for _, t := range d.tensors {
		c.Tensors = append(c.Tensors, tensorWire{bytesOf(t.W), bytesOf(t.m), bytesOf(t.v), bytesOf(t.best), t.touches})
	}
	return wire.Append(nil, c)
}

// resume goes on from the state that the context's keeper has, if any.
func (d *descent) resume(ctx context.Context) error {
	k := pace.KeeperOf(ctx)
	if k == nil {
		return nil
	}
	data, err := k.Load()
	if err != nil || data == nil {
		return err
	}
	var c checkpoint
	if err := wire.Decode(data, &c); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	if string(c.Fit) != string(d.digest()) || len(c.Tensors) != len(d.tensors) {
		return errors.New("checkpoint: it is of another fit: other data, options or version")
	}
	for i, t := range d.tensors {
		w := c.Tensors[i]
		if len(w.W) != 4*len(t.W) || len(w.M) != 4*len(t.m) || len(w.V) != 4*len(t.v) || len(w.Touches) != len(t.touches) ||
			len(w.Best) != 0 && len(w.Best) != len(w.W) {
			return errors.New("checkpoint: it is damaged")
		}
		if len(w.Best) > 0 {
			t.best = make([]float32, len(t.W))
		}
		floatsOf(t.W, w.W)
		floatsOf(t.m, w.M)
		floatsOf(t.v, w.V)
		floatsOf(t.best, w.Best)
		copy(t.touches, w.Touches)
	}
	d.state = c.State
	return nil
}

func bytesOf(x []float32) []byte {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

func floatsOf(dst []float32, b []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
}
