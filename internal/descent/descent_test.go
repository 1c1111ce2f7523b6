package descent_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-64d012fb/mimic/internal/descent"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/internal/par"
	"github.com/seed-64d012fb/mimic/rng"
)

// words is a toy: example i has a word and a bit, and the log-odds of the bit
// are bias + of[word]. The loss is convex, and its minimum is in closed form.
type words struct {
	word     []int
	bit      []float32
	odds     []float64 // [words] share of ones among the examples
	bias, of *descent.Tensor
	stop     func() // called at visit stopAt, if not nil
	stopAt   int64
}

const kinds = 200 // more than two words of 64

func newWords(n int) *words {
	w := &words{bias: &descent.Tensor{W: make([]float32, 1)}, of: &descent.Tensor{W: make([]float32, 4*kinds), Width: 4}}
	r := rand.New(rand.NewPCG(1, 2))
	count := make([][2]float64, kinds)
	for range n {
		k := int(kinds * math.Pow(r.Float64(), 2)) // some words are rare
		bit := 0
		if r.Float64() < .1+.8*float64(k%7)/6 {
			bit = 1
		}
		w.word, w.bit = append(w.word, k), append(w.bit, float32(bit))
		count[k][bit]++
	}
	for _, c := range count {
		w.odds = append(w.odds, c[1]/(c[0]+c[1]))
	}
	return w
}

func (w *words) tensors() []*descent.Tensor { return []*descent.Tensor{w.bias, w.of} }

func (w *words) probability(word int) float64 {
	return 1 / (1 + math.Exp(-float64(w.bias.W[0]+w.of.W[4*word])))
}

func (w *words) Gradient(g *descent.Gradient, lane int, examples []int, first int64) (loss float64) {
	if w.stop != nil && first == w.stopAt {
		w.stop()
	}
	for _, i := range examples {
		p := w.probability(w.word[i])
		e := float32(p) - w.bit[i]
		g.Dense(0)[0] += e
		g.Row(1, w.word[i])[0] += e
		loss -= math.Log(math.Abs(p - 1 + float64(w.bit[i])))
	}
	return loss
}

func (w *words) Held(context.Context) (float64, error) {
	loss := 0.0
	for i, k := range w.word {
		loss -= math.Log(math.Abs(w.probability(k) - 1 + float64(w.bit[i])))
	}
	return loss / float64(len(w.word)), nil
}

func (w *words) options() descent.Options {
	return descent.Options{Examples: len(w.word), Batch: 10, Epochs: 20, Rate: .02, Key: rng.New(1), Unit: "nats"}
}

func run(t *testing.T, ctx context.Context, w *words) descent.Result {
	t.Helper()
	r, err := descent.Run(ctx, w, w.tensors(), w.options())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFindsTheMinimum compares with the closed form: the share of ones of each
// word that is not rare.
func TestFindsTheMinimum(t *testing.T) {
	w := newWords(20_000)
	r := run(t, t.Context(), w)
	best := 0.0
	for _, k := range w.word {
		p := w.odds[k]
		if p > 0 && p < 1 {
			best -= (p*math.Log(p) + (1-p)*math.Log(1-p)) / float64(len(w.word))
		}
	}
	if r.Held < best || r.Held > best+.001 {
		t.Errorf("loss %.4f, the least possible is %.4f", r.Held, best)
	}
	if held, _ := w.Held(t.Context()); held != r.Held {
		t.Errorf("the tensors have loss %v, the result says %v", held, r.Held)
	}
	if r.Epochs != float64(r.Steps)/2000 || r.Epochs > 20 {
		t.Errorf("%+v", r)
	}
}

func TestWorkersLeaveNoTrace(t *testing.T) {
	var want []float32
	for _, workers := range []int{1, 2, 3, 8} {
		w := newWords(500)
		run(t, par.WithWorkers(t.Context(), workers), w)
		if got := slices.Concat(w.bias.W, w.of.W); want == nil {
			want = got
		} else if !slices.Equal(got, want) {
			t.Errorf("%d workers come to other parameters", workers)
		}
	}
}

// slot is a Keeper in memory.
type slot struct{ data []byte }

func (s *slot) Load() ([]byte, error) { return s.data, nil }
func (s *slot) Save(data []byte) error {
	s.data = slices.Clone(data)
	return nil
}

// TestResume interrupts a descent three times and goes on with fresh tensors.
func TestResume(t *testing.T) {
	whole := newWords(500)
	want := run(t, t.Context(), whole)

	var kept slot
	for _, at := range []int64{10, 1230, 4000} {
		ctx, cancel := context.WithCancel(pace.WithKeeper(t.Context(), &kept))
		w := newWords(500)
		w.stop, w.stopAt = cancel, at
		if _, err := descent.Run(ctx, w, w.tensors(), w.options()); !errors.Is(err, context.Canceled) {
			t.Fatalf("interrupted at visit %d: %v", at, err)
		}
	}
	last := newWords(500)
	got := run(t, pace.WithKeeper(t.Context(), &kept), last)
	if got != want || !slices.Equal(last.of.W, whole.of.W) || !slices.Equal(last.bias.W, whole.bias.W) {
		t.Errorf("resumed %+v, in one go %+v", got, want)
	}

	other := newWords(500)
	opt := other.options()
	opt.Identity = "other data"
	if _, err := descent.Run(pace.WithKeeper(t.Context(), &kept), other, other.tensors(), opt); err == nil || !strings.Contains(err.Error(), "another fit") {
		t.Errorf("the checkpoint of another fit: %v", err)
	}
	kept.data = kept.data[:len(kept.data)/2]
	if _, err := descent.Run(pace.WithKeeper(t.Context(), &kept), other, other.tensors(), opt); err == nil {
		t.Error("half a checkpoint is taken")
	}
}

// TestBudget gives a descent far more epochs than it has time for.
func TestBudget(t *testing.T) {
	w := newWords(5000)
	opt := w.options()
	opt.Epochs = 1e6
	opt.Patience = 1 << 30
	start := time.Now()
	ctx := pace.WithUntil(t.Context(), start.Add(300*time.Millisecond))
	r, err := descent.Run(ctx, w, w.tensors(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 3*time.Second || r.Steps < 1 {
		t.Errorf("%+v after %v", r, took)
	}
	if r.Epochs > 3 && r.Held > .56 {
		t.Errorf("loss %v: the rate did not come down", r.Held)
	}
}

// TestTimeToSpareLeavesNoTrace has a budget that ends nothing.
func TestTimeToSpareLeavesNoTrace(t *testing.T) {
	free, paced := newWords(500), newWords(500)
	run(t, t.Context(), free)
	run(t, pace.WithUntil(t.Context(), time.Now().Add(time.Hour)), paced)
	if !slices.Equal(free.of.W, paced.of.W) {
		t.Error("an hour to spare changes the parameters")
	}
}
