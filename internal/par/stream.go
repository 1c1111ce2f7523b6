package par

import (
	"context"
	"io"
	"sync"
)

// Stream turns items that come one after the other into results that leave in
// the same order, doing the work between on all workers: next and commit never
// run twice at once, and commit sees the items in the order of next. It ends
// when next returns io.EOF. It returns the error of the first item that failed,
// or the context's, and commits nothing after it.
//
// No more items are under way than there are workers.
func Stream[T any](ctx context.Context, next func() (T, error), work, commit func(worker int, item T) error) error {
	var (
		mu     sync.Mutex
		taken  int // items handed out
		last   bool
		order  Turns
		result error // of the item whose turn it is
		wg     sync.WaitGroup
	)
	take := func() (i int, item T, err error, ok bool) {
		mu.Lock()
		defer mu.Unlock()
		if last {
			return 0, item, nil, false
		}
		if err = ctx.Err(); err == nil {
			item, err = next()
		}
		last = err != nil
		if err == io.EOF {
			return 0, item, nil, false
		}
		i = taken
		taken++
		return i, item, err, true
	}
	run := func(worker int) {
		for {
			i, item, err, ok := take()
			if !ok {
				return
			}
			if err == nil {
				err = work(worker, item)
			}
			if !order.Take(i) {
				return
			}
			if err == nil {
				err = commit(worker, item)
			}
			result = err
			order.Give(err == nil)
		}
	}
	for w := 1; w < Workers(ctx); w++ {
		wg.Go(func() { run(w) })
	}
	run(0)
	wg.Wait()
	return result
}
