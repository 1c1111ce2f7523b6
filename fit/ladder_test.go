package fit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-64d012fb/mimic"
	"github.com/seed-64d012fb/mimic/internal/pace"
	"github.com/seed-64d012fb/mimic/table"
)

// rung is a family whose fit takes that long and whose model gives every row
// that many nats.
func rung(kind string, takes time.Duration, nats float64) mimic.Family {
	return toy{
		kind:   kind,
		passes: []table.Range{{Hi: 10}},
		step: func(ctx context.Context) error {
			select {
			case <-time.After(takes):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		model: func([]string) mimic.Model {
			return sized{&toyModel{kind: kind, logp: func(int64) float64 { return nats }}, int64(len(kind))}
		},
	}
}

// patient is a family that improves for as long as it is let.
func patient(kind string) mimic.Family {
	return toy{
		kind:   kind,
		passes: []table.Range{{Hi: 10}},
		step: func(ctx context.Context) error {
			until, ok := pace.Until(ctx)
			if !ok {
				return errPlanted
			}
			time.Sleep(time.Until(until))
			return nil
		},
	}
}

type sized struct {
	*toyModel
	parameters int64
}

func (s sized) Parameters() int64 { return s.parameters }

func refuses(kind string) mimic.Family { return toy{kind: kind, fail: "NewFit"} }

func climb(ctx context.Context, budget time.Duration, rungs ...mimic.Family) ([]Trial, int, error) {
	return Climb(ctx, rowsOnly(10), rowsOnly(10), rungs, budget, Options{})
}

func TestClimb(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trials, best, err := climb(t.Context(), 0,
			rung("low", time.Second, -9), refuses("picky"), rung("top", 2*time.Second, -7), rung("same", time.Second, -7))
		if err != nil || best != 2 {
			t.Fatalf("best %d, error %v", best, err)
		}
		var kinds []string
		for _, tr := range trials {
			kinds = append(kinds, tr.Kind)
		}
		if !slices.Equal(kinds, []string{"low", "picky", "top", "same"}) {
			t.Errorf("rungs %v", kinds)
		}
		if !errors.Is(trials[1].Err, errPlanted) || trials[1].Model != nil {
			t.Errorf("the rung that refuses: %+v", trials[1])
		}
		top := trials[2]
		if top.Err != nil || top.Model == nil || top.Fit != 2*time.Second || top.Held != (Nats{-7, 0, 10, 0}) || top.Parameters != 3 {
			t.Errorf("the best rung: %+v", top)
		}
	})
}

func TestClimbBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		trials, best, err := climb(t.Context(), 10*time.Second,
			rung("a", 4*time.Second, -9), rung("b", time.Hour, -1), rung("c", time.Second, -8), rung("d", time.Hour, -1))
		if err != nil || best != 2 || time.Since(start) != 10*time.Second {
			t.Fatalf("best %d, error %v, after %v", best, err, time.Since(start))
		}
		if b := trials[1]; b.Err != ErrBudget || b.Fit != 4*time.Second {
			t.Errorf("the rung that its part of the budget stopped: %+v", b)
		}
		if d := trials[3]; d.Err != ErrBudget || d.Fit != time.Second {
			t.Errorf("the last rung, which the budget stopped: %+v", d)
		}
		// When all is spent, no further rung is tried.
		trials, _, err = climb(t.Context(), time.Second, rung("a", 2*time.Second, -9), rung("b", 0, -1))
		if b := trials[1]; err != nil || b.Err != ErrBudget || b.Fit != 0 {
			t.Errorf("the rung that was not tried: %+v, error %v", b, err)
		}
	})
}

func TestClimbAllots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trials, _, err := climb(t.Context(), 13*time.Second,
			rung("quick", time.Second, -9), patient("a"), patient("b"), patient("c"))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []time.Duration{time.Second, 4 * time.Second, 4 * time.Second, 2 * time.Second} {
			if got := trials[i]; got.Err != nil || got.Fit != want {
				t.Errorf("%s took %v (%v), want %v", got.Kind, got.Fit, got.Err, want)
			}
		}
		// Time that is up is no time without end.
		trials, _, err = climb(t.Context(), time.Nanosecond, patient("a"), patient("b"))
		if err != nil || trials[0].Fit > time.Millisecond || trials[1].Err != ErrBudget {
			t.Errorf("a took %v, b: %v (%v)", trials[0].Fit, trials[1].Err, err)
		}
		// Without a budget a rung has that of the options.
		trials, _, err = Climb(t.Context(), rowsOnly(10), rowsOnly(10), []mimic.Family{patient("a")}, 0, Options{Budget: time.Minute})
		if err != nil || trials[0].Fit != time.Minute {
			t.Errorf("%v, error %v", trials, err)
		}
	})
}

func TestClimbTriesUntilThereIsAModel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, best, err := climb(t.Context(), time.Second, refuses("a"), rung("b", time.Minute, -9), rung("c", 0, -1))
		if err != nil || best != 1 {
			t.Errorf("best %d, error %v", best, err)
		}
	})
}

func TestClimbFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, best, err := climb(t.Context(), 0, refuses("a"), refuses("b")); best != -1 || !errors.Is(err, errPlanted) || !strings.Contains(err.Error(), "fit a") {
			t.Errorf("all refuse: best %d, error %v", best, err)
		}
		if _, best, err := climb(t.Context(), 0); best != -1 || err == nil {
			t.Errorf("no rungs: best %d, error %v", best, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := climb(ctx, 0, rung("a", 0, -1), rung("b", time.Hour, -1)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestBeats(t *testing.T) {
	order := []Nats{{Mean: -1}, {Mean: -2}, {Mean: 5, Impossible: 1}, {Mean: -3, Impossible: 1}}
	for i, a := range order {
		for j, b := range order {
			if a.beats(b) != (i < j) {
				t.Errorf("%+v beats %+v: %v", a, b, a.beats(b))
			}
		}
	}
}
