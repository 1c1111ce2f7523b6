// Package par runs numbered tasks on a bounded pool of workers. The number of
// workers travels in the context, so that a rung deep inside a fit obeys the
// caller's --workers without a parameter of its own. Results never depend on
// it: tasks write to places that belong to their number.
package par

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

type workersKey struct{}

// WithWorkers returns a context whose tasks run on n workers; n < 1 means one
// for each processor.
func WithWorkers(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, workersKey{}, n)
}

// Workers returns the number of workers that ctx asks for.
func Workers(ctx context.Context) int {
	if n, ok := ctx.Value(workersKey{}).(int); ok && n > 0 {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// Do runs task(0) … task(n-1), each once, and returns when all have ended. It
// returns the error of the lowest-numbered task that failed, or the context's;
// after a failure no new task starts.
func Do(ctx context.Context, n int, task func(i int) error) error {
	return DoWorker(ctx, n, func(_, i int) error { return task(i) })
}

// DoWorker is Do that also tells each task which worker (0 … Workers-1) runs
// it, for scratch memory. What a task computes must not depend on the worker.
func DoWorker(ctx context.Context, n int, task func(worker, i int) error) error {
	workers := min(Workers(ctx), n)
	if workers <= 1 {
		for i := range n {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := task(0, i); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	var (
		next   atomic.Int64
		failed atomic.Bool
		mu     sync.Mutex
		first  error
		at     = n
		wg     sync.WaitGroup
	)
	for w := range workers {
		wg.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := task(w, i); err != nil {
					failed.Store(true)
					mu.Lock()
					if i < at {
						at, first = i, err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if first != nil {
		return first
	}
	return ctx.Err()
}
