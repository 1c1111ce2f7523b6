package par

import "sync"

// Turns lets numbered tasks take turns in the order of their numbers. The zero
// value waits for task 0.
type Turns struct {
	mu      sync.Mutex
	passed  sync.Cond
	next    int
	stopped bool
}

// Take waits for the turn of task i and reports whether it came: it does not
// when an earlier task stopped the order.
func (t *Turns) Take(i int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.passed.L = &t.mu
	for t.next != i && !t.stopped {
		t.passed.Wait()
	}
	return !t.stopped
}

// Give ends the turn of the task that has it: the next task's comes, or, where
// the task failed, nobody's.
func (t *Turns) Give(ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.next++
	t.stopped = !ok
	t.passed.Broadcast()
}
