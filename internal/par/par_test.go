package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestEachTaskOnce(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		for _, n := range []int{0, 1, 2, 100} {
			ctx := WithWorkers(t.Context(), workers)
			ran := make([]atomic.Int32, n)
			var busy [8]atomic.Bool
			err := DoWorker(ctx, n, func(worker, i int) error {
				if !busy[worker].CompareAndSwap(false, true) {
					t.Errorf("worker %d has two tasks at once", worker)
				}
				defer busy[worker].Store(false)
				runtime.Gosched()
				ran[i].Add(1)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for i := range ran {
				if c := ran[i].Load(); c != 1 {
					t.Errorf("%d workers, %d tasks: task %d ran %d times", workers, n, i, c)
				}
			}
		}
	}
}

func TestErrorOfTheFirstTask(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		var started atomic.Int32
		err := Do(WithWorkers(t.Context(), workers), 1000, func(i int) error {
			started.Add(1)
			if i >= 10 {
				return fmt.Errorf("task %d", i)
			}
			return nil
		})
		if err == nil || err.Error() != "task 10" {
			t.Errorf("%d workers: %v", workers, err)
		}
		if s := int(started.Load()); s > 10+workers {
			t.Errorf("%d workers: %d tasks started although task 10 failed", workers, s)
		}
	}
}

func TestCancel(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8} {
		ctx, cancel := context.WithCancel(t.Context())
		var started atomic.Int32
		err := Do(WithWorkers(ctx, workers), 1000, func(i int) error {
			started.Add(1)
			if i == 10 {
				cancel()
			}
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: %v", workers, err)
		}
		if s := int(started.Load()); s > 11+100*workers {
			t.Errorf("%d workers: %d tasks started although task 10 cancelled", workers, s)
		}
	}
}

func TestWorkers(t *testing.T) {
	ctx := t.Context()
	procs := runtime.GOMAXPROCS(0)
	for n, want := range map[int]int{-1: procs, 0: procs, 1: 1, 7: 7} {
		if got := Workers(WithWorkers(ctx, n)); got != want {
			t.Errorf("WithWorkers(%d): %d, want %d", n, got, want)
		}
	}
	if got := Workers(ctx); got != procs {
		t.Errorf("without a word: %d, want %d", got, procs)
	}
}
