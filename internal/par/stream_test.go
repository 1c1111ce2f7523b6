package par

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
)

func TestStreamKeepsOrder(t *testing.T) {
	const n = 1000
	for _, workers := range []int{1, 2, 3, 8} {
		ctx := WithWorkers(t.Context(), workers)
		var got []int
		i := 0
		var running, most atomic.Int64
		err := Stream(ctx,
			func() (*int, error) {
				if i == n {
					return nil, io.EOF
				}
				i++
				x := i - 1
				return &x, nil
			},
			func(worker int, x *int) error {
				if worker < 0 || worker >= workers {
					t.Errorf("worker %d of %d", worker, workers)
				}
				most.Store(max(most.Load(), running.Add(1)))
				for range *x % 7 {
					runtime.Gosched()
				}
				*x *= 2
				running.Add(-1)
				return nil
			},
			func(_ int, x *int) error { got = append(got, *x); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != n || !slices.IsSorted(got) || got[n-1] != 2*(n-1) {
			t.Fatalf("%d workers: %d results out of order", workers, len(got))
		}
		if most.Load() > int64(workers) {
			t.Errorf("%d workers: %d items under way", workers, most.Load())
		}
	}
}

func TestStreamReturnsTheFirstError(t *testing.T) {
	errAt := func(i int) error { return errors.New(string(rune('a' + i))) }
	for _, where := range []string{"next", "work", "commit"} {
		for _, workers := range []int{1, 2, 8} {
			i, committed := 0, 0
			fails := func(stage string, x int) error {
				if stage == where && x >= 5 {
					return errAt(x)
				}
				return nil
			}
			err := Stream(WithWorkers(t.Context(), workers),
				func() (int, error) { i++; return i - 1, fails("next", i-1) },
				func(_, x int) error { return fails("work", x) },
				func(_, x int) error {
					if err := fails("commit", x); err != nil {
						return err
					}
					committed++
					return nil
				})
			if err == nil || err.Error() != errAt(5).Error() || committed != 5 {
				t.Errorf("%s fails, %d workers: error %v after %d items; want that of item 5", where, workers, err, committed)
			}
		}
	}
}

func TestStreamStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := Stream(ctx, func() (int, error) { n++; return n, nil },
		func(_, x int) error { return nil },
		func(_, x int) error {
			if x == 10 {
				cancel()
			}
			return nil
		})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestStreamEndsByNextAlone: io.EOF from elsewhere is an error like any other.
func TestStreamEndsByNextAlone(t *testing.T) {
	endless := func() (int, error) { return 0, nil }
	fine := func(int, int) error { return nil }
	ends := func(int, int) error { return io.EOF }
	if err := Stream(t.Context(), endless, ends, fine); err != io.EOF {
		t.Errorf("work ends with io.EOF: %v", err)
	}
	if err := Stream(t.Context(), endless, fine, ends); err != io.EOF {
		t.Errorf("commit ends with io.EOF: %v", err)
	}
}
